import { mkdtempSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { loadTemplates, type TemplateSet } from '../../src/chatops/templates/load.js';
import { dialects, toOneSegment } from '../../src/chatops/templates/markup.js';
import { TemplateProblems } from '../../src/chatops/templates/problem.js';
import { words } from '../../src/chatops/templates/time.js';
import type { TemplateSurface } from '../../src/chatops/templates/file-name.js';
import { noon, templateDirectory } from './fixture.js';

const made: string[] = [];
afterEach(() => { for (const directory of made.splice(0)) rmSync(directory, { recursive: true }); });

/** The shipped templates with some files replaced or added. */
function directoryWith(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'lifeboat-templates-'));
  made.push(directory);
  cpSync(templateDirectory, directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}
function problemsOf(files: Record<string, string>): string[] {
  try {
    loadTemplates(directoryWith(files));
    return [];
  } catch (error) {
    if (!(error instanceof TemplateProblems)) throw error;
    return error.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  }
}
const say = (templates: TemplateSet, name: string, surface: TemplateSurface, data: unknown): string | null =>
  templates.render({ names: [name], part: 'body', surface, language: 'en', data, frame: { now: noon, timeZone: 'UTC', language: 'en' } });

describe('templates are read once, strictly', () => {
  test('the shipped templates have no problem', () => expect(problemsOf({})).toEqual([]));

  test.each<[string, string, RegExp]>([
    ['an unknown name', 'ok\n{{titel}}', /^run\.hbs:2:3 The view has no "titel"\. Did you mean "title"\?/],
    ['an unknown name in #if', '{{#if helt}}x{{/if}}', /:1:7 The view has no "helt"\. Did you mean "held"\?/],
    ['an unknown name in #unless', '{{#unless nope}}x{{/unless}}', /The view has no "nope"/],
    ['an unknown name in #each', '{{#each stepz}}x{{/each}}', /The view has no "stepz"/],
    ['an unknown name in #with', '{{#with rejectd}}x{{/with}}', /The view has no "rejectd"/],
    ['an unknown name in a helper\'s argument', '{{strong titl}}', /The view has no "titl"/],
    ['an unknown name in an argument of an argument', '{{#if (eq status "x")}}x{{/if}}', /The view has no "status"/],
    ['an unknown name inside a list that may be empty', '{{#each evidence}}{{sah}}{{/each}}', /The view has no "sah"/],
    ['an unknown name in the other branch', '{{#if held}}x{{else}}{{nope}}{{/if}}', /The view has no "nope"/],
    ['an unknown name of a block parameter', '{{#each evidence as |seen|}}{{seen.bye}}{{/each}}', /The view has no "seen\.bye"/],
    ['an outer name without climbing', '{{#each evidence}}{{title}}{{/each}}', /The view has no "title"/],
    ['climbing too far', '{{../title}}', /climbs out of the view/],
    ['a part of something that may be missing', '{{held.by}}', /"held" may be missing: reach inside it with \{\{#with held\}\}/],
    ['something that is no text', '{{evidence}}', /several parts/],
    ['a loop over something that is no list', '{{#each title}}x{{/each}}', /takes a list/],
    ['a duration of a text', '{{duration title}}', /takes a number/],
    ['three braces', '{{{title}}}', /would let data act as markup/],
    ['braces with &', '{{&title}}', /would let data act as markup/],
    ['an unknown helper', '{{bold title}}', /No helper is called "bold"/],
    ['an unknown block', '{{#loop evidence}}x{{/loop}}', /No block is called "loop"/],
    ['a raw block', '{{{{raw}}}} x {{{{/raw}}}}', /No block is called "raw"/],
    ['an unknown partial', '{{> dangr}}', /No partial is called "dangr".*Did you mean "danger"\?/],
    ['a decorator', '{{* inline "x"}}', /Only names, blocks, helpers and partials/],
    ['named arguments', '{{strong title weight="bold"}}', /"weight=" is not understood/],
    ['too many arguments', '{{duration predictedMs 2}}', /takes 1 arguments/],
    ['@index outside a list', '{{@index}}', /only inside a list/],
    ['the way to the prototype', '{{constructor}}', /The view has no "constructor"/],
    ['broken braces', '{{#if held}}x', /This is not Handlebars/],
  ])('%s is a problem at its place', (_title, text, problem) => expect(problemsOf({ 'run.hbs': text })).toEqual([expect.stringMatching(problem)]));

  test('a partial is held against the view that uses it', () => {
    expect(problemsOf({ '_mine.hbs': 'x\n  {{quorum}}', 'story.hbs': '{{line}}{{> mine}}' })).toEqual([expect.stringMatching(/^_mine\.hbs:2:5 The view has no "quorum"/)]);
  });
  test('a partial that contains itself is a problem, not an endless start', () => expect(problemsOf({ '_mine.hbs': '{{> mine}}', 'story.hbs': '{{line}}{{> mine}}' })).toEqual([expect.stringContaining('contains itself')]));
  test.each([
    ['ruun.hbs', /No message is called "ruun"\. Did you mean "run"\?/], ['run-helld.hbs', /Did you mean "run-held"\?/], ['run.slak.hbs', /"slak".*Did you mean "slack"\?/], ['run.slack.heading.hbs', /"heading"/], ['run.slack.xx.hbs', /"xx"/],
  ])('the file name %s is a problem', (file, problem) => expect(problemsOf({ [file]: 'x' })).toEqual([expect.stringMatching(problem)]));
  test('all problems come at once', () => expect(problemsOf({ 'run.hbs': '{{a}}\n{{b}}', 'story.hbs': '{{c}}' }).length).toBe(3));
  test('a message without a template for all surfaces is a problem', () => {
    const directory = directoryWith({});
    rmSync(join(directory, 'decision.hbs'));
    expect(() => loadTemplates(directory)).toThrow(/decision\.hbs:1:1/);
  });
});

const speak = (files: Record<string, string>, names: string[], surface: TemplateSurface): string | null =>
  loadTemplates(directoryWith(files)).render({ names, part: 'body', surface, language: 'en', data: { run: 'R-1', good: true, sentence: 'x', next: [] }, frame: { now: noon, timeZone: 'UTC', language: 'en' } });

describe('which file speaks', () => {
  const all = { 'decision.hbs': 'plain', 'decision.slack.hbs': 'for slack', 'decision.slack.en.hbs': 'for slack in English', 'decision.text.hbs': 'for text' };
  test.each<[string, Record<string, string>, TemplateSurface, string]>([
    ['surface and language first', all, 'slack', 'for slack in English'],
    ['then the surface', { 'decision.hbs': 'plain', 'decision.slack.hbs': 'for slack' }, 'slack', 'for slack'],
    ['then what fits all surfaces', all, 'web', 'plain'],
    ['the CLI reads the plain text', all, 'cli', 'for text'],
  ])('%s', (_title, files, surface, text) => expect(speak(files, ['decision'], surface)).toBe(text));
  test('the event\'s own template wins over the severity\'s, and that over the default', () => {
    const templates = loadTemplates(directoryWith({ 'HMC_UNREACHABLE.hbs': 'hmc', 'notification-critical.hbs': 'critical' }));
    const said = (names: string[]): string | null => templates.render({ names, part: 'body', surface: 'slack', language: 'en', data: {}, frame: { now: noon, timeZone: 'UTC', language: 'en' } });
    expect([said(['HMC_UNREACHABLE', 'notification-critical', 'notification']), said(['OTHER', 'notification-critical', 'notification'])]).toEqual(['hmc', 'critical']);
  });
});

describe('data never acts as markup', () => {
  const templates = loadTemplates(directoryWith({ 'decision.hbs': '{{sentence}}', 'refusal.hbs': '{{strong what}} {{code next}}', 'said.hbs': 'a < b & c > d {{text}}' }));
  const decision = (sentence: string, surface: TemplateSurface): string | null => say(templates, 'decision', surface, { run: 'R-1', good: true, sentence, next: [] });
  test.each<[string, string, string]>([
    ['<!channel>', 'slack', '&lt;!channel&gt;'],
    ['<@U1> <https://evil.example|click>', 'slack', '&lt;@U1&gt; &lt;https://evil.example|click&gt;'],
    ['@channel @here', 'slack', '@\u200Bchannel @\u200Bhere'],
    ['*bold*', 'slack', '\u200B*bold*'],
    ['_italic_ ~gone~ `code`', 'slack', '\u200B_italic_ \u200B~gone~ \u200B`code`'],
    ['my_vm_name', 'slack', 'my_vm_name'],
    ['reason with {{x}} and {{{y}}}', 'slack', 'reason with {{x}} and {{{y}}}'],
    ['a\nb', 'slack', 'a b'],
    ['&lt;', 'slack', '&amp;lt;'],
    ['<script>alert(1)</script>', 'web', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['"><img src=x onerror=y>', 'email', '&quot;&gt;&lt;img src=x onerror=y&gt;'],
    ['a\r\nBcc: x', 'text', 'a Bcc: x'],
    ['pay\u202Elor', 'text', 'paylor'],
    ['\u0007bell', 'cli', 'bell'],
  ])('%j on %s', (value, surface, text) => expect(decision(value, surface as TemplateSurface)).toBe(text));
  test('inside strong and code', () => expect(say(templates, 'refusal', 'slack', { what: '*x* <!here>', next: 'a`b <', command: null, code: '' })).toBe('*\u200B*x* &lt;!here&gt;* `a\u02CBb &lt;`'));
  test('a template\'s own words are written for every surface', () => {
    expect(say(templates, 'said', 'slack', { text: 'x', next: [] })).toBe('a &lt; b &amp; c &gt; d x');
    expect(say(templates, 'said', 'text', { text: 'x', next: [] })).toBe('a < b & c > d x');
  });
  test('a link goes nowhere but to http', () => expect(dialects.slack.link('https://x.example/a|b', 'a|b>')).toBe('<https://x.example/a%7Cb|a/b&gt;>'));
});

describe('one SMS segment', () => {
  test.each([
    ['plain words stay', 'DR R-12 MOVE', 'DR R-12 MOVE'], ['signs outside the alphabet get a substitute', 'a → b “c” – d…', 'a>b "c" - d...'], ['accents that it has stay', 'Zoë à è', 'Zoe à è'], ['others are written without', 'Łódź', '?ódz'.replace('ó', 'o')],
  ])('%s', (_title, text, sent) => expect(toOneSegment(text)).toBe(sent));
  test('160 places are not cut', () => expect(toOneSegment('x'.repeat(160))).toBe('x'.repeat(160)));
  test('161 are, and say so', () => expect(toOneSegment('x'.repeat(161))).toBe(`${'x'.repeat(158)}..`));
  test('a sign of the second table takes two places', () => expect(toOneSegment('['.repeat(81))).toBe(`${'['.repeat(79)}..`));
});

test.each([[400, '0 s'], [40_000, '40 s'], [108_000, '1 m 48 s'], [120_000, '2 m'], [3_900_000, '1 h 5 m'], [273_600_000, '3 d 4 h']])('%d ms are %s', (ms, text) => expect(words(ms)).toBe(text));
