import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { Person } from '../../src/core/estate.js';
import { createDesk } from '../../src/desk/create-desk.js';
import type { JournalEntry } from '../../src/core/event.js';
import type { Desk } from '../../src/desk/desk.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import type { Outbox, Wanted } from '../../src/ports/outbox.js';
import { createLab, type Lab } from '../scenarios/lab/lab.js';
import { tinyEstate } from '../scenarios/lab/estates.js';

const want = (key: string, more: Partial<Wanted> = {}): Wanted => ({ key, surface: 'slack', target: { kind: 'channel', channel: 'cluster01' }, threadKey: null, subject: { view: 'run', id: 'R-1', seq: 1 }, tenant: 'cluster01', wanted: 1, editable: true, ...more });

describe('messages and what became of them', () => {
  let lab: Lab;
  let desk: Desk;
  let personNamed: (name: string) => Person;
  let outbox: Outbox;
  let journalled: () => Promise<JournalEntry[]>;
  const say = (line: string, who = 'ana'): Promise<Answer> => desk.command({ person: personNamed(who), surface: 'cli' }, line);
  const messages = async (line: string, who = 'ana'): Promise<Record<string, string>[]> => { const answer = await say(line, who); return answer.kind === 'blocks' ? answer.json as Record<string, string>[] : []; };

  beforeEach(async () => {
    lab = createLab({ estate: tinyEstate() });
    outbox = createMemoryOutbox(lab.clock);
    const { parts } = await lab.boot();
    desk = createDesk({ ...parts, deliveries: outbox });
    journalled = async () => (await parts.journal.read({})).filter(({ event }) => event.type === 'note' && event.about === 'delivery');
    personNamed = (name) => parts.live.current.estate!.people.find((each) => each.name === name)!;
    await outbox.want([want('run:R-1/slack/cluster01'), want('ask:R-1.1/sms/+15550001002', { surface: 'sms', target: { kind: 'person', person: 'ben', identity: '+15550001002' }, editable: false }), want('run:R-1/teams/cluster01', { surface: 'teams' }), want('run:R-2/slack/cluster02', { tenant: 'cluster02' })], { consumer: 'messages', from: 0, to: 1 });
    for (const surface of ['slack', 'sms', 'teams'] as const) await outbox.claim(surface, 10, 60_000, 'me');
    await outbox.failed('run:R-1/slack/cluster01', 'Slack chat.postMessage: not_in_channel.', null);
    await outbox.failed('run:R-2/slack/cluster02', 'Slack chat.postMessage: not_in_channel.', null);
    await outbox.sent('run:R-1/teams/cluster01', 1, { surface: 'teams', conversation: 'c', message: 'm' });
  });

  afterEach(() => lab.close());

  test('query delivery shows what has not arrived, the dead first, with why and the line that sends it again', async () => {
    const found = await messages('query delivery');
    expect(found.map(({ Message: message, State: state }) => [message, state])).toEqual([['run:R-2/slack/cluster02', 'FAILED: it is tried no more'], ['run:R-1/slack/cluster01', 'FAILED: it is tried no more'], ['ask:R-1.1/sms/+15550001002', 'waits']]);
    expect(found[1]).toMatchObject({ To: 'slack channel cluster01', About: 'R-1', Why: 'Slack chat.postMessage: not_in_channel.', 'Send it again': 'resend delivery run:R-1/slack/cluster01' });
    expect((await messages('query delivery status=sent')).map(({ Message: message }) => message)).toEqual(['run:R-1/teams/cluster01']);
    expect((await messages('query delivery surface=sms')).map(({ To: to }) => to)).toEqual(['ben by sms']);
    expect((await messages('query delivery run:R-1/teams/cluster01'))[0]).toMatchObject({ State: 'handed over' });
  });

  test('nobody sees or sends what is another tenant\'s', async () => {
    expect((await messages('query delivery', 'dora')).map(({ Message: message }) => message)).not.toContain('run:R-2/slack/cluster02');
    expect(await say('resend delivery run:R-2/slack/cluster02', 'dora')).toMatchObject({ kind: 'refusal', code: 'not-an-operator' });
  });

  test('many messages of others hide none of one\'s own', async () => {
    await outbox.want(Array.from({ length: 80 }, (_, n) => want(`run:R-${n + 10}/slack/cluster02`, { tenant: 'cluster02' })), { consumer: 'messages', from: 1, to: 2 });
    expect((await messages('query delivery', 'dora')).map(({ Message: message }) => message)).toEqual(['run:R-1/slack/cluster01', 'ask:R-1.1/sms/+15550001002']);
    expect(await messages('query delivery')).toHaveLength(50);
  });

  test('resend delivery tries a dead letter again; one that is none, or unknown, is told', async () => {
    expect(await say('resend delivery run:R-1/slack/cluster01')).toMatchObject({ status: 0, json: { resent: 'run:R-1/slack/cluster01' } });
    expect((await outbox.claim('slack', 10, 60_000, 'me')).map(({ key }) => key)).toEqual(['run:R-1/slack/cluster01']);
    expect((await journalled()).map(({ actor, event }) => [actor, event])).toEqual([[{ kind: 'person', person: 'ana', surface: 'cli' }, { type: 'note', about: 'delivery', text: 'ana had run:R-1/slack/cluster01 sent again', data: { resent: 'run:R-1/slack/cluster01', why: 'Slack chat.postMessage: not_in_channel.' } }]]);
    expect(await say('resend delivery run:R-1/teams/cluster01')).toMatchObject({ status: 2, code: 'not-a-dead-letter', command: 'query delivery' });
    expect(await say('resend delivery')).toMatchObject({ status: 3, code: 'message-missing' });
    expect(await say('query delivery status=lost')).toMatchObject({ status: 4 });
  });

  test('what a receipt proves, what none ever proved and what went elsewhere can be asked for', async () => {
    const toBen = (key: string): Wanted => want(key, { surface: 'sms', target: { kind: 'person', person: 'ben', identity: '+15550001002' }, editable: false });
    await outbox.want([toBen('proven'), toBen('silent')], { consumer: 'messages', from: 1, to: 2 });
    await outbox.claim('sms', 10, 60_000, 'me');
    for (const key of ['proven', 'silent']) await outbox.sent(key, 1, { surface: 'sms', conversation: '+15550001002', message: key }, 0, true);
    await outbox.receipt({ surface: 'sms', of: { key: 'proven' }, became: 'delivered', why: null });
    await outbox.fallOver('silent', { ...toBen('silent/mail'), surface: 'email' });
    expect(await messages('query delivery status=delivered')).toMatchObject([{ Message: 'proven', State: 'delivered: a receipt proves it' }]);
    expect(await messages('query delivery status=fell-back')).toMatchObject([{ Message: 'silent', State: 'handed over; no receipt yet', 'Fell back to': 'silent/mail' }]);
    expect(await messages('query delivery status=unproven')).toEqual([]);
    await lab.clock.advance(86_400_001);
    expect((await messages('query delivery status=unproven')).map(({ Message: message }) => message)).toEqual(['silent']);
  });
});
