import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { verifyFile } from '../../src/cli/journal-file.js';
import { runStream, type JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createPgConversations } from '../../src/drivers/channel/web/pg-store.js';
import { createErase } from '../../src/journal/erase.js';
import { exportJournal } from '../../src/journal/export.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createPostgresJournal, type PostgresJournal } from '../../src/journal/postgres.js';
import { createPostgresOnceStore } from '../../src/journal/once.js';
import { retain, startRetention, tidy } from '../../src/journal/retention.js';
import { createFakeClock, eventually, noteEntry, quiet } from '../contract/support.js';
import { aPlan } from '../web/support.js';
import { startTestDatabase, type TestDatabase } from './database.js';

const day = 86_400_000;
let database: TestDatabase;
let journal: PostgresJournal;
let live: Awaited<ReturnType<typeof createLiveState>>;

beforeAll(async () => { database = await startTestDatabase(); await createPgConversations(database.pool); });
afterAll(() => database.end());
beforeEach(async () => {
  await database.empty();
  await database.pool.query('truncate lifeboat.web_message');
  journal = createPostgresJournal(database.pool, { log: quiet });
  const of = (run: string, events: readonly JournalEvent[]) => events.map((event) => ({ stream: runStream(run), tenant: null, actor: lifeboat('engine'), event }));
  await journal.append({ entries: [
    ...of('R-1', [{ type: 'plan.proposed', plan: aPlan('R-1', 'cluster01', ['payroll']), expiresAt: null }, { type: 'step.progress', run: 'R-1', step: 's', line: 'halfway' }, { type: 'plan.rejected', run: 'R-1', by: 'ben', reason: 'no' }, { type: 'approval.refused', run: 'R-1', by: 'ben', surface: 'web', code: 'rejected' }]),
    ...of('R-2', [{ type: 'plan.proposed', plan: aPlan('R-2', 'cluster01', ['payroll']), expiresAt: null }, { type: 'step.progress', run: 'R-2', step: 's', line: 'halfway' }]),
    noteEntry('a', 'old'),
  ] });
  live = await createLiveState(journal);
});
afterEach(async () => { await live.stop(); await journal.close(); });

const all = (before = Date.now() + day) => retain({ pool: database.pool, live, log: () => undefined }, before);
const payloads = async (): Promise<number[]> => (await database.pool.query<{ seq: string }>('select seq from lifeboat.journal where payload is null order by seq')).rows.map(({ seq }) => Number(seq));

describe('what is older than it must be kept', () => {
  test('loses its payload where nothing is read from it any more, and the chain stays whole, online and in an export', async () => {
    expect(await all()).toEqual({ payloads: 3, messages: 0 });
    expect(await payloads()).toEqual([2, 4, 7]);
    expect((await journal.read({ afterSeq: 7 }))[0]!.event).toMatchObject({ type: 'journal.retained', dropped: [[2, 2], [4, 4], [7, 7]] });
    const verdict = await journal.verify();
    expect(verdict).toMatchObject({ ok: true, entries: 8, dropped: 3, erased: [] });
    let text = '';
    for await (const part of exportJournal(database.pool)) text += part;
    const file = join(mkdtempSync(join(tmpdir(), 'lifeboat-retention-')), 'journal.ndjson');
    writeFileSync(file, text);
    expect(await verifyFile(file)).toEqual(verdict);
    rmSync(dirname(file), { recursive: true });
  });

  test('a node that starts afterwards has the same runs, and goes on at the same places', async () => {
    const before = [...live.current.runs.values()].map(({ plan, status, streamSeq }) => [plan.run, status, streamSeq]);
    await all();
    const again = await createLiveState(journal);
    expect([...again.current.runs.values()].map(({ plan, status, streamSeq }) => [plan.run, status, streamSeq])).toEqual(before);
    await again.stop();
  });

  test('nothing younger goes, and doing it again does nothing', async () => {
    expect(await all(Date.now() - day)).toEqual({ payloads: 0, messages: 0 });
    await all();
    expect(await all()).toEqual({ payloads: 0, messages: 0 });
    expect(await journal.read({ afterSeq: 8 })).toEqual([]);
  });

  test('a payload that goes without such a record is a break', async () => {
    await database.pool.query('update lifeboat.journal set payload = null where seq = 2');
    expect(await journal.verify()).toMatchObject({ ok: false, broken: { seq: 2 } });
  });

  test('the database lets no payload go that the state is read from', async () => {
    await expect(database.pool.query('update lifeboat.journal set payload = null where seq = 1')).rejects.toThrow('append-only');
  });

  test('what is gone cannot be erased, and that is said', async () => {
    await all();
    const erase = createErase({ pool: database.pool, live, conversations: { changedAfter: async () => [], update: async () => null }, clock: { now: () => 0 } });
    expect(await erase({ seq: 7, text: null, reason: 'why', by: lifeboat('owner') })).toMatchObject({ ok: false, what: expect.stringContaining('gone already') });
  });

  test('messages go, too, but not those that may still be edited', async () => {
    const row = (key: string, editable: boolean, status: string): Promise<unknown> => database.pool.query(
      "insert into lifeboat.outbox (key, surface, target, view, subject_id, subject_seq, wanted, editable, status, created_at) values ($1, 'web', '{}', 'run', 'R-1', 1, 1, $2, $3, 1000)", [key, editable, status]);
    await Promise.all([row('card', true, 'sent'), row('line', false, 'sent'), row('waiting', false, 'queued')]);
    const conversations = await createPgConversations(database.pool);
    for (const key of ['card', 'line', 'said']) await conversations.put({ key, conversation: 'channel:x', thread: null, card: { heading: key, body: key, text: key, actions: [], tone: 'info' } }, 1000);
    expect((await all(2000)).messages).toBe(3);
    expect((await database.pool.query<{ key: string }>('select key from lifeboat.outbox order by key')).rows.map(({ key }) => key)).toEqual(['card', 'waiting']);
    expect((await conversations.list({ conversation: 'channel:x', limit: 9 })).map(({ key }) => key)).toEqual(['card']);
  });

  test('cleanup_files_interval: progress lines and refusals of the runs of one cluster that are over, and nothing else', async () => {
    const event: JournalEvent = { type: 'step.progress', run: 'R-1', step: 's', line: 'later' };
    await journal.append({ entries: [{ stream: runStream('R-1'), tenant: 'cluster01', actor: lifeboat('engine'), event }, { stream: runStream('R-1'), tenant: 'cluster02', actor: lifeboat('engine'), event }, { stream: runStream('R-2'), tenant: 'cluster01', actor: lifeboat('engine'), event: { ...event, run: 'R-2' } }] });
    await live.reach(10);
    expect(await tidy({ pool: database.pool, live }, 'cluster01', Date.now() - day)).toBe(0);
    expect(await tidy({ pool: database.pool, live }, 'cluster01', Date.now() + day)).toBe(1);
    expect([await payloads(), (await journal.verify()).ok]).toEqual([[8], true]);
  });

  test('it happens on one of two nodes a day, and never where nothing says how long to keep', async () => {
    const start = Date.now() + 40 * day;
    const clock = createFakeClock(start);
    const done: number[] = [];
    const forgotten: number[] = [];
    const parts = { pool: database.pool, live, once: createPostgresOnceStore(database.pool), clock, forgetRuns: async (before: number) => forgotten.push(before), log: () => { done.push(1); } };
    const stops = [startRetention({ ...parts, keepDays: null }), startRetention({ ...parts, keepDays: 30 }), startRetention({ ...parts, keepDays: 30 })];
    clock.advance(3_600_000);
    await eventually('the payloads are gone', async () => (await payloads()).length === 3);
    clock.advance(3_600_000);
    await live.reach(8);
    await eventually('it was told', () => done.length > 0);
    await eventually('the runs are forgotten', () => forgotten.length > 0);
    expect([done.length, forgotten, (await journal.read({})).length]).toEqual([1, [start + 3_600_000 - 30 * day], 8]);
    for (const stop of stops) stop();
  });
});
