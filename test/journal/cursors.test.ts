import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createPostgresCursors } from '../../src/journal/cursors.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createPostgresJournal } from '../../src/journal/postgres.js';
import { createIngest, type ReportedRecord } from '../../src/notify/ingest.js';
import { quiet } from '../contract/support.js';
import { anEstate, start } from '../web/support.js';
import { startTestDatabase, type TestDatabase } from './database.js';

let database: TestDatabase;
beforeAll(async () => { database = await startTestDatabase(); });
beforeEach(() => database.empty());
afterAll(() => database.end());
const pass = (ms: number): Promise<unknown> => database.pool.query('update lifeboat.once set until = until - $1', [ms]);

describe('who reads the journal for others', () => {
  test('begins where it is told, goes on where it was, and never goes back', async () => {
    const cursors = createPostgresCursors(database.pool);
    expect(await cursors.hold('webhook', 10_000, 7)).toBe(7);
    await cursors.moved('webhook', 9);
    await cursors.moved('webhook', 8);
    expect(await cursors.hold('webhook', 10_000, 100)).toBe(9);
    await cursors.release('webhook');
    expect(await createPostgresCursors(database.pool).hold('webhook', 10_000, 100)).toBe(9);
  });

  test('is one node at a time; another takes over when it is let go or its time is over', async () => {
    const nodes = [1, 2, 3, 4].map(() => createPostgresCursors(database.pool));
    const held = await Promise.all(nodes.map((node) => node.hold('webhook', 10_000, 0)));
    expect(held.filter((place) => place !== null)).toEqual([0]);
    const [holder, other] = [nodes[held.indexOf(0)]!, nodes[held.indexOf(null)]!];
    expect(await other.hold('webhook', 10_000, 0)).toBeNull();
    expect(await holder.hold('webhook', 10_000, 0)).toBe(0);
    await pass(10_001);
    expect(await other.hold('webhook', 10_000, 0)).toBe(0);
    expect(await holder.hold('webhook', 10_000, 0)).toBeNull();
    await holder.release('webhook');
    expect(await holder.hold('webhook', 10_000, 0)).toBeNull();
    await other.release('webhook');
    expect(await holder.hold('webhook', 10_000, 0)).toBe(0);
  });
});

test('records that come to two nodes at once, in batches and in whatever order, are each written once', async () => {
  const first = createPostgresJournal(database.pool, { log: quiet });
  const second = createPostgresJournal(database.pool, { log: quiet });
  try {
    await first.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate: anEstate(), source: 'demo.yaml', digest: 'digest' } }] });
    const states = [await createLiveState(first, { log: quiet }), await createLiveState(second, { log: quiet })];
    const nodes = [first, second].map((journal, n) => createIngest({ journal, live: states[n]!, opened: () => undefined }));
    const records = Array.from({ length: 60 }, (_, n): ReportedRecord => ({ id: String(n).padStart(32, '0'), event: { name: 'DOWN', severity: 'critical', entityClass: 'system', entity: `e${n % 6}`, uuid: null, description: 'down', occurredAt: start, source: 's', evidence: [] } }));
    const answers = await Promise.all([nodes[0]!(records, null), nodes[1]!(records.toReversed(), null), nodes[0]!(records.slice(10, 30), null), ...records.map((record) => nodes[1]!([record], null))]);
    expect(answers.reduce((sum, { taken }) => sum + taken, 0)).toBe(60);
    const entries = await first.read({});
    expect(entries.filter(({ event }) => event.type === 'event.raised')).toHaveLength(60);
    expect(entries.filter(({ event }) => event.type === 'incident.opened')).toHaveLength(6);
    await Promise.all(states.map((state) => state.stop()));
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}, 60_000);
