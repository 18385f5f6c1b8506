import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { schemas, viewNames } from '../../src/chatops/views/schemas.js';
import { runView } from '../../src/chatops/views/run.js';
import { toSlackMessage } from '../../src/drivers/channel/slack/blocks.js';
import type { Card } from '../../src/ports/channel.js';
import { mailViolations, reservedWord, slackViolations, smsViolations, teamsViolations, webViolations } from '../support/platform-limits.js';
import { aPlan, noon, Story, templateDirectory } from './fixture.js';
import { everyMessage, odd, type Message } from './messages.js';

const folder = fileURLToPath(new URL('./golden', import.meta.url));
const render = createRender(loadTemplates(templateDirectory));
const messages = await everyMessage();
const on = ({ view, actions, now }: Message, surface: 'slack' | 'teams' | 'web' | 'email' | 'sms' | 'cli'): Card => render(view, surface, { timeZone: 'Europe/Lisbon', now, actions });
const buttons = ({ actions }: Card): string => actions.map(({ label }) => `\n[${label}]`).join('');

/** How each surface gets a message, as one text that people can compare. */
const surfaces = {
  'slack.json': (message: Message) => `${JSON.stringify(toSlackMessage(on(message, 'slack'), { compact: message.line === true }), null, 2)}\n`,
  'teams.txt': (message: Message) => { const card = on(message, 'teams'); return `${card.heading}\n\n${card.body}${buttons(card)}\n`; },
  'web.html': (message: Message) => { const card = on(message, 'web'); return `${card.heading}\n\n${card.body.replaceAll('<br>', '<br>\n')}${buttons(card)}\n`; },
  'email.html': (message: Message) => on(message, 'email').body.replaceAll('<br>', '<br>\n'),
  'email.txt': (message: Message) => { const card = on(message, 'email'); return `Subject: ${card.heading}\n\n${card.text}\n`; },
  'plain.txt': (message: Message) => `${on(message, 'cli').text}\n`,
  'sms.txt': (message: Message) => `${on(message, 'sms').text}\n`,
} as const;

/** After a wanted change: UPDATE_GOLDEN=1, then read the difference. */
describe('every message on every surface', () => {
  test.each(messages.map((message) => [message.name, message] as const))('%s reads as it should', (name, message) => {
    if (process.env.UPDATE_GOLDEN === '1') mkdirSync(`${folder}/${name}`, { recursive: true });
    for (const [surface, write] of Object.entries(surfaces)) {
      const file = `${folder}/${name}/${surface}`;
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, write(message));
      expect({ surface, text: write(message) }).toEqual({ surface, text: existsSync(file) ? readFileSync(file, 'utf8') : null });
    }
  });

  test.each(messages.map((message) => [message.name, message] as const))('%s keeps its schema and every limit of every platform', (_name, message) => {
    expect(schemas[message.view.name].safeParse(message.view.data).error).toBeUndefined();
    expect(slackViolations(toSlackMessage(on(message, 'slack'), { compact: message.line === true }))).toEqual([]);
    expect(teamsViolations(on(message, 'teams'))).toEqual([]);
    expect(webViolations(on(message, 'web'))).toEqual([]);
    expect(mailViolations(on(message, 'email'))).toEqual([]);
    expect(smsViolations(on(message, 'sms'), { ownWords: message.foreign !== true })).toEqual([]);
    for (const text of Object.values(surfaces).map((write) => write(message))) expect(text).not.toMatch(/undefined|\bnull\b|\[object|NaN|Invalid Date/);
  });

  test('no view is without a golden file, and no golden file without its message', () => {
    expect([...new Set(messages.map(({ view }) => view.name))].toSorted()).toEqual([...viewNames].toSorted());
    expect(readdirSync(folder).toSorted()).toEqual(messages.map(({ name }) => name).toSorted());
  });

  test.each(messages.filter(({ live }) => live).map((message) => [message.name, message] as const))('%s is edited, so it says of when it is', (_name, message) => {
    for (const surface of ['slack', 'teams', 'web'] as const) {
      const { body, text } = on(message, surface);
      expect(body).toMatch(/as of (?:<!date\^\d+\^\{time_secs\}\||)\d\d:\d\d:\d\d/);
      expect(text).toMatch(/as of \d\d:\d\d:\d\d/);
    }
  });

  test('the two digits are in no mail of the plan and in no text message', () => {
    const message = messages.find(({ name }) => name === 'matching-number-open')!;
    expect(on(message, 'slack').body).toContain('47');
    expect(on(message, 'sms').text).not.toContain('47');
  });
});

test.each(readdirSync(templateDirectory).filter((file) => file.includes('sms')))('%s asks nobody to answer with a word that would cut the phone off', (file) => {
  const own = readFileSync(`${templateDirectory}/${file}`, 'utf8').replaceAll(/\{\{[^}]*\}\}/g, ' ');
  expect(own).not.toMatch(reservedWord);
});

describe('whatever people and estates write', () => {
  const words = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom(...Object.values(odd)), fc.string({ unit: 'grapheme', maxLength: 4000 }));
  test('a message keeps every limit, and nothing in it acts as markup', () => {
    fc.assert(fc.property(words, fc.array(words, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 300 }), (reason, names, count) => {
      const vms = Array.from({ length: count }, (_, index) => names[index % names.length]!);
      const story = new Story();
      story.propose(aPlan({ vms, because: { incident: null, reason }, excluded: vms.map((vm) => ({ vm, why: reason })), title: `move of ${names[0]!}`, loss: { words: reason, boundMs: null }, evidence: vms.map((vm) => ({ saw: vm, by: reason, at: noon })) }));
      const message: Message = { name: 'any', foreign: true, view: runView(story.run(), story.state, story.context), actions: [], now: noon };
      const slack = toSlackMessage(on(message, 'slack'));
      expect([...slackViolations(slack), ...webViolations(on(message, 'web')), ...mailViolations(on(message, 'email')), ...smsViolations(on(message, 'sms'), { ownWords: false })]).toEqual([]);
      const written = JSON.stringify(slack.blocks).replaceAll(/<!date\^\d+\^[^|>]*\|[^>]*>|<https:\/\/dr\.example\/[^|>]*\|Details>/g, '');
      expect(written).not.toMatch(/[<>]/);
      expect(JSON.stringify(slack.blocks)).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    }), { numRuns: 60 });
  });
});

test('a reason of 4,000 signs and 300 VMs fit into one message of Teams', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 4000, maxLength: 4000 }), fc.string({ minLength: 1, maxLength: 60 }), (reason, name) => {
    const story = new Story();
    story.propose(aPlan({ vms: Array.from({ length: 300 }, (_, index) => `${name}${index}`), because: { incident: null, reason: reason.slice(0, 4000) }, excluded: Array.from({ length: 300 }, (_, index) => ({ vm: `${name}${index}`, why: 'its disk is not mirrored' })) }));
    expect(teamsViolations(on({ name: 'any', view: runView(story.run(), story.state, story.context), actions: [], now: noon }, 'teams'))).toEqual([]);
  }), { numRuns: 20 });
});

test('the checks find what the platforms would refuse', () => {
  const text = 'x';
  expect(slackViolations({ text, blocks: [{ type: 'header', text: { type: 'mrkdwn', text: '*no*' } }] as never })).toEqual([expect.stringContaining('is no block of Slack')]);
  expect(slackViolations({ text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'ok' }, colour: 'red' }] as never })).toEqual([expect.stringContaining('is no block of Slack')]);
  expect(slackViolations({ text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }] })).toEqual(['section: 3001 of 3000']);
  expect(smsViolations({ text: 'x'.repeat(160) }, { ownWords: true })).toEqual([]);
  expect(smsViolations({ text: `${'x'.repeat(159)}€` }, { ownWords: true })).toEqual(['161 of 160 places']);
  expect(smsViolations({ text: 'Reply CANCEL → now' }, { ownWords: true })).toEqual(['"→" is not in the basic alphabet', 'the word CANCEL']);
});
