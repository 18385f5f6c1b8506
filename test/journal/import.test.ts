import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Head, StoredEntry } from '../../src/core/chain.js';
import { estateStream, runStream, type JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { exportJournal } from '../../src/journal/export.js';
import { importJournal, NotEmpty } from '../../src/journal/import.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createPostgresOutbox } from '../../src/journal/outbox.js';
import { createPostgresJournal, type PostgresJournal } from '../../src/journal/postgres.js';
import { claimEntry, noteEntry, quiet, stepStarted } from '../contract/support.js';
import { anEstate, aPlan } from '../web/support.js';
import { startTestDatabase, type TestDatabase } from './database.js';

let database: TestDatabase;
let journal: PostgresJournal;
let exported: { head: Head; entries: StoredEntry[] };

beforeAll(async () => { database = await startTestDatabase(); });
afterAll(() => database.end());
beforeEach(async () => {
  await database.empty();
  journal = createPostgresJournal(database.pool, { log: quiet });
  const of = (run: string, events: readonly JournalEvent[]) => events.map((event) => ({ stream: runStream(run), tenant: 'cluster01', actor: lifeboat('engine'), event }));
  await journal.append({ entries: [
    { stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate: anEstate(), source: 'x', digest: 'd' } },
    ...of('R-1', [{ type: 'plan.proposed', plan: aPlan('R-1', 'cluster01', ['payroll']), expiresAt: null }, { type: 'plan.rejected', run: 'R-1', by: 'ben', reason: 'no' }]),
    ...of('R-2', [{ type: 'plan.proposed', plan: aPlan('R-2', 'cluster01', ['payroll']), expiresAt: null }, { type: 'plan.granted', run: 'R-2', epoch: 1, digest: 'd', by: ['ana', 'ben'] }]),
    claimEntry('R-2', 7), ...of('R-2', [{ type: 'run.started', run: 'R-2' }]), stepStarted('R-2', 'a', 1), noteEntry('a "ü" \u2028', 'text: "ü" \u0000 \\ 🚤'),
  ] });
  let text = '';
  for await (const part of exportJournal(database.pool)) text += part;
  const [first, ...rest] = text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as unknown);
  exported = { head: (first as { head: Head }).head, entries: rest as StoredEntry[] };
});
afterEach(() => journal.close());

async function* each(entries: readonly StoredEntry[]): AsyncGenerator<StoredEntry> { yield* entries; }
const load = (): ReturnType<typeof importJournal> => importJournal(database.pool, exported.head, each(exported.entries));

describe('a journal imported from an export', () => {
  test('is the same, entry by entry, and verifies up to the same head and beyond', async () => {
    const before = await journal.read({});
    await database.empty();
    expect(await load()).toEqual({ entries: 9, held: ['R-2'] });
    expect((await journal.read({})).slice(0, 9)).toEqual(before);
    expect(await journal.verify(exported.head)).toMatchObject({ ok: true, entries: 11 });
  });

  test('holds what was not over, says so, and nobody executes it any more', async () => {
    await database.empty();
    await load();
    const live = await createLiveState(journal);
    expect([...live.current.runs.values()].map(({ plan, status, claim }) => [plan.run, status, claim])).toEqual([['R-1', 'rejected', null], ['R-2', 'held', null]]);
    expect((await journal.read({ afterSeq: 9 })).map(({ event }) => event)).toEqual([{ type: 'journal.imported', ...exported.head, held: ['R-2'] }, expect.objectContaining({ type: 'run.held', run: 'R-2' })]);
    await live.stop();
  });

  test('keeps what makes a second effect impossible: fences, and each step once', async () => {
    await database.empty();
    await load();
    await expect(journal.append({ entries: [claimEntry('R-2', 7)] })).rejects.toMatchObject({ code: 'fence-lost' });
    await expect(journal.append({ entries: [stepStarted('R-2', 'a', 1)] })).rejects.toMatchObject({ code: 'duplicate' });
  });

  test('sends no message a second time', async () => {
    await database.empty();
    await load();
    expect(await createPostgresOutbox(database.pool).cursor('messages')).toBe(9);
  });

  test('goes into an empty database only, which is left as it is otherwise', async () => {
    await expect(load()).rejects.toThrow(NotEmpty);
    expect(await journal.read({})).toHaveLength(9);
  });

  test('is there whole or not at all', async () => {
    await database.empty();
    const cut = async function* (): AsyncGenerator<StoredEntry> { yield* exported.entries.slice(0, 5); throw new Error('the disk went away'); };
    await expect(importJournal(database.pool, exported.head, cut())).rejects.toThrow('the disk went away');
    expect(await journal.read({})).toEqual([]);
    expect(await load()).toMatchObject({ entries: 9 });
  });
});
