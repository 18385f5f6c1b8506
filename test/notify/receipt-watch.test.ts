import { afterEach, describe, expect, test } from '@jest/globals';
import { estateStream, type JournalEvent } from '../../src/core/event.js';
import { lifeboat, type Surface } from '../../src/core/names.js';
import { proofAfterMs, unprovenWays, unprovenWithinMs, type Provable } from '../../src/core/proof.js';
import { openIncidents } from '../../src/core/state.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { startReceiptWatch } from '../../src/notify/receipt-watch.js';
import { anEstate, fakeClock, silentLogger } from '../web/support.js';
import { anEvent } from './support.js';

const minute = 60_000;
const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });

describe('which ways leave messages unproven', () => {
  const now = 100 * minute;
  const sent = (to: string, minutesAgo: number, more: Partial<Provable> = {}): Provable => ({ surface: 'sms', to, sentAt: now - minutesAgo * minute, deliveredAt: null, call: false, ...more });
  test.each<[string, Provable[], string[]]>([
    ['two of one person are too few', [sent('ana', 10), sent('ana', 5)], []],
    ['three of one person', [sent('ana', 20), sent('ana', 10), sent('ana', 5)], ['sms/ana 3']],
    ['the third may still be proven', [sent('ana', 20), sent('ana', 10), sent('ana', 2)], []],
    ['at three minutes it may not', [sent('ana', 20), sent('ana', 10), sent('ana', proofAfterMs / minute)], ['sms/ana 3']],
    ['not within half an hour', [sent('ana', 20), sent('ana', 10), sent('ana', (proofAfterMs + unprovenWithinMs) / minute)], []],
    ['several people: the surface as a whole', [sent('ana', 20), sent('ben', 10), sent('ana', 5)], ['sms 3']],
    ['where another\'s was proven since, it is one person', [sent('ana', 20), sent('ana', 10), sent('ana', 5), sent('ben', 9), sent('ben', 8, { deliveredAt: now - 4 * minute })], ['sms/ana 3']],
    ['a proof in between: the count begins anew', [sent('ana', 20), sent('ana', 10), sent('ana', 5), sent('ana', 9, { deliveredAt: now - 8 * minute })], []],
    ['a proof by another way says nothing', [sent('ana', 20), sent('ana', 10), sent('ana', 5), sent('ana', 5, { surface: 'email', deliveredAt: now - 4 * minute })], ['sms/ana 3']],
    ['a call among them is graver', [sent('ana', 20), sent('ana', 10, { call: true }), sent('ana', 5)], ['sms/ana 3 call']],
    ['each surface for itself', [...[9, 8, 7].map((ago) => sent('ana', ago)), ...[9, 8, 7].map((ago) => sent('ben', ago, { surface: 'email' }))], ['sms/ana 3', 'email/ben 3']],
  ])('%s', (_title, messages, ways) => {
    expect(unprovenWays(messages, now).map(({ surface, to, count, call }) => `${surface}${to === null ? '' : `/${to}`} ${count}${call ? ' call' : ''}`)).toEqual(ways);
  });
});

async function aWatch() {
  const clock = fakeClock();
  const journal = createMemoryJournal({ clock, log: silentLogger() });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const outbox = createMemoryOutbox(clock);
  const say = async (event: JournalEvent, stream: string): Promise<void> => { await live.reach((await journal.append({ entries: [{ stream, tenant: null, actor: lifeboat('start'), event }] })).at(-1)!.seq); };
  await say({ type: 'estate.imported', estate: anEstate(), source: 'x', digest: 'd' }, estateStream);
  const incidents = createIncidents({ journal, live, clock });
  const start = (): void => { stops.push(startReceiptWatch({ live, clock, outbox, raised: (event) => incidents.raise(event), cleared: (key, evidence) => incidents.resolve(key, evidence), log: (message, detail) => { throw new Error(`${message} ${JSON.stringify(detail)}`); } })); };
  start();
  let at = 0;
  const text = async (key: string, person = 'ana', subject = { view: 'story', id: 'R-1' }, surface: Surface = 'sms', provable = true): Promise<void> => {
    await outbox.want([{ key, surface, target: { kind: 'person', person, identity: `+1${person.length}` }, threadKey: null, subject: { ...subject, seq: 1 }, tenant: null, wanted: 1, editable: false }], { consumer: 'x', from: at, to: ++at });
    await outbox.sent(key, 1, { surface, conversation: person, message: key }, 0, provable);
  };
  return {
    clock, live, outbox, text, start, incidents,
    proven: (key: string) => outbox.receipt({ surface: 'sms', of: { key }, became: 'delivered', why: null }),
    pass: async (minutes: number): Promise<void> => { for (let gone = 0; gone < minutes; gone++) await clock.advance(minute); },
    open: () => openIncidents(live.current).filter(({ key }) => key.startsWith('RECEIPTS_MISSING')).map(({ key, severity }) => `${key} ${severity}`),
  };
}

describe('missing receipts', () => {
  test('open one incident that names the way and what to do, and the next proof ends it', async () => {
    const { text, pass, open, live, proven } = await aWatch();
    for (const key of ['a', 'b', 'c']) await text(key);
    await pass(2);
    expect(open()).toEqual([]);
    await pass(3);
    expect(open()).toEqual(['RECEIPTS_MISSING:sms/ana warning']);
    expect(openIncidents(live.current)[0]).toMatchObject({ tenant: null, title: expect.stringMatching(/^3 messages to ana by text message were handed over since .*, and nothing proves that they arrived\. To do: query delivery status=sent surface=sms$/) });
    await pass(120);
    expect([open(), live.current.incidents.size]).toEqual([['RECEIPTS_MISSING:sms/ana warning'], 1]);
    await text('d');
    await proven('d');
    await pass(2);
    expect([open(), live.current.incidents.size]).toEqual([[], 1]);
  });

  test('a receipt that comes late is a proof as well', async () => {
    const { text, pass, open, proven } = await aWatch();
    for (const key of ['a', 'b', 'c']) await text(key);
    await pass(10);
    await proven('b');
    await pass(2);
    expect(open()).toEqual([]);
    await pass(30);
    expect(open()).toEqual([]);
  });

  test('of several people they are the gateway\'s', async () => {
    const { text, pass, open } = await aWatch();
    for (const [key, person] of [['a', 'ana'], ['b', 'ben'], ['c', 'vic']] as const) await text(key, person);
    await pass(5);
    expect(open()).toEqual(['RECEIPTS_MISSING:sms warning']);
  });

  test('what has no receipts is never missing them', async () => {
    const { text, pass, open } = await aWatch();
    for (const key of ['a', 'b', 'c']) await text(key, 'ana', { view: 'story', id: 'R-1' }, 'email', false);
    await pass(10);
    expect(open()).toEqual([]);
  });

  test('a call for a critical incident makes it critical, also where the warning is open already', async () => {
    const { text, pass, open, incidents, clock, live } = await aWatch();
    for (const key of ['a', 'b', 'c']) await text(key);
    await pass(5);
    expect(open()).toEqual(['RECEIPTS_MISSING:sms/ana warning']);
    const incident = (await incidents.raise(anEvent({ occurredAt: clock.now() })))!;
    await text('page', 'ana', { view: 'page', id: `${incident.id}.0` });
    await pass(5);
    expect(open()).toEqual(['RECEIPTS_MISSING:sms/ana critical']);
    const names = () => live.current.incidents.get('I-1')!.events.map(({ name }) => name);
    expect(names().at(-1)).toBe('CALL_RECEIPTS_MISSING');
    const told = names();
    await pass(10);
    expect(names()).toEqual(told);
  });

  test('what it says itself by that way feeds it no more', async () => {
    const { text, pass, open, live, proven } = await aWatch();
    for (const key of ['a', 'b', 'c']) await text(key);
    await pass(5);
    await text('d');
    await proven('d');
    await pass(2);
    expect(open()).toEqual([]);
    for (const key of ['told', 'resolved', 'again']) await text(key, 'ana', { view: 'notification', id: 'I-1' });
    await text('called', 'ana', { view: 'page', id: 'I-1.0' });
    await pass(40);
    expect([open(), live.current.incidents.size]).toEqual([[], 1]);
  });

  test('of two nodes, and after a restart, there is one', async () => {
    const { text, pass, open, start, live } = await aWatch();
    start();
    for (const key of ['a', 'b', 'c']) await text(key);
    await pass(10);
    start();
    await pass(10);
    expect([open(), live.current.incidents.size]).toEqual([['RECEIPTS_MISSING:sms/ana warning'], 1]);
  });
});
