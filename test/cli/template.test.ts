import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readOptions } from '../../src/cli/options.js';
import { viewNames } from '../../src/chatops/views/schemas.js';
import { eventCatalogue } from '../../src/core/event-catalogue/catalogue.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { templateFiles } from '../../src/template-files.js';
import { sampleView } from '../../src/template-sample.js';

const now = Date.UTC(2026, 10, 28, 3, 0);
let [out, err] = ['', ''];
let folder: string;
beforeEach(() => {
  [out, err] = ['', ''];
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-templates-'));
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { err += String(text); return true; });
});
afterEach(() => { jest.restoreAllMocks(); rmSync(folder, { recursive: true, force: true }); });
const run = (line: string, own: string | null = null): number => templateFiles(readOptions(line.split(' ')).words, { shipped: 'templates', own, json: false, now });

describe('lifeboat template preview', () => {
  test('a text message with its length', () => {
    expect(run('preview HOST_FAILURE --surface sms')).toBe(0);
    expect(out).toMatch(/^DR I-3 HOST DOWN NAME at customerA 03:00 UTC\.\n\n\d+ signs of 160, one segment\.\n$/);
  });
  test('in German, with what the event means', () => {
    expect(run('preview HMC_UNREACHABLE --surface slack --language de')).toBe(0);
    expect(out).toContain('Bedeutung:* Eine HMC antwortet nicht.');
    expect(out).toContain('[KRITISCH]');
  });
  test('every event and every message, on every surface, in both languages', () => {
    const render = createRender(loadTemplates('templates'));
    for (const name of [...eventCatalogue.map((each) => each.name), ...viewNames]) for (const language of ['en', 'de'] as const) for (const surface of ['sms', 'slack', 'email'] as const) {
      const { heading, body } = render(sampleView(name, now)!, surface, { language, timeZone: 'UTC', now });
      expect([name, heading === '', /undefined|\[object|NaN/.test(`${heading}${body}`)]).toEqual([name, false, false]);
    }
    for (const name of ['EVENT_STORM', 'approval-request']) expect(run(`preview ${name} --language de`)).toBe(0);
  });
  test('a tenant\'s own words come first', () => {
    writeFileSync(join(folder, 'HOST_FAILURE.sms.hbs'), 'OURS: {{entity}}');
    expect(run('preview HOST_FAILURE --surface sms', folder)).toBe(0);
    expect(out).toContain('OURS: NAME');
  });
  test.each([['preview', 3, 'Which message?'], ['preview HOST_FAILUR', 2, 'Did you mean'], ['preview HOST_FAILURE --surface pigeon', 4, 'Known: slack'], ['preview HOST_FAILURE --language fr', 4, 'Known: en, de'], ['paint', 4, 'template knows'], ['preview HOST_FAILURE twice', 4, 'is too much']])('%s: exit %i', (line, status, what) => {
    expect(run(line)).toBe(status);
    expect(err).toContain(what);
  });
});

describe('lifeboat template lint', () => {
  test('what is shipped is fine', () => { expect(run('lint')).toBe(0); expect(out).toContain('are fine'); });
  test('unknown names, missing escapes and no Handlebars are told with their places', () => {
    writeFileSync(join(folder, 'incident.hbs'), '{{nobody}} {{{title}}}');
    writeFileSync(join(folder, 'page.sms.hbs'), '{{#if');
    expect(run(`lint ${folder}`)).toBe(4);
    expect(err).toMatch(/incident\.hbs:1:\d+/);
    expect(err).toMatch(/page\.sms\.hbs/);
  });
  test('what would be cut is named', () => {
    writeFileSync(join(folder, 'notification.sms.hbs'), `${'long '.repeat(40)}{{entity}}`);
    expect(run(`lint ${folder}`)).toBe(0);
    expect(out).toMatch(/HMC_UNREACHABLE in en: its text message is longer than 160 signs and is cut/);
  });
});

test('an option without its value is told', () => { expect(readOptions(['template', 'preview', 'X', '--surface']).problem).toContain('--surface sms'); });
