import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { estateStream, type JournalEntry } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { startDailyHead } from '../../src/journal/daily-head.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import type { Journal } from '../../src/ports/journal.js';
import { createFakeClock, eventually, noteEntry, quiet } from '../contract/support.js';
import { anEstate } from '../web/support.js';

const minute = 60_000;
const day = 24 * 60 * minute;
let clock: ReturnType<typeof createFakeClock>;
let journal: Journal;
let live: Awaited<ReturnType<typeof createLiveState>>;
const stops: (() => unknown)[] = [];

beforeEach(async () => {
  clock = createFakeClock(Date.UTC(2026, 10, 21, 22, 0));
  journal = createMemoryJournal({ clock, log: quiet });
  await journal.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate: anEstate(), source: 'x', digest: 'd' } }, noteEntry('a', 'one')] });
  live = await createLiveState(journal);
});
afterEach(async () => { for (const stop of stops.splice(0)) stop(); await live.stop(); });

const start = (): void => { stops.push(startDailyHead({ journal, live, clock, log: () => undefined })); };
const heads = async (): Promise<JournalEntry[]> => (await journal.read({ stream: 'journal' })).filter(({ event }) => event.type === 'journal.head-posted');
const pass = async (ms: number, expected: number): Promise<void> => {
  clock.advance(ms);
  await eventually('the heads that are due were recorded', async () => (await heads()).length === expected);
  await live.reach((await journal.read({})).length);
};
/** Nothing is due: as many looks as there were, and nothing came of them. */
const passQuietly = async (ms: number): Promise<void> => {
  clock.advance(ms);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

test('the first day has none; from the next midnight on each day has one, with the entry before it', async () => {
  start();
  await passQuietly(90 * minute);
  expect(await heads()).toEqual([]);
  const [, last] = await journal.read({});
  await pass(31 * minute, 1);
  expect((await heads())[0]!.event).toEqual({ type: 'journal.head-posted', day: '2026-11-22', seq: 2, chain: last!.chain });
  await passQuietly(10 * minute);
  expect(await heads()).toHaveLength(1);
  await pass(day, 2);
});

test('two nodes, and a restart, record one a day', async () => {
  start();
  start();
  await pass(3 * 60 * minute, 1);
  start();
  await passQuietly(10 * minute);
  expect(await heads()).toHaveLength(1);
});

test('a noted head proves the chain up to it, and fails where the chain was computed anew', async () => {
  start();
  await pass(3 * 60 * minute, 1);
  const [{ event }] = (await heads()) as [JournalEntry];
  if (event.type !== 'journal.head-posted') throw new Error('no head');
  expect(await journal.verify({ seq: event.seq, chain: event.chain })).toMatchObject({ ok: true });
  expect(await journal.verify({ seq: event.seq, chain: 'f'.repeat(64) })).toMatchObject({ ok: false, broken: { seq: 2, why: expect.stringContaining('noted elsewhere') } });
  expect(await journal.verify({ seq: 99, chain: event.chain })).toMatchObject({ ok: false, broken: { seq: 4, why: expect.stringContaining('removed from the end') } });
});
