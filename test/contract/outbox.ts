import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Millis } from '../../src/core/names.js';
import type { MessageRef } from '../../src/ports/channel.js';
import type { Outbox, Wanted } from '../../src/ports/outbox.js';

export interface OutboxHarness {
  fresh(): Promise<Outbox>;
  /** Lets time pass for leases and retries. */
  pass(ms: Millis): Promise<void>;
}

const want = (key: string, wanted: number, more: Partial<Wanted> = {}): Wanted => ({
  key, surface: 'slack', target: { kind: 'channel', channel: 'cluster01' }, threadKey: null, subject: { view: 'run', id: 'R-1', seq: wanted }, tenant: 'cluster01', wanted, editable: true, ...more,
});
const ref: MessageRef = { surface: 'slack', conversation: 'C1', message: '1.1' };

export const outboxContract = (name: string, harness: OutboxHarness): void => describe(`${name} is an Outbox`, () => {
  let outbox: Outbox;
  let at = 0;
  const add = async (...rows: Wanted[]): Promise<void> => { expect(await outbox.want(rows, { consumer: 'notify', from: at, to: ++at })).toBe(true); };
  const claimed = async (limit = 10): Promise<string[]> => (await outbox.claim('slack', limit, 60_000, 'me')).map(({ key }) => key);
  beforeEach(async () => { outbox = await harness.fresh(); at = 0; });

  test('rows and cursor move together, and only from where the cursor stands', async () => {
    expect(await outbox.cursor('notify')).toBe(0);
    expect(await outbox.want([want('a', 5)], { consumer: 'notify', from: 0, to: 5 })).toBe(true);
    expect(await outbox.want([want('b', 5)], { consumer: 'notify', from: 0, to: 5 })).toBe(false);
    expect(await outbox.cursor('notify')).toBe(5);
    expect(await outbox.cursor('somebody else')).toBe(0);
    expect((await outbox.list({})).map(({ key }) => key)).toEqual(['a']);
  });

  test('of two nodes that turned the same entries into rows one is told that it came second', async () => {
    const results = await Promise.all(['a', 'b', 'c'].map((key) => outbox.want([want(key, 1)], { consumer: 'notify', from: 0, to: 1 })));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await outbox.list({})).toHaveLength(1);
  });

  test('the messages of one view about one thing are found among any number of others', async () => {
    const about = (view: string, id: string): Partial<Wanted> => ({ subject: { view, id, seq: 1 } });
    await add(want('a', 1, about('page', 'I-3.0')), want('b', 1, about('page', 'I-3.1')), want('c', 1, about('page', 'I-30.0')), want('d', 1, about('incident', 'I-3.0')), want('e', 1, about('page', 'I-3.0')));
    await add(...Array.from({ length: 300 }, (_, number) => want(`later-${number}`, 2, about('notification', 'I-9'))));
    expect((await outbox.list({ about: { view: 'page', id: 'I-3.0' } })).map(({ key }) => key)).toEqual(['e', 'a']);
    expect((await outbox.list({ about: { view: 'page', id: 'I-3.0' }, limit: 1 })).map(({ key }) => key)).toEqual(['e']);
    expect(await outbox.list({ about: { view: 'page', id: 'I-4.0' } })).toEqual([]);
  });

  test('a dead letter is sent again on demand, with all its tries; nothing else is', async () => {
    await add(want('a', 1), want('b', 1));
    await claimed();
    await outbox.failed('a', 'no such channel', null);
    await outbox.sent('b', 1, ref);
    expect(await claimed()).toEqual([]);
    expect([await outbox.again('a'), await outbox.again('a'), await outbox.again('b'), await outbox.again('c')]).toEqual([true, false, false, false]);
    expect((await outbox.list({ status: 'queued' })).map(({ key, attempts }) => [key, attempts])).toEqual([['a', 0]]);
    expect(await claimed()).toEqual(['a']);
  });

  test('a claimed row is nobody else\'s until its lease ends', async () => {
    await add(want('a', 1), want('b', 1));
    expect(await claimed(1)).toEqual(['a']);
    expect(await claimed()).toEqual(['b']);
    expect(await claimed()).toEqual([]);
    await harness.pass(60_000);
    expect(await claimed()).toEqual(['a', 'b']);
  });

  test('a failure told by a node that lost its lease takes nothing back of what another delivered meanwhile', async () => {
    await add(want('a', 1));
    expect(await claimed()).toEqual(['a']);
    await harness.pass(60_000);
    expect(await claimed()).toEqual(['a']);
    await outbox.sent('a', 1, ref);
    await outbox.failed('a', 'No answer in time.', 1_000, { forgetRef: true });
    expect((await outbox.list({}))[0]).toMatchObject({ status: 'sent', ref, attempts: 0, lastError: null });
  });

  test('only the surface asked for is claimed, in the order wanted', async () => {
    await add(want('z', 1), want('mail', 1, { surface: 'email', editable: false }), want('a', 1));
    expect(await claimed()).toEqual(['z', 'a']);
  });

  test('what is urgent is claimed first, however much was wanted before it; among itself in the order wanted', async () => {
    await add(...Array.from({ length: 30 }, (_, n) => want(`calm${n}`, 1)), want('fire', 1, { urgent: true }));
    await add(want('calm30', 2), want('smoke', 2, { urgent: true }));
    expect(await claimed(2)).toEqual(['fire', 'smoke']);
    expect(await claimed(2)).toEqual(['calm0', 'calm1']);
  });

  test('what became urgent is claimed first from then on', async () => {
    await add(want('a', 1), want('b', 1));
    await add(want('b', 2, { urgent: true }));
    expect(await claimed()).toEqual(['b', 'a']);
  });

  test('a shown message is edited again when a newer version is wanted, and not before', async () => {
    await add(want('a', 1));
    await claimed();
    await outbox.sent('a', 1, ref);
    expect((await outbox.list({}))[0]).toMatchObject({ status: 'sent', shown: 1, ref, attempts: 0 });
    expect(await claimed()).toEqual([]);
    await add(want('a', 1));
    expect(await claimed()).toEqual([]);
    await add(want('a', 4), want('a', 3));
    const [row] = await outbox.claim('slack', 10, 60_000, 'me');
    expect(row).toMatchObject({ key: 'a', wanted: 4, shown: 1, ref, subject: { seq: 4 } });
  });

  test('a version wanted while an older one was being sent stays wanted', async () => {
    await add(want('a', 1));
    await claimed();
    await add(want('a', 2));
    await outbox.sent('a', 1, ref);
    expect((await outbox.list({ status: 'queued' })).map(({ key, shown, wanted }) => [key, shown, wanted])).toEqual([['a', 1, 2]]);
    expect(await claimed()).toEqual(['a']);
  });

  test('what is not editable is sent once', async () => {
    await add(want('mail', 1, { editable: false }));
    expect(await claimed()).toEqual(['mail']);
    await outbox.sent('mail', 1, ref);
    await add(want('mail', 9, { editable: false }));
    expect(await claimed()).toEqual([]);
    expect((await outbox.list({}))[0]).toMatchObject({ status: 'sent', wanted: 1 });
  });

  test('a reply waits until the message that opens its thread is posted', async () => {
    await add(want('reply', 2, { threadKey: 'parent', editable: false }), want('parent', 1));
    expect(await claimed()).toEqual(['parent']);
    expect((await outbox.list({})).map(({ threadRef }) => threadRef)).toEqual([null, null]);
    await outbox.sent('parent', 1, ref);
    const [reply] = await outbox.claim('slack', 10, 60_000, 'me');
    expect(reply).toMatchObject({ key: 'reply', ref: null, threadRef: ref });
    expect((await outbox.list({})).map(({ key, threadRef }) => [key, threadRef])).toEqual([['parent', null], ['reply', ref]]);
  });

  test('a line of a thread that could not be reached holds up the later ones, not the message above nor other threads', async () => {
    await add(want('root', 1), want('r1', 2, { threadKey: 'root', editable: false }), want('r2', 3, { threadKey: 'root', editable: false }), want('other', 1), want('o1', 2, { threadKey: 'other', editable: false }));
    await claimed();
    await outbox.sent('root', 1, ref);
    await outbox.sent('other', 1, { ...ref, message: '3.3' });
    expect(await claimed(1)).toEqual(['r1']);
    await outbox.failed('r1', 'no route', 30_000, { holdsThread: true });
    await add(want('root', 9));
    expect(await claimed()).toEqual(['root', 'o1']);
    await harness.pass(30_001);
    expect(await claimed()).toEqual(['r1', 'r2']);
  });

  test('a failed try is repeated after its delay, and not before', async () => {
    await add(want('a', 1));
    await claimed();
    await outbox.failed('a', 'Slack is down', 30_000.4);
    expect((await outbox.list({}))[0]).toMatchObject({ status: 'queued', attempts: 1, lastError: 'Slack is down' });
    expect(await claimed()).toEqual([]);
    await harness.pass(30_001);
    expect(await claimed()).toEqual(['a']);
  });

  test('a dead letter stays visible and is sent again when something newer is wanted', async () => {
    await add(want('a', 1));
    await claimed();
    await outbox.failed('a', 'no such channel', null);
    await harness.pass(86_400_000);
    expect(await claimed()).toEqual([]);
    expect(await outbox.list({ status: 'failed' })).toHaveLength(1);
    await add(want('a', 2));
    expect((await outbox.list({}))[0]).toMatchObject({ status: 'queued', attempts: 0 });
    expect(await claimed()).toEqual(['a']);
  });

  test('a message that the platform lost is posted anew', async () => {
    await add(want('a', 3));
    await claimed();
    await outbox.sent('a', 3, ref);
    await add(want('a', 4));
    await claimed();
    await outbox.failed('a', 'message_not_found', 0, { forgetRef: true });
    const [row] = await outbox.claim('slack', 1, 60_000, 'me');
    expect(row).toMatchObject({ key: 'a', ref: null, shown: 0, wanted: 4 });
  });

  test('without a transport messages are kept, with the replies to them', async () => {
    await add(want('a', 1), want('reply', 1, { threadKey: 'a', editable: false }));
    expect(await claimed()).toEqual(['a']);
    await outbox.kept('a', 1);
    expect(await claimed()).toEqual(['reply']);
    await outbox.kept('reply', 1);
    expect(await claimed()).toEqual([]);
    expect((await outbox.list({ surface: 'slack', status: 'kept' })).map(({ key }) => key)).toEqual(['reply', 'a']);
    expect(await outbox.list({ limit: 1 })).toHaveLength(1);
  });

  describe('a conversation that the platform wants left alone', () => {
    const other = { kind: 'channel', channel: 'cluster02' } as const;
    test('rests as a whole, and no other does', async () => {
      await add(want('a', 1), want('b', 1), want('c', 1, { target: other }), want('mail', 1, { surface: 'email', editable: false }));
      await outbox.pause('slack', 'cluster01', 20_000);
      expect(await claimed()).toEqual(['c']);
      await harness.pass(19_000);
      expect(await claimed()).toEqual([]);
      await harness.pass(1_001);
      expect(await claimed()).toEqual(['a', 'b']);
    });
    test('rests for the longest time that was said', async () => {
      await add(want('a', 1));
      await outbox.pause('slack', 'cluster01', 20_000);
      await outbox.pause('slack', 'cluster01', 1_000);
      await harness.pass(5_000);
      expect(await claimed()).toEqual([]);
    });
    test('gives back what was claimed, without a try', async () => {
      await add(want('a', 1));
      expect(await claimed()).toEqual(['a']);
      await outbox.release('a');
      expect((await outbox.list({}))[0]).toMatchObject({ attempts: 0, lastError: null });
      expect(await claimed()).toEqual(['a']);
    });
  });

  describe('an edit that nobody answered', () => {
    test('is followed by the newest state once more, later, since it may still be applied', async () => {
      await add(want('a', 1));
      await claimed();
      await outbox.sent('a', 1, ref);
      await add(want('a', 2));
      await claimed();
      await outbox.failed('a', 'no answer', 0, { settleInMs: 60_000 });
      expect(await claimed()).toEqual(['a']);
      await outbox.sent('a', 2, ref);
      expect((await outbox.list({}))[0]).toMatchObject({ status: 'queued', shown: 2, wanted: 2 });
      expect(await claimed()).toEqual([]);
      await harness.pass(60_001);
      expect(await claimed()).toEqual(['a']);
      await outbox.sent('a', 2, ref);
      expect((await outbox.list({}))[0]).toMatchObject({ status: 'sent', shown: 2 });
      await harness.pass(600_000);
      expect(await claimed()).toEqual([]);
    });
    test('keeps no newer version waiting', async () => {
      await add(want('a', 1));
      await claimed();
      await outbox.sent('a', 1, ref);
      await add(want('a', 2));
      await claimed();
      await outbox.failed('a', 'no answer', 0, { settleInMs: 60_000 });
      await claimed();
      await outbox.sent('a', 2, ref);
      await add(want('a', 3));
      expect(await claimed()).toEqual(['a']);
    });
  });

  describe('a second copy', () => {
    const second: MessageRef = { ...ref, message: '2.2' };
    const copies = async (): Promise<string[]> => (await outbox.copies('slack', 10, 60_000)).map((copy) => copy.ref.message);
    test('is what the platform shows beside the row\'s own message', async () => {
      await add(want('a', 1));
      await claimed();
      await outbox.sent('a', 1, ref);
      await outbox.seen('a', ref);
      expect(await copies()).toEqual([]);
      await outbox.seen('a', second);
      await outbox.seen('a', second);
      expect(await outbox.copies('slack', 10, 60_000)).toEqual([{ key: 'a', ref: second, conversation: 'cluster01', attempts: 0 }]);
      expect((await outbox.list({}))[0]).toMatchObject({ ref, status: 'sent' });
      await outbox.copyDone(second);
      await harness.pass(600_000);
      expect(await copies()).toEqual([]);
    });
    test('a post that nobody answered is found, and edited instead of posted again', async () => {
      await add(want('a', 1));
      await claimed();
      await outbox.failed('a', 'no answer', 0);
      await outbox.seen('a', ref);
      const [row] = await outbox.claim('slack', 1, 60_000, 'me');
      expect(row).toMatchObject({ key: 'a', ref, shown: 0 });
    });
    test('found while it was being posted again: the first stays and is shown anew, the second is the copy', async () => {
      await add(want('a', 1));
      await claimed();
      await outbox.seen('a', ref);
      await outbox.sent('a', 1, second);
      expect(await copies()).toEqual(['2.2']);
      const [row] = await outbox.claim('slack', 1, 60_000, 'me');
      expect(row).toMatchObject({ ref, shown: 0, wanted: 1 });
      await outbox.sent('a', 1, ref);
      expect((await outbox.list({}))[0]).toMatchObject({ status: 'sent', shown: 1, ref });
    });
    test('of what is sent once: two nodes sent it, and it is not sent or edited a third time', async () => {
      await add(want('mail', 1, { surface: 'email', editable: false }));
      await outbox.claim('email', 1, 60_000, 'me');
      await outbox.sent('mail', 1, { ...ref, surface: 'email' });
      await outbox.sent('mail', 1, { ...second, surface: 'email' });
      await harness.pass(600_000);
      expect(await outbox.claim('email', 1, 60_000, 'me')).toEqual([]);
      expect((await outbox.list({}))[0]).toMatchObject({ status: 'sent', shown: 1, ref: { message: ref.message } });
    });
    test('is tried again where it could not be removed, each by one node at a time', async () => {
      await add(want('a', 1));
      await outbox.sent('a', 1, ref);
      await outbox.seen('a', second);
      expect(await copies()).toEqual(['2.2']);
      expect(await copies()).toEqual([]);
      await outbox.copyDone(second, 5_000);
      expect(await copies()).toEqual([]);
      await harness.pass(5_001);
      expect(await outbox.copies('slack', 10, 60_000)).toEqual([{ key: 'a', ref: second, conversation: 'cluster01', attempts: 1 }]);
    });
    test('is another message: the same one, heard of with its conversation written otherwise, is not removed', async () => {
      await add(want('a', 1));
      await outbox.sent('a', 1, ref);
      await outbox.seen('a', { ...ref, conversation: 'T1/C1' });
      expect(await copies()).toEqual([]);
      expect((await outbox.list({}))[0]).toMatchObject({ ref, status: 'sent' });
    });
    test('stays while its conversation rests', async () => {
      await add(want('a', 1));
      await outbox.sent('a', 1, ref);
      await outbox.seen('a', second);
      await outbox.pause('slack', 'cluster01', 5_000);
      expect(await copies()).toEqual([]);
      await harness.pass(5_001);
      expect(await copies()).toEqual(['2.2']);
    });
    test('of a message that nobody wanted here is left alone', async () => {
      await outbox.seen('somebody else\'s', ref);
      expect(await copies()).toEqual([]);
      expect(await outbox.list({})).toEqual([]);
    });
  });

  describe('what reached nobody', () => {
    const toBen = (surface: 'slack' | 'sms'): Partial<Wanted> => ({ surface, target: { kind: 'person', person: 'ben', identity: 'T1/U2' }, editable: surface === 'slack' });
    const overdue = async (): Promise<string[]> => (await outbox.overdue(120_000, 10)).map(({ key }) => key);
    test('is overdue after its time, or at once where it never will, until it fell over', async () => {
      await add(want('ask', 1, toBen('slack')), want('never', 1, toBen('slack')), want('channel', 1), want('shown', 1, toBen('slack')));
      await outbox.sent('shown', 1, ref);
      await outbox.failed('never', 'no such person', null);
      expect(await overdue()).toEqual(['never']);
      await harness.pass(120_001);
      expect(await overdue()).toEqual(['ask', 'never']);
      await outbox.fallOver('ask', want('ask/sms', 1, toBen('sms')));
      await outbox.fallOver('never', null);
      expect(await overdue()).toEqual([]);
      expect((await outbox.claim('sms', 10, 60_000, 'me')).map(({ key, target, subject }) => [key, target, subject])).toEqual([['ask/sms', toBen('sms').target, { view: 'run', id: 'R-1', seq: 1 }]]);
      expect(await claimed()).toContain('ask');
    });
    test('goes to another place once, and changes nothing where that place has it', async () => {
      await add(want('ask', 1, toBen('slack')), want('ask/sms', 1, toBen('sms')));
      await outbox.claim('sms', 1, 60_000, 'me');
      await outbox.sent('ask/sms', 1, { ...ref, surface: 'sms' });
      await Promise.all([1, 2].map(() => outbox.fallOver('ask', want('ask/sms', 9, toBen('sms')))));
      expect((await outbox.list({ surface: 'sms' })).map(({ status, wanted }) => [status, wanted])).toEqual([['sent', 1]]);
    });
  });

  describe('what a platform says became of a message', () => {
    const sms = (key: string, identity = '+15550001002'): Wanted => want(key, 1, { surface: 'sms', target: { kind: 'person', person: 'ben', identity }, editable: false });
    const at = (message: string): MessageRef => ({ surface: 'sms', conversation: '+15550001002', message });
    const claimSms = async (): Promise<string[]> => (await outbox.claim('sms', 10, 60_000, 'me')).map(({ key }) => key);
    const hand = async (key: string, message = key): Promise<void> => { await claimSms(); await outbox.sent(key, 1, at(message), 0, true); };
    const delivered = (of: { key: string } | { message: string }) => outbox.receipt({ surface: 'sms', of, became: 'delivered', why: null });
    const failed = (key: string, why = 'The phone is off.') => outbox.receipt({ surface: 'sms', of: { key }, became: 'failed', why });
    const row = async (key: string) => (await outbox.list({})).find((each) => each.key === key);
    const overdue = async (): Promise<string[]> => (await outbox.overdue(120_000, 10, 180_000)).map(({ key }) => key);

    test('a delivery is proof, by our key or by the platform\'s id, and is known once', async () => {
      await add(sms('a'), sms('b'));
      await hand('a');
      await outbox.sent('b', 1, at('SM77'), 0, true);
      expect(await row('a')).toMatchObject({ status: 'sent', provable: true, deliveredAt: null });
      expect([await delivered({ key: 'a' }), await delivered({ key: 'a' }), await delivered({ message: 'SM77' }), await delivered({ message: 'SM78' }), await delivered({ key: 'c' })]).toEqual([true, false, true, false, false]);
      expect((await outbox.list({ status: 'delivered' })).map(({ key, deliveredAt }) => [key, deliveredAt === null])).toEqual([['b', false], ['a', false]]);
      expect(await outbox.receipt({ surface: 'email', of: { key: 'a' }, became: 'failed', why: 'forged' })).toBe(false);
    });
    test('a failure makes a dead letter that falls over at once and can be sent again', async () => {
      await add(sms('a'));
      await hand('a');
      expect([await failed('a'), await failed('a')]).toEqual([true, false]);
      expect(await row('a')).toMatchObject({ status: 'failed', shown: 0, ref: null, lastError: 'The phone is off.' });
      expect(await overdue()).toEqual(['a']);
      await outbox.fallOver('a', null);
      expect([await outbox.again('a'), await claimSms()]).toEqual([true, ['a']]);
      await outbox.sent('a', 1, at('second'), 0, true);
      expect(await row('a')).toMatchObject({ status: 'sent', lastError: null });
      await failed('a', 'Off still.');
      expect(await overdue()).toEqual(['a']);
    });
    test('a failure after the delivery says nothing, a delivery after the failure does', async () => {
      await add(sms('a'), sms('b'));
      await hand('a');
      await outbox.sent('b', 1, at('b'), 0, true);
      await delivered({ key: 'a' });
      expect(await failed('a')).toBe(false);
      expect([await failed('b'), await delivered({ key: 'b' })]).toEqual([true, true]);
      expect([(await row('a'))!.status, (await row('b'))!.status]).toEqual(['delivered', 'delivered']);
      expect([await overdue(), await outbox.again('b')]).toEqual([[], false]);
    });
    test('told before the answer to the post was written down, it is not lost', async () => {
      await add(sms('a'), sms('b'));
      await claimSms();
      expect([await delivered({ key: 'a' }), await failed('b')]).toEqual([true, true]);
      await outbox.sent('a', 1, at('a'), 0, true);
      await outbox.sent('b', 1, at('b'), 0, true);
      expect([await row('a'), await row('b')]).toMatchObject([{ status: 'delivered', shown: 1 }, { status: 'failed', shown: 0, lastError: 'The phone is off.' }]);
    });
    test('proof of a message whose post nobody answered ends its tries', async () => {
      await add(sms('a'));
      await claimSms();
      await outbox.failed('a', 'no answer', 1_000);
      expect(await delivered({ key: 'a' })).toBe(true);
      await harness.pass(600_000);
      expect(await claimSms()).toEqual([]);
    });
    test('of what waits to be sent, no failure can be told: it is from an earlier try', async () => {
      await add(sms('a'));
      expect(await failed('a')).toBe(false);
      await hand('a');
      expect(await row('a')).toMatchObject({ status: 'sent' });
    });
    test('without proof in time it falls over, once, and says whereto; what has no receipts does not', async () => {
      await add(sms('a'), sms('b'), sms('plain'));
      await hand('a');
      await outbox.sent('b', 1, at('b'), 0, true);
      await outbox.sent('plain', 1, at('plain'));
      await delivered({ key: 'b' });
      await harness.pass(179_000);
      expect(await overdue()).toEqual([]);
      await harness.pass(1_001);
      expect(await overdue()).toEqual(['a']);
      expect(await outbox.overdue(120_000, 10)).toEqual([]);
      await outbox.fallOver('a', { ...sms('a/mail'), surface: 'email' });
      expect(await overdue()).toEqual([]);
      expect((await outbox.list({ fellOver: true })).map(({ key, status, fellOverTo }) => [key, status, fellOverTo])).toEqual([['a', 'sent', 'a/mail']]);
    });
    test('what was sent or proven of late can be asked for, where receipts exist', async () => {
      await add(...['old', 'late', 'new', 'none'].map((key) => want(key, 1, { surface: 'sms', target: { kind: 'person', person: 'ana', identity: key }, editable: false })));
      await outbox.claim('sms', 10, 60_000, 'me');
      for (const key of ['old', 'late']) await outbox.sent(key, 1, { surface: 'sms', conversation: key, message: key }, 0, true);
      await harness.pass(3_600_000);
      expect(await delivered({ key: 'late' })).toBe(true);
      await outbox.sent('new', 1, { surface: 'sms', conversation: 'new', message: 'new' }, 0, true);
      await outbox.sent('none', 1, { surface: 'sms', conversation: 'none', message: 'none' });
      expect((await outbox.list({ receiptsWithinMs: 1_800_000 })).map(({ key }) => key)).toEqual(['new', 'late']);
      expect((await outbox.list({ receiptsWithinMs: 1_800_000, limit: 1 })).map(({ key }) => key)).toEqual(['new']);
    });
    test('what was never proven can be asked for', async () => {
      await add(sms('a'), sms('b'));
      await hand('a');
      await outbox.sent('b', 1, at('b'), 0, true);
      await delivered({ key: 'b' });
      expect(await outbox.list({ unprovenMs: 86_400_000 })).toEqual([]);
      await harness.pass(86_400_001);
      expect((await outbox.list({ unprovenMs: 86_400_000 })).map(({ key }) => key)).toEqual(['a']);
    });
  });
});
