import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  test('a mail as a page, in a new file alone', () => {
    const file = join(folder, 'mail.html');
    expect(run(`preview HOST_FAILURE --html ${file}`)).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[^]*HOST_FAILURE/);
    expect(out).toBe(`Written to ${file}. Open it in a browser.\n`);
    expect(run(`preview HOST_FAILURE --html ${file}`)).toBe(1);
    expect(err).toContain('is there already');
    expect(run(`preview HOST_FAILURE --surface sms --html ${file}x`)).toBe(4);
    expect(run(`preview HOST_FAILURE --html ${join(folder, 'nowhere', 'x.html')}`)).toBe(1);
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
  test('what is shipped is fine, and nothing of it is cut', () => { expect(run('lint')).toBe(0); expect(out).toMatch(/are fine\.\nNothing is cut, with names of 63 signs\.\n$/); });
  test('unknown names, missing escapes and no Handlebars are told with their places', () => {
    writeFileSync(join(folder, 'incident.hbs'), '{{nobody}} {{{title}}}');
    writeFileSync(join(folder, 'page.sms.hbs'), '{{#if');
    expect(run(`lint ${folder}`)).toBe(4);
    expect(err).toMatch(/incident\.hbs:1:\d+/);
    expect(err).toMatch(/page\.sms\.hbs/);
  });
  test('a tenant\'s own words are looked at, too: text messages, subjects and headings, each with the tenant\'s name', () => {
    mkdirSync(join(folder, 'cluster01'));
    writeFileSync(join(folder, 'cluster01', 'HMC_UNREACHABLE.sms.hbs'), `${'long '.repeat(40)}{{entity}}`);
    writeFileSync(join(folder, 'cluster01', 'notification.subject.hbs'), `${'subject '.repeat(20)}{{entity}}`);
    writeFileSync(join(folder, 'cluster01', 'digest.heading.de.hbs'), `${'Überschrift '.repeat(13)}{{reader}}`);
    expect(run(`lint ${folder}`)).toBe(0);
    expect(out).toMatch(/those of cluster01 among them/);
    expect(out).toMatch(/^cluster01: HMC_UNREACHABLE in en: its text message is longer than 160 signs and is cut$/m);
    expect(out).toMatch(/^cluster01: HOST_FAILURE in en: its subject has \d+ signs with long names, and 150 are shown$/m);
    expect(out).toMatch(/^cluster01: digest in de: its heading has 1\d\d signs with long names, and 150 are shown$/m);
  });
  test('a heading of nothing is named', () => {
    writeFileSync(join(folder, 'digest.heading.hbs'), '{{#if quietHours}}x{{/if}}');
    expect(run(`lint ${folder}`)).toBe(0);
    expect(out).toMatch(/^digest in en: its heading is empty$/m);
  });
  test('what would be cut is named', () => {
    writeFileSync(join(folder, 'notification.sms.hbs'), `${'long '.repeat(40)}{{entity}}`);
    expect(run(`lint ${folder}`)).toBe(0);
    expect(out).toMatch(/HMC_UNREACHABLE in en: its text message is longer than 160 signs and is cut/);
  });
});

test('an option without its value is told', () => { expect(readOptions(['template', 'preview', 'X', '--surface']).problem).toContain('--surface sms'); });
