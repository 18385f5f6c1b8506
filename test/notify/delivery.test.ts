import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Surface } from '../../src/core/names.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { startDelivery, type DeliveryParts } from '../../src/notify/delivery.js';
import { ChannelError, type ChannelFailure } from '../../src/ports/channel.js';
import type { OutboxRow } from '../../src/ports/outbox.js';
import { createFakeClock, quiet } from '../contract/support.js';
import { until } from '../support/poll.js';
import { programmableChannel, wish, wishesIn } from './support.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });

async function set(change: Partial<DeliveryParts> = {}) {
  const clock = createFakeClock();
  const journal = createMemoryJournal({ clock, log: quiet });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const outbox = createMemoryOutbox(clock);
  const slack = programmableChannel('slack', () => clock.now());
  const email = programmableChannel('email', () => clock.now());
  const told: { message: string; detail: object }[] = [];
  const parts: DeliveryParts = {
    outbox, journal, live, clock, bootId: 'boot-1', channels: new Map<Surface, DeliveryParts['channels'] extends ReadonlyMap<Surface, infer C> ? C : never>([['slack', slack.channel], ['email', email.channel]]), keptSurfaces: new Set<Surface>(['sms']),
    wanted: wishesIn, nextPlace: () => null, render: async (row) => ({ heading: `${row.key} v${row.wanted}`, body: '', actions: [], text: '', tone: 'info' }), redact: (text) => text.replaceAll('hunter2', '[redacted]'),
    log: (message, detail) => { told.push({ message, detail }); }, ...change,
  };
  const begin = (): { stop(): Promise<void> } => {
    const delivery = startDelivery(parts);
    stops.push(() => delivery.stop());
    return delivery;
  };
  const delivery = begin();
  const want = async (...entries: ReturnType<typeof wish>[]): Promise<void> => { await journal.append({ entries }); };
  const row = async (key: string): Promise<OutboxRow | undefined> => (await outbox.list({})).find((each) => each.key === key);
  /** Lets the clock tick and whatever follows from it settle. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(Math.min(500, ms - passed));
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => { setImmediate(resolve); });
    }
  };
  return { clock, journal, live, outbox, slack, email, told, parts, delivery, begin, want, row, pass };
}
type Setup = Awaited<ReturnType<typeof set>>;

describe('delivery', () => {
  let it: Setup;
  beforeEach(async () => { it = await set(); });

  test('what an entry makes wanted is handed over once, with its key', async () => {
    await it.want(wish('a'), wish('b', { surface: 'email' }));
    await until('both', () => it.slack.sent.length + it.email.sent.length >= 2);
    await it.pass(120_000);
    expect([...it.slack.sent, ...it.email.sent].map(({ what, key }) => [what, key])).toEqual([['post', 'a'], ['post', 'b']]);
    expect(await it.row('a')).toMatchObject({ status: 'sent', ref: { message: 'ref-a-1' } });
  });

  test('after a restart entries are not turned into messages again', async () => {
    await it.want(wish('a'));
    await until('it is sent', async () => (await it.row('a'))?.status === 'sent');
    await it.delivery.stop();
    it.begin();
    await it.want(wish('b'));
    await until('the new one', () => it.slack.sent.some(({ key }) => key === 'b'));
    await it.pass(60_000);
    expect(it.slack.sent.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  test('a call waits for no more than the few messages that are being handed over, however many came before it', async () => {
    const go = Array.from({ length: 8 }, () => it.slack.hangs());
    await it.want(...Array.from({ length: 100 }, (_, n) => wish(`calm${n}`)));
    await until('the first are on their way', () => it.slack.sent.length === 8);
    await it.want(wish('call', { subject: { view: 'page', id: 'I-1.0', seq: 1 } }));
    await until('it is a row', async () => await it.row('call') !== undefined);
    for (const each of go) each();
    await until('all', () => it.slack.sent.length === 101);
    expect(it.slack.sent.findIndex(({ key }) => key === 'call')).toBe(16);
  });

  test('what comes while messages are planned is planned together, not batch by batch', async () => {
    await it.delivery.stop();
    let [looks, go] = [0, (): void => undefined];
    const gate = new Promise<void>((resolve) => { go = resolve; });
    const slow = startDelivery({ ...it.parts, outbox: { ...it.outbox, cursor: async (consumer) => { looks++; await gate; return it.outbox.cursor(consumer); } } });
    stops.push(() => slow.stop());
    for (let n = 0; n < 20; n++) await it.want(wish(`m${n}`));
    await it.live.reach(20);
    go();
    await until('all of them', () => it.slack.sent.length >= 20);
    await it.pass(0);
    // Two looks of the plan that was under way, one or two of the one behind it.
    expect(looks).toBeLessThanOrEqual(4);
    expect(it.slack.sent).toHaveLength(20);
  });

  test('two nodes on one outbox hand each message over once', async () => {
    const other = startDelivery({ ...it.parts, bootId: 'boot-2' });
    stops.push(() => other.stop());
    await it.want(...Array.from({ length: 30 }, (_, index) => wish(`m${index}`)));
    await until('thirty', () => it.slack.sent.length >= 30);
    await it.pass(40_000);
    expect(it.slack.sent.map(({ key }) => key).toSorted()).toEqual(Array.from({ length: 30 }, (_, index) => `m${index}`).toSorted());
  });

  test.each<[ChannelFailure, number | null, string, number | null]>([
    ['unreachable', null, 'queued', 2_000],
    ['outcome-unknown', null, 'queued', 2_000],
    ['busy', 17_000, 'queued', 17_000],
    ['refused', null, 'failed', null],
  ])('%s (retry after %s): %s', async (code, retryAfterMs, status, againAfterMs) => {
    it.slack.fails(new ChannelError(code, 'the platform said so', retryAfterMs));
    await it.want(wish('a'));
    await until('the failure', async () => (await it.row('a'))?.attempts === 1);
    expect(await it.row('a')).toMatchObject({ status, lastError: 'the platform said so' });
    if (againAfterMs === null) {
      await it.pass(300_000);
      expect(it.slack.sent).toHaveLength(1);
    } else {
      await it.pass(againAfterMs - 500);
      expect(it.slack.sent).toHaveLength(1);
      await it.pass(1_500);
      expect(it.slack.sent.map(({ what, key }) => [what, key])).toEqual([['post', 'a'], ['post', 'a']]);
      expect(await it.row('a')).toMatchObject({ status: 'sent', attempts: 0, lastError: null });
    }
  });

  test('the pause between tries grows to a minute and no further', async () => {
    for (let fault = 0; fault < 12; fault++) it.slack.fails(new ChannelError('unreachable', 'down'));
    await it.want(wish('a'));
    await it.pass(600_000);
    const pauses = it.slack.sent.map(({ at }, index) => at - (it.slack.sent[index - 1]?.at ?? at)).slice(1);
    expect(pauses.slice(0, 5).every((pause, index) => index === 0 || pause > pauses[index - 1]!)).toBe(true);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(61_000);
    expect(it.slack.sent).toHaveLength(13);
    expect(await it.row('a')).toMatchObject({ status: 'sent' });
  });

  test('a dead letter is told, without the secret that the platform repeated', async () => {
    it.slack.fails(new ChannelError('refused', 'invalid token hunter2'));
    await it.want(wish('a'));
    await until('the dead letter', async () => (await it.row('a'))?.status === 'failed');
    expect((await it.row('a'))!.lastError).toBe('invalid token [redacted]');
    expect(it.told).toEqual([{ message: expect.stringContaining('dead letter'), detail: { key: 'a', surface: 'slack', why: 'invalid token [redacted]' } }]);
  });

  test('a fault of ours while rendering is tried again, and other messages go out', async () => {
    let broken = true;
    const own = await set({ render: async (row) => { if (row.key === 'a' && broken) throw new Error('no such name'); return { heading: row.key, body: '', actions: [], text: '', tone: 'info' }; } });
    await own.want(wish('a'), wish('b'));
    await until('the other', () => own.slack.sent.some(({ key }) => key === 'b'));
    expect(await own.row('a')).toMatchObject({ status: 'queued', lastError: 'no such name' });
    broken = false;
    await own.pass(3_000);
    expect(await own.row('a')).toMatchObject({ status: 'sent' });
  });

  test('there is nothing to say any more: the row is closed and nothing is posted', async () => {
    const own = await set({ render: async () => null });
    await own.want(wish('a'));
    await until('it is closed', async () => (await own.row('a'))?.status === 'sent');
    expect(own.slack.sent).toEqual([]);
  });

  test('a message that the platform lost is posted anew, with the same key', async () => {
    await it.want(wish('a', { editable: true }));
    await until('it stands', async () => (await it.row('a'))?.status === 'sent');
    it.slack.fails(new ChannelError('gone', 'message_not_found'));
    await it.want(wish('a', { editable: true }));
    await it.pass(8_000);
    expect(it.slack.sent.map(({ what, key }) => [what, key])).toEqual([['post', 'a'], ['update', 'ref-a-1'], ['post', 'a']]);
    expect(await it.row('a')).toMatchObject({ status: 'sent', ref: { message: 'ref-a-3' } });
  });

  test('a post that the platform calls gone is tried again with a pause, not in circles', async () => {
    for (let fault = 0; fault < 50; fault++) it.slack.fails(new ChannelError('gone', 'channel_gone'));
    await it.want(wish('a'));
    await it.pass(30_000);
    expect(it.slack.sent.length).toBeLessThan(8);
  });

  test('edits are paced, and the last state always arrives', async () => {
    await it.want(wish('a', { editable: true }));
    await until('it stands', async () => (await it.row('a'))?.status === 'sent');
    for (let edit = 0; edit < 10; edit++) await it.want(wish('a', { editable: true }));
    await it.pass(1_000);
    expect(it.slack.sent).toHaveLength(1);
    await it.pass(10_000);
    expect(it.slack.sent.map(({ what, card }) => [what, card])).toEqual([['post', 'a v1'], ['update', 'a v11']]);
  });

  test('an edit that had to wait is there when its three seconds are over, not later', async () => {
    it.clock.advance(1_700);
    await it.want(wish('a', { editable: true }));
    await until('it stands', async () => (await it.row('a'))?.status === 'sent');
    await it.want(wish('a', { editable: true }));
    await it.pass(2_500);
    expect(it.slack.sent).toHaveLength(1);
    await it.pass(500);
    expect(it.slack.sent.map(({ what, at }) => [what, at - it.slack.sent[0]!.at])).toEqual([['post', 0], ['update', 3_000]]);
  });

  test('a thread comes after the message that opens it, under it, in the order of the journal', async () => {
    const opened = it.slack.hangs();
    await it.want(wish('root', { editable: true }), wish('r1', { threadKey: 'root' }), wish('r2', { threadKey: 'root' }), wish('r3', { threadKey: 'root' }));
    await until('the root is on its way', () => it.slack.sent.length === 1);
    await it.pass(2_000);
    expect(it.slack.sent.map(({ key }) => key)).toEqual(['root']);
    opened();
    await it.pass(2_000);
    expect(it.slack.sent.map(({ key, thread }) => [key, thread])).toEqual([['root', null], ['r1', 'ref-root-1'], ['r2', 'ref-root-1'], ['r3', 'ref-root-1']]);
  });

  test('a thread finds its parent behind a thousand later messages', async () => {
    await it.want(wish('root'));
    await until('the root', async () => (await it.row('root'))?.status === 'sent');
    await it.want(...Array.from({ length: 600 }, (_, index) => wish(`later${index}`)));
    await until('the later ones', () => it.slack.sent.length >= 601);
    await it.want(wish('reply', { threadKey: 'root' }));
    await until('the reply', () => it.slack.sent.some(({ key }) => key === 'reply'));
    expect(it.slack.sent.at(-1)).toMatchObject({ key: 'reply', thread: 'ref-root-1' });
  });

  describe('a platform that wants a conversation left alone', () => {
    const other = { kind: 'channel', channel: 'cluster02' };
    test('gets nothing more there until its time is over, old or new; other conversations go on', async () => {
      it.slack.fails(new ChannelError('busy', 'too many messages', 17_000));
      await it.want(wish('a'), ...Array.from({ length: 40 }, (_, index) => wish(`m${index}`)), wish('elsewhere', { target: other as never }));
      await until('the other conversation', async () => (await it.row('elsewhere'))?.status === 'sent');
      const before = it.slack.sent.filter(({ key }) => key !== 'elsewhere').length;
      // What was on its way side by side with the refused one.
      expect(before).toBeLessThanOrEqual(16);
      await it.want(wish('newer'));
      await it.pass(16_000);
      expect(it.slack.sent.filter(({ key }) => key !== 'elsewhere')).toHaveLength(before);
      await it.pass(2_500);
      expect(new Set(it.slack.sent.map(({ key }) => key)).size).toBe(43);
      expect(await it.row('newer')).toMatchObject({ status: 'sent' });
    });
    test('is believed by every node', async () => {
      it.slack.fails(new ChannelError('busy', 'too many messages', 17_000));
      await it.want(wish('a'));
      await until('it was refused', async () => (await it.row('a'))?.attempts === 1);
      const second = programmableChannel('slack', () => it.clock.now());
      const node = startDelivery({ ...it.parts, bootId: 'boot-2', channels: new Map([['slack' as const, second.channel]]) });
      stops.push(() => node.stop());
      await it.want(wish('b'));
      await it.pass(10_000);
      expect(second.sent).toEqual([]);
    });
    test('is not asked again at once, whatever it says', async () => {
      for (let fault = 0; fault < 20; fault++) it.slack.fails(new ChannelError('busy', 'too many messages', 0));
      await it.want(wish('a'));
      await it.pass(5_000);
      expect(it.slack.sent.length).toBeLessThanOrEqual(6);
    });
  });

  test('after an outage a thread is told in the order of the journal', async () => {
    await it.want(wish('root', { editable: true }));
    await until('the root', async () => (await it.row('root'))?.status === 'sent');
    for (let fault = 0; fault < 6; fault++) it.slack.fails(new ChannelError('unreachable', 'no route'));
    await it.want(wish('r1', { threadKey: 'root' }));
    await it.pass(40_000);
    for (const key of ['r2', 'r3']) { await it.want(wish(key, { threadKey: 'root' })); await it.pass(1_000); }
    await it.pass(200_000);
    const told = it.slack.sent.map(({ key }) => key).filter((key) => key.startsWith('r') && !key.startsWith('r1') && key !== 'root');
    expect(told).toEqual(['r2', 'r3']);
    expect(it.slack.sent.findLastIndex(({ key }) => key === 'r1')).toBeLessThan(it.slack.sent.findIndex(({ key }) => key === 'r2'));
  });

  describe('a lost answer', () => {
    const lost = new ChannelError('outcome-unknown', 'no answer');
    test('to a post: the message that the platform shows is edited, and none is posted again', async () => {
      it.slack.fails(lost);
      await it.want(wish('a'));
      await until('the loss', async () => (await it.row('a'))?.attempts === 1);
      it.slack.shows('a', 'found');
      await it.pass(5_000);
      expect(it.slack.sent.map(({ what, key }) => [what, key])).toEqual([['post', 'a'], ['update', 'found']]);
      expect(await it.row('a')).toMatchObject({ status: 'sent', ref: { message: 'found' } });
    });
    test('to a post, shown only after it was posted again: the second copy is removed', async () => {
      it.slack.fails(lost);
      await it.want(wish('a'));
      await it.pass(5_000);
      it.slack.shows('a', 'late');
      it.slack.shows('a', 'ref-a-2');
      await it.pass(2_000);
      expect(it.slack.sent.map(({ what, key }) => [what, key])).toEqual([['post', 'a'], ['post', 'a'], ['remove', 'late']]);
      expect(await it.row('a')).toMatchObject({ status: 'sent', ref: { message: 'ref-a-2' } });
    });
    test('to an edit: the newest state is shown once more a minute later, since the lost one may arrive after it', async () => {
      await it.want(wish('a', { editable: true }));
      await until('it stands', async () => (await it.row('a'))?.status === 'sent');
      it.slack.fails(lost);
      await it.want(wish('a', { editable: true }));
      await it.pass(120_000);
      expect(it.slack.sent.map(({ what, card }) => [what, card])).toEqual([['post', 'a v1'], ['update', 'a v2'], ['update', 'a v2'], ['update', 'a v2']]);
      expect(it.slack.sent[3]!.at - it.slack.sent[1]!.at).toBeGreaterThanOrEqual(60_000);
      expect(await it.row('a')).toMatchObject({ status: 'sent' });
    });
    test('a copy that cannot be removed now is tried again; one that is gone already is not; one that never can is told', async () => {
      await it.want(wish('a'));
      await until('it stands', async () => (await it.row('a'))?.status === 'sent');
      for (const error of [new ChannelError('unreachable', 'no route'), new ChannelError('gone', 'message_not_found')]) it.slack.fails(error);
      it.slack.shows('a', 'second');
      await it.pass(30_000);
      expect(it.slack.sent.filter(({ what }) => what === 'remove')).toHaveLength(2);
      it.slack.fails(new ChannelError('refused', 'cant_delete_message hunter2'));
      it.slack.shows('a', 'third');
      await it.pass(120_000);
      expect(it.slack.sent.filter(({ what }) => what === 'remove').map(({ key }) => key)).toEqual(['second', 'second', 'third']);
      expect(it.told).toEqual([{ message: 'a second copy of a message could not be removed', detail: { key: 'a', surface: 'slack', conversation: 'cluster01', why: 'cant_delete_message [redacted]' } }]);
    });
  });

  test('what reached nobody for two minutes goes to the person\'s next place, once; where it never will, at once', async () => {
    const toBen = { target: { kind: 'person' as const, person: 'ben', identity: 'T1/U2' } };
    const own = await set({ nextPlace: (row) => ({ ...row, key: `${row.key}/email`, surface: 'email', target: { kind: 'person', person: 'ben', identity: 'ben@example.com' } }) });
    for (let fault = 0; fault < 20; fault++) own.slack.fails(new ChannelError('unreachable', 'down'));
    await own.want(wish('ask', toBen), wish('to a channel'));
    await own.pass(110_000);
    expect(own.email.sent).toEqual([]);
    await own.pass(600_000);
    expect(own.email.sent.map(({ key }) => key)).toEqual(['ask/email']);
    expect(await own.row('ask')).toMatchObject({ status: 'sent' });
    own.slack.fails(new ChannelError('refused', 'user_not_found'));
    await own.want(wish('never', toBen));
    await own.pass(12_000);
    expect(own.email.sent.map(({ key }) => key)).toEqual(['ask/email', 'never/email']);
  });

  describe('proof', () => {
    const toBen = { surface: 'email' as const, target: { kind: 'person' as const, person: 'ben', identity: 'ben@example.com' } };
    const proving = async (change: Partial<DeliveryParts> = {}) => {
      const unreached: string[] = [];
      const own = await set({ unreached: (row) => { unreached.push(`${row.key} ${row.status}`); }, nextPlace: (row) => (row.surface === 'email' ? { ...row, key: `${row.key}/slack`, surface: 'slack', target: { kind: 'person', person: 'ben', identity: 'T1/U2' } } : null), ...change });
      Object.assign(own.email.channel, { proves: true });
      return { ...own, unreached };
    };
    test('that does not come within three minutes sends the person\'s message to the next place, once; proof in time does not', async () => {
      const own = await proving();
      await own.want(wish('ask', toBen), wish('proven', toBen));
      await until('both are sent', () => own.email.sent.length === 2);
      await own.outbox.receipt({ surface: 'email', of: { key: 'proven' }, became: 'delivered', why: null });
      await own.pass(175_000);
      expect(own.slack.sent).toEqual([]);
      await own.pass(600_000);
      expect(own.slack.sent.map(({ key }) => key)).toEqual(['ask/slack']);
      expect([await own.row('ask'), await own.row('proven')]).toMatchObject([{ status: 'sent', fellOverTo: 'ask/slack' }, { status: 'delivered' }]);
      expect(own.email.sent).toHaveLength(2);
    });
    test('of the contrary sends it there at once, and where there is no other place somebody else is to hear of it', async () => {
      const own = await proving();
      await own.want(wish('ask', toBen));
      await until('it is sent', async () => (await own.row('ask'))?.status === 'sent');
      await own.outbox.receipt({ surface: 'email', of: { key: 'ask' }, became: 'failed', why: 'no such mailbox' });
      own.slack.fails(new ChannelError('refused', 'user_not_found'));
      await own.pass(30_000);
      expect([own.slack.sent.map(({ key }) => key), own.unreached]).toEqual([['ask/slack'], ['ask/slack failed']]);
    });
    test('survives the node: what it sent is not sent again by the next, whose clock goes on counting', async () => {
      const own = await proving();
      await own.want(wish('ask', toBen));
      await until('it is sent', async () => (await own.row('ask'))?.status === 'sent');
      await own.delivery.stop();
      own.clock.advance(170_000);
      own.begin();
      await own.pass(40_000);
      expect([own.email.sent.length, own.slack.sent.map(({ key }) => key)]).toEqual([1, ['ask/slack']]);
    });
    test('a node that dies in the middle of a post repeats that one alone, under the same key', async () => {
      const own = await proving();
      await own.want(wish('before', toBen));
      await until('the first', async () => (await own.row('before'))?.status === 'sent');
      const answered = own.email.hangs();
      await own.want(wish('in flight', toBen));
      await until('it is on its way', () => own.email.sent.length === 2);
      // The node is dead from here on: nothing that it would have written down is.
      const second = startDelivery({ ...own.parts, bootId: 'boot-2' });
      stops.push(() => second.stop());
      await own.pass(60_000);
      expect(own.email.sent.map(({ key }) => key)).toEqual(['before', 'in flight', 'in flight']);
      answered();
    });
  });

  test('an address that takes nothing is not even tried: a dead letter that says why, and the next place at once', async () => {
    const own = await set({ barred: (row) => (row.key === 'ask' ? 'ben\'s phone sent STOP.' : null), nextPlace: (row) => ({ ...row, key: `${row.key}/email`, surface: 'email' }) });
    await own.want(wish('ask', { target: { kind: 'person', person: 'ben', identity: 'T1/U2' } }), wish('other'));
    await own.pass(12_000);
    expect([own.slack.sent.map(({ key }) => key), own.email.sent.map(({ key }) => key)]).toEqual([['other'], ['ask/email']]);
    expect(await own.row('ask')).toMatchObject({ status: 'failed', lastError: 'ben\'s phone sent STOP.' });
  });

  test('a platform that says the person left is believed: never tried again, and told', async () => {
    const left: string[] = [];
    const own = await set({ optedOut: (row) => { left.push(row.key); } });
    own.slack.fails(new ChannelError('opted-out', 'error 21610'));
    await own.want(wish('a'));
    await own.pass(300_000);
    expect([left, own.slack.sent.length, (await own.row('a'))!.status]).toEqual([['a'], 1, 'failed']);
  });

  test('a surface that hangs delays no other', async () => {
    const answered = it.slack.hangs();
    await it.want(wish('slow'), wish('mail', { surface: 'email' }));
    await until('the mail', () => it.email.sent.length === 1);
    await it.want(wish('mail2', { surface: 'email' }));
    await until('the next mail', () => it.email.sent.length === 2);
    expect(await it.row('slow')).toMatchObject({ status: 'queued' });
    answered();
    await until('the slow one at last', async () => (await it.row('slow'))?.status === 'sent');
  });

  test('without a transport a message is kept, with the replies to it', async () => {
    await it.want(wish('sms', { surface: 'sms' }), wish('sms2', { surface: 'sms', threadKey: 'sms' }));
    await until('both are kept', async () => (await it.outbox.list({ surface: 'sms', status: 'kept' })).length === 2);
  });

  test('messages for a surface that nobody serves wait in the outbox', async () => {
    await it.want(wish('teams', { surface: 'teams' }), wish('a'));
    await until('the other', () => it.slack.sent.length === 1);
    expect(await it.row('teams')).toMatchObject({ status: 'queued', attempts: 0 });
  });

  test('the journal or the outbox away: the next second tries again, nothing is lost', async () => {
    let away = true;
    const own = await set();
    await own.delivery.stop();
    const outbox = { ...own.outbox, want: async (...args: Parameters<typeof own.outbox.want>) => { if (away) throw new Error('the database is away'); return own.outbox.want(...args); } };
    const delivery = startDelivery({ ...own.parts, outbox });
    stops.push(() => delivery.stop());
    await own.want(wish('a'));
    await own.pass(3_000);
    expect(own.slack.sent).toEqual([]);
    expect(own.told.length).toBeGreaterThan(0);
    away = false;
    await own.pass(2_000);
    expect(own.slack.sent.map(({ key }) => key)).toEqual(['a']);
  });

  test('stopping waits for the hand-over under way and begins no other', async () => {
    const answered = it.slack.hangs();
    await it.want(wish('a'), wish('b', { threadKey: null }));
    await until('the first is on its way', () => it.slack.sent.length >= 1);
    let stopped = false;
    const stopping = it.delivery.stop().then(() => { stopped = true; });
    await it.pass(2_000);
    expect(stopped).toBe(false);
    answered();
    await stopping;
    expect(await it.row('a')).toMatchObject({ status: 'sent' });
    await it.want(wish('c'));
    await it.pass(5_000);
    expect(it.slack.sent.some(({ key }) => key === 'c')).toBe(false);
  });
});
