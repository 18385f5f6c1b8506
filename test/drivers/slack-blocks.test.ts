import { describe, expect, test } from '@jest/globals';
import { toSlackMessage } from '../../src/drivers/channel/slack/blocks.js';
import { toChannelError } from '../../src/drivers/channel/slack/errors.js';
import { identityOf, plainText } from '../../src/drivers/channel/slack/identity.js';
import type { Card, CardAction } from '../../src/ports/channel.js';
import { slackViolations as violations } from '../support/platform-limits.js';

const card = (changes: Partial<Card> = {}): Card => ({ heading: 'Heading', body: 'Body', text: 'Text', actions: [], tone: 'info', ...changes });
const action = (changes: Partial<CardAction> = {}): CardAction => ({ id: 'opaque', verb: 'approve', label: 'Approve', style: 'primary', confirm: { title: 't', text: 'x', accept: 'yes', deny: 'no' }, ...changes });
const long = (length: number): string => 'word '.repeat(Math.ceil(length / 5)).slice(0, length);

const platform = (error: string): object => ({ code: 'slack_webapi_platform_error', data: { error } });

const request = (original: Error): object => ({ code: 'slack_webapi_request_error', original });

describe('a card in Block Kit', () => {
  test.each<[string, Card]>([
    ['an ordinary card', card()],
    ['a card without a body', card({ body: '' })],
    ['a card without a heading', card({ heading: '' })],
    ['a heading of 400 characters', card({ heading: long(400) })],
    ['a heading of signs that take two places each', card({ heading: '\u{1F6DF}'.repeat(120) })],
    ['a body of one line with 9,000 characters', card({ body: 'x'.repeat(9000) })],
    ['a body of 60,000 characters in lines', card({ body: Array.from({ length: 800 }, () => long(75)).join('\n') })],
    ['a body of 4,000 quotation marks, which JSON writes with two characters each', card({ body: Array.from({ length: 40 }, () => '"'.repeat(400)).join('\n') })],
    ['a body of entities', card({ body: '&amp;'.repeat(3000) })],
    ['a text of 50,000 characters', card({ text: long(50_000) })],
    ['a text of 5,000 brackets, which are escaped', card({ text: '<'.repeat(5000) })],
    ['forty buttons', card({ actions: Array.from({ length: 40 }, (_, index) => action({ id: String(index) })) })],
    ['a button with long words and a long confirmation', card({ actions: [action({ label: long(200), confirm: { title: long(300), text: long(900), accept: long(60), deny: long(60) } })] })],
  ])('%s keeps all of Slack\'s limits', (_title, each) => expect(violations(toSlackMessage(each))).toEqual([]));

  test('a body that is too long says that it was shortened, and keeps its buttons', () => {
    const { blocks } = toSlackMessage(card({ body: Array.from({ length: 800 }, () => long(75)).join('\n'), actions: [action()] }));
    expect(blocks.at(-1)?.type).toBe('actions');
    expect(blocks.at(-2)).toMatchObject({ type: 'context', elements: [{ text: expect.stringContaining('Shortened') }] });
  });

  test('a code block that spans two sections is closed and opened again', () => {
    const { blocks } = toSlackMessage(card({ body: `\`\`\`\n${Array.from({ length: 60 }, () => long(80)).join('\n')}\n\`\`\`` }));
    const sections = blocks.flatMap((block) => (block.type === 'section' ? [block.text?.text ?? ''] : []));
    expect(sections.length).toBeGreaterThan(1);
    for (const section of sections) expect(section.match(/```/g)?.length).toBe(2);
  });

  test('a long line is never cut inside an entity', () => {
    const { blocks } = toSlackMessage(card({ body: 'abcdefg&lt;'.repeat(700) }));
    for (const block of blocks) if (block.type === 'section') expect(block.text?.text.replaceAll('&lt;', '')).not.toMatch(/&|lt|;/);
  });

  test('the fallback text cannot call a channel', () => expect(toSlackMessage(card({ text: 'VM <!channel> & @here' })).text).toBe('VM &lt;!channel&gt; &amp; @\u200Bhere'));
  test('a line of a thread has no header', () => expect(toSlackMessage(card(), { compact: true }).blocks.map((block) => block.type)).toEqual(['section']));
  test('a button carries its opaque id and nothing else', () => expect(toSlackMessage(card({ actions: [action()] })).blocks.at(-1)).toMatchObject({ elements: [{ value: 'opaque', action_id: 'lifeboat:approve' }] }));
});

describe('errors of Slack', () => {
  test.each<[string, object, string]>([
    ['a rate limit is busy', { code: 'slack_webapi_rate_limited_error', retryAfter: 7 }, 'busy'],
    ['a lost message is gone', platform('message_not_found'), 'gone'],
    ['an unknown channel is refused', platform('channel_not_found'), 'refused'],
    ['a channel without us is refused', platform('not_in_channel'), 'refused'],
    ['a bad token is refused', platform('invalid_auth'), 'refused'],
    ['blocks that Slack dislikes are refused', platform('invalid_blocks'), 'refused'],
    ['an internal error is tried again', platform('internal_error'), 'unreachable'],
    ['a fatal error may have happened', platform('fatal_error'), 'outcome-unknown'],
    ['a refused connection was not sent', request(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })), 'unreachable'],
    ['several addresses that refuse were not sent', request(new TypeError('fetch failed', { cause: new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]) })), 'unreachable'],
    ['a connection lost in the middle may have been posted', request(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) })), 'outcome-unknown'],
    ['a timeout may have been posted', request(new DOMException('timed out', 'TimeoutError')), 'outcome-unknown'],
    ['HTTP 503 is tried again', { code: 'slack_webapi_http_error', statusCode: 503 }, 'unreachable'],
  ])('%s', (_title, error, code) => expect(toChannelError(error, 'chat.postMessage').code).toBe(code));
  test('a rate limit says how long to wait', () => expect(toChannelError({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 }, 'm').retryAfterMs).toBe(7000));
  test('a refusal says what to do', () => expect(toChannelError(platform('not_in_channel'), 'm').message).toContain('/invite'));
});

describe('who speaks, and what was typed', () => {
  test.each([
    ['the team is the user\'s', { user: 'U1', team: 'T1', enterprise: null }, 'T1/U1'],
    ['on Grid the organisation counts', { user: 'U1', team: 'T1', enterprise: 'E1' }, 'E1/U1'],
  ])('%s', (_title, person, identity) => expect(identityOf(person)).toBe(identity));
  test.each([
    ['<@UBOT> approve R-12', 'approve R-12'], ['<@UBOT|lifeboat> hold R-12', 'hold R-12'], ['move site from=a to=b &amp; more', 'move site from=a to=b & more'],
    ['add notify contact=<mailto:a@b.example|a@b.example>', 'add notify contact=a@b.example'], ['reject R-1 “no”', 'reject R-1 "no"'],
  ])('%s is read as %s', (typed, read) => expect(plainText(typed)).toBe(read));
});
