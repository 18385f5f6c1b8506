import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { verifyFile } from '../../src/cli/journal-file.js';
import { runStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createMemoryConversations } from '../../src/drivers/channel/web/memory-store.js';
import { createErase } from '../../src/journal/erase.js';
import { exportJournal } from '../../src/journal/export.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createPostgresJournal, type PostgresJournal } from '../../src/journal/postgres.js';
import type { EraseFromJournal } from '../../src/ports/erase.js';
import { noteEntry, quiet } from '../contract/support.js';
import { startTestDatabase, type TestDatabase } from './database.js';

const secret = 'hunter2<x>';
let database: TestDatabase;
let journal: PostgresJournal;
let live: Awaited<ReturnType<typeof createLiveState>>;
let erase: EraseFromJournal;
const conversations = createMemoryConversations();

beforeAll(async () => { database = await startTestDatabase(); });
afterAll(() => database.end());
beforeEach(async () => {
  await database.empty();
  journal = createPostgresJournal(database.pool, { log: quiet });
  await journal.append({ entries: [noteEntry('a', 'one'), noteEntry('a', `login with ${secret} failed`), { stream: 'hosts', tenant: null, actor: lifeboat('monitor'), event: { type: 'event.raised', incident: null, event: { name: 'X', severity: 'info', entityClass: 'system', entity: 'x', uuid: null, tenant: null, site: null, description: `tried ${secret}`, occurredAt: 1, source: 'engine', key: 'k', evidence: [] } } }] });
  live = await createLiveState(journal);
  erase = createErase({ pool: database.pool, live, conversations, clock: { now: () => 5_000 } });
});
afterEach(async () => { await live.stop(); await journal.close(); });

const request = (seq: number, text: string | null = secret): Parameters<EraseFromJournal>[0] => ({ seq, text, reason: 'a password', by: lifeboat('owner') });
const everything = async (): Promise<string> => {
  let text = '';
  for await (const part of exportJournal(database.pool)) text += part;
  return text;
};
const verdictOfExport = async (text: string) => {
  const file = join(mkdtempSync(join(tmpdir(), 'lifeboat-erase-')), 'journal.ndjson');
  writeFileSync(file, text);
  return verifyFile(file).finally(() => { rmSync(dirname(file), { recursive: true }); });
};

describe('erasing a secret that leaked into the journal', () => {
  test('takes it out of the entry, keeps digest and chain, and records who, when and why', async () => {
    const [, before] = await journal.read({});
    expect(await erase(request(2))).toEqual({ ok: true, record: 4, places: 1, messages: 0, others: [3], sent: [] });
    const [, after, , record] = await journal.read({});
    expect(after).toEqual({ ...before, event: { type: 'note', about: 'a', text: 'login with [erased] failed', data: null } });
    expect(record).toMatchObject({ stream: 'journal', actor: { door: 'owner' }, event: { type: 'journal.erased', seq: 2, whole: false, reason: 'a password' } });
    expect(await journal.verify()).toMatchObject({ ok: true, entries: 4, erased: [{ seq: 2, by: 'Lifeboat (owner)', at: record!.at, reason: 'a password', whole: false }] });
  });

  test('an export verifies offline, and says the same', async () => {
    await erase(request(2));
    await erase(request(3));
    const text = await everything();
    expect(text).not.toContain(secret);
    expect(await verdictOfExport(text)).toEqual(await journal.verify());
  });

  test('the state in memory loses it, on this node and on others, and stands where it stood', async () => {
    const other = await createLiveState(journal);
    await erase(request(3));
    await other.reach(4);
    for (const { current } of [live, other]) {
      expect(current.events.map(({ event }) => event.description)).toEqual(['tried [erased]']);
      expect([current.seq, current.heads.get('a')]).toEqual([4, 2]);
    }
    await other.stop();
  });

  test('messages of the console lose it as data and in markup', async () => {
    await conversations.put({ key: 'm1', conversation: 'channel:x', thread: null, card: { heading: secret, body: '<code>hunter2&lt;x&gt;</code>', text: `it was ${secret}`, actions: [], tone: 'info' } }, 1_000);
    await conversations.put({ key: 'm2', conversation: 'channel:x', thread: null, card: { heading: 'other', body: 'other', text: 'other', actions: [], tone: 'info' } }, 1_000);
    expect(await erase(request(2))).toMatchObject({ messages: 1 });
    expect((await conversations.get('m1'))?.card).toMatchObject({ heading: '[erased]', body: '<code>[erased]</code>', text: 'it was [erased]' });
    expect((await conversations.get('m2'))?.version).toBe(1);
  });

  test('without a text, all words of the entry go', async () => {
    await erase(request(2, null));
    expect((await journal.read({}))[1]!.event).toEqual({ type: 'note', about: 'a', text: '[erased]', data: null });
    expect(await journal.verify()).toMatchObject({ ok: true, erased: [{ seq: 2, whole: true }] });
  });

  test('a second erasure of the same entry counts from then on', async () => {
    await erase(request(2));
    await erase(request(2, 'failed'));
    expect(await journal.verify()).toMatchObject({ ok: true, entries: 5, erased: [{ seq: 2 }] });
  });

  test.each<[string, Parameters<EraseFromJournal>[0], string]>([
    ['an entry that is not there', request(99), 'no-such-entry'],
    ['a text that is not in it', request(1), 'not-erasable'],
    ['a reason that holds the secret', { ...request(2), reason: `it was ${secret}` }, 'not-erasable'],
  ])('%s is refused and nothing is written', async (_title, wanted, code) => {
    expect(await erase(wanted)).toMatchObject({ ok: false, code });
    expect(await journal.read({ afterSeq: 3 })).toEqual([]);
  });

  test('two who erase at once leave a whole journal', async () => {
    const outcomes = await Promise.allSettled([erase(request(2)), erase(request(2, 'failed'))]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
    expect(await journal.verify()).toMatchObject({ ok: true });
  });

  test('what the database itself lets nobody do: change a payload beyond what a record says', async () => {
    await erase(request(2));
    await expect(database.pool.query("update lifeboat.journal set payload = '{}' where seq = 2")).rejects.toThrow('append-only');
    await expect(database.pool.query("update lifeboat.journal set payload = payload || ' ' where seq = 1")).rejects.toThrow('append-only');
  });

  test('verify finds a payload that was changed after the erasure', async () => {
    await erase(request(2));
    const forged = (await everything()).replace('login with [erased] failed', 'login with [erased] worked');
    expect(await verdictOfExport(forged)).toMatchObject({ ok: false, broken: { seq: 2, why: expect.stringContaining('not what an erasure left') } });
  });

  test('a run goes on where it stood after something was erased from it', async () => {
    const stream = runStream('R-1');
    await journal.append({ entries: [{ stream, tenant: null, actor: lifeboat('engine'), event: { type: 'step.progress', run: 'R-1', step: 's', line: secret } }] });
    await erase(request(4, null));
    expect(live.current.heads.get(stream)).toBe(1);
    expect(await journal.append({ entries: [noteEntry(stream, 'next')], expect: { [stream]: 1 } })).toHaveLength(1);
  });
});
