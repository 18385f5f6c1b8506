import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { JournalEntry } from '../../src/core/event.js';
import { verifyFile } from '../../src/cli/journal-file.js';
import { exportJournal } from '../../src/journal/export.js';
import { createKeyv, holdsAny } from '../../src/journal/keyv-store.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createPostgresButtonStore, createPostgresOnceStore } from '../../src/journal/once.js';
import { createPostgresOutbox } from '../../src/journal/outbox.js';
import { createPool } from '../../src/journal/pool.js';
import { createPostgresJournal, type PostgresJournal } from '../../src/journal/postgres.js';
import { migrate } from '../../src/journal/schema.js';
import { journalContract } from '../contract/journal.js';
import { onceContract } from '../contract/once.js';
import { outboxContract } from '../contract/outbox.js';
import { eventually, noteEntry, quiet, stepStarted } from '../contract/support.js';
import { startTestDatabase, type TestDatabase } from './database.js';

let database: TestDatabase;
const open: PostgresJournal[] = [];
const newJournal = async (): Promise<PostgresJournal> => {
  const journal = createPostgresJournal(database.pool, { log: quiet });
  open.push(journal);
  return journal;
};
const fresh = async (): Promise<PostgresJournal> => {
  await database.empty();
  return newJournal();
};

const tamper = (sql: string): Promise<unknown> => database.pool.query(`alter table lifeboat.journal disable trigger user; ${sql}; alter table lifeboat.journal enable trigger user`);

beforeAll(async () => { database = await startTestDatabase(); });
afterEach(async () => { for (const journal of open.splice(0)) await journal.close(); });
afterAll(() => database.end());

journalContract('The journal on PostgreSQL', { fresh, another: newJournal });
outboxContract('The outbox on PostgreSQL', {
  fresh: async () => { await database.empty(); return createPostgresOutbox(database.pool); },
  pass: async (ms) => { await database.pool.query(`with paused as (update lifeboat.paused_conversation set until = until - $1::bigint), copies as (update lifeboat.message_copy set next_try_at = next_try_at - $1::bigint)
    update lifeboat.outbox set lease_until = lease_until - $1::bigint, next_try_at = next_try_at - $1::bigint, created_at = created_at - $1::bigint, sent_at = sent_at - $1::bigint, settle_at = case when settle_at = 0 then 0 else settle_at - $1::bigint end`, [ms]); },
});
onceContract('The store on PostgreSQL', {
  fresh: async () => { await database.empty(); return { once: createPostgresOnceStore(database.pool), buttons: createPostgresButtonStore(database.pool) }; },
  pass: async (ms) => {
    await database.pool.query('update lifeboat.once set until = until - $1::bigint', [ms]);
    await database.pool.query('update lifeboat.one_time_code set until = until - $1::bigint', [ms]);
  },
});

describe('the journal on PostgreSQL', () => {
  let journal: PostgresJournal;
  beforeEach(async () => {
    journal = await fresh();
    await journal.append({ entries: [noteEntry('a', 'one'), noteEntry('b', 'two'), noteEntry('a', 'three')] });
  });

  describe('exported', () => {
    const lines = async (): Promise<string[]> => {
      let text = '';
      for await (const part of exportJournal(database.pool)) text += part;
      return text.split('\n').slice(0, -1);
    };
    const verdictOf = async (text: readonly string[]) => {
      const file = join(mkdtempSync(join(tmpdir(), 'lifeboat-export-')), 'journal.ndjson');
      writeFileSync(file, `${text.join('\n')}\n`);
      return verifyFile(file).finally(() => { rmSync(dirname(file), { recursive: true }); });
    };

    test('verifies with nothing but the file, up to the same head', async () => {
      await journal.append({ entries: [noteEntry('a', 'four: "ü" \u0000 \u2028 \\ 🚤')] });
      expect(await verdictOf(await lines())).toEqual(await journal.verify());
    });

    test('shows what was changed in the database', async () => {
      await tamper("update lifeboat.journal set actor = '{\"kind\":\"lifeboat\",\"part\":\"x\"}' where seq = 2");
      expect(await verdictOf(await lines())).toMatchObject({ ok: false, entries: 1, broken: { seq: 2 } });
    });

    test('shows entries that were removed from the end of the database', async () => {
      await tamper('delete from lifeboat.journal where seq = 3');
      expect(await verdictOf(await lines())).toMatchObject({ ok: false, broken: { seq: 3 } });
    });
  });

  test('refuses to change or delete an entry', async () => {
    await expect(database.pool.query('update lifeboat.journal set tenant = \'x\' where seq = 1')).rejects.toThrow('append-only');
    await expect(database.pool.query('update lifeboat.journal set payload = \'{}\' where seq = 1')).rejects.toThrow('append-only');
    await expect(database.pool.query('delete from lifeboat.journal where seq = 3')).rejects.toThrow('append-only');
    await expect(database.pool.query('truncate lifeboat.journal')).rejects.toThrow('append-only');
  });

  test.each([
    ['a payload', 'update lifeboat.journal set payload = replace(payload, \'two\', \'2\') where seq = 2', 2, /payload/],
    ['an actor', 'update lifeboat.journal set actor = \'{"kind":"person","person":"ben","surface":"web"}\' where seq = 2', 2, /actor/],
    ['a payload that was taken away', 'update lifeboat.journal set payload = null where seq = 2', 2, /no entry says that it was erased or dropped/],
    ['a time', 'update lifeboat.journal set at = at + 1 where seq = 3', 3, /time/],
    ['a payload with a digest that fits', 'update lifeboat.journal set payload = \'{}\', digest = encode(sha256(\'{}\'), \'hex\') where seq = 1', 1, /digest/],
    ['a removed entry', 'delete from lifeboat.journal where seq = 2', 3, /missing/],
    ['a removed end', 'delete from lifeboat.journal where seq = 3', 3, /ends at entry 3/],
  ])('verify finds %s that was tampered with', async (_what, sql, seq, why) => {
    await tamper(sql);
    expect(await journal.verify()).toMatchObject({ ok: false, broken: { seq, why: expect.stringMatching(why) } });
  });

  test('goes on after kill -9 of the database: what was answered stands, what was refused does not, readers miss nothing', async () => {
    const seen: JournalEntry[] = [];
    journal.subscribe(0, (entries) => { seen.push(...entries); });
    const written: string[] = [];
    const refused: string[] = [];
    const done = new AbortController();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; !done.signal.aborted; index++) {
        const text = `${writer}-${index}`;
        await journal.append({ entries: [noteEntry(`w${writer}`, text)] }).then(() => written.push(text), (error: { code: string }) => { expect(error.code).toBe('unavailable'); refused.push(text); });
        await new Promise((resolve) => { setImmediate(resolve); });
      }
    });
    await eventually('some entries were written', () => written.length > 100);
    process.kill(database.server.pid, 'SIGKILL');
    const before = written.length;
    await eventually('some request was refused or outlived the restart', () => refused.length > 0 || written.length > before + 50);
    const refusedThen = written.length;
    await eventually('writing goes on', () => written.length > refusedThen + 100);
    done.abort();
    await Promise.all(writers);
    const texts = (await journal.read({ afterSeq: 3 })).map(({ event }) => (event.type === 'note' ? event.text : ''));
    expect(texts.toSorted()).toEqual(written.toSorted());
    await eventually('the reader has all', () => seen.length === written.length + 3);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
    expect(await journal.verify()).toMatchObject({ ok: true, entries: written.length + 3 });
  });

  test('a request whose answer was lost after the commit is answered with its entries', async () => {
    const entries = await losingTheAnswer(() => journal.append({ entries: [stepStarted('R-1', 'a', 1)] }));
    expect(entries).toMatchObject([{ seq: 4, streamSeq: 1 }]);
    expect(await journal.read({ afterSeq: 3 })).toEqual(entries);
  });

  test('a request that was given up can not be written by a connection that wakes up late', async () => {
    const id = '7b0c8a52-6a8e-4a4e-9a55-000000000001';
    await database.pool.query('select * from lifeboat.settle($1, 0)', [[id]]);
    const { rows } = await database.pool.query('select failure from lifeboat.append($1::jsonb)', [JSON.stringify([{ id, entries: [{ stream: 'a', actor: '{}', payload: '{}', type: 'note' }] }])]);
    expect(rows).toEqual([{ failure: 'abandoned' }]);
    expect(await journal.read({ afterSeq: 3 })).toEqual([]);
  });

  test('with the database away an append says that nothing was written', async () => {
    const pool = createPool({ host: '/nonexistent', port: 5432, user: 'lifeboat', database: 'lifeboat' }, { log: quiet });
    const away = createPostgresJournal(pool, { log: quiet });
    await expect(away.append({ entries: [noteEntry('a', 'x')] })).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('Nothing was written') });
    await pool.end();
  });

  test('a full disk and a read-only database are "unavailable", and writing goes on afterwards', async () => {
    await database.pool.query(`create function lifeboat.full_disk() returns trigger language plpgsql as $$ begin raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; end $$;
      create trigger full_disk before insert on lifeboat.journal for each row execute function lifeboat.full_disk()`);
    await expect(journal.append({ entries: [noteEntry('a', 'x')] })).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('disk is full') });
    await database.pool.query('drop trigger full_disk on lifeboat.journal; drop function lifeboat.full_disk()');
    expect(await journal.append({ entries: [noteEntry('a', 'x')] })).toMatchObject([{ seq: 4 }]);
  });

  test('the schema may be brought up to date at any time, by several at once', async () => {
    await Promise.all([migrate(database.pool), migrate(database.pool), migrate(database.pool)]);
    expect(await journal.read({})).toHaveLength(3);
  });

  test('a replica that nobody has promoted is named as what it is', async () => {
    // What a standby answers to every write.
    const { host, port, user, database: name } = database.server.connection;
    const replica = new pg.Pool({ host, port, user, database: name, options: '-c default_transaction_read_only=on' });
    await expect(migrate(replica)).rejects.toThrow(/read-only: a replica.*promote/);
    await replica.end();
  });

  test('a database of a newer Lifeboat is left alone', async () => {
    await database.pool.query('insert into lifeboat.migration (version) values (999)');
    await expect(migrate(database.pool)).rejects.toThrow('newer Lifeboat');
    await database.pool.query('delete from lifeboat.migration where version = 999');
  });

  test('the live state folds what stands, follows what comes, and says when it has reached an entry', async () => {
    const state = await createLiveState(journal);
    expect(state.current.heads.get('a')).toBe(2);
    const batches: number[][] = [];
    const unsubscribe = state.onEntries((entries) => { batches.push(entries.map(({ seq }) => seq)); });
    state.onEntries(() => { throw new Error('a listener at fault'); });
    const [entry] = await (await newJournal()).append({ entries: [noteEntry('a', 'four')] });
    await state.reach(entry!.seq);
    expect(state.current.heads.get('a')).toBe(3);
    expect(batches.flat()).toEqual([4]);
    unsubscribe();
    await journal.append({ entries: [noteEntry('a', 'five')] });
    await state.reach(5);
    expect(batches.flat()).toEqual([4]);
    await state.stop();
  });
});

/** The connection is cut right after the server has committed. */
function losingTheAnswer<Answer>(append: () => Promise<Answer>): Promise<Answer> {
  const pool = database.pool as unknown as { connect: () => Promise<{ query: (...args: unknown[]) => Promise<unknown> }> };
  const connect = pool.connect.bind(pool);
  pool.connect = async () => {
    pool.connect = connect;
    const client = await connect();
    const query = client.query.bind(client);
    client.query = async (...args) => {
      await query(...args);
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    };
    return client;
  };
  return append();
}

describe('keyv on our own pool', () => {
  test('says whether namespaces hold anything, and takes none for another that begins alike', async () => {
    await database.empty();
    expect(await holdsAny(database.pool, ['session', 'token'])).toBe(false);
    await createKeyv(database.pool, 'session-like').set('a', 1);
    expect(await holdsAny(database.pool, ['session', 'token'])).toBe(false);
    await createKeyv(database.pool, 'token').set('a', 1);
    expect(await holdsAny(database.pool, ['session', 'token'])).toBe(true);
  });
  test('keeps, forgets and expires values, each namespace for itself, and throws what fails', async () => {
    const [sessions, others] = [createKeyv(database.pool, 'session'), createKeyv(database.pool, 'other')];
    await sessions.set('a', { person: 'ana' });
    await others.set('a', 1);
    expect(await sessions.get('a')).toEqual({ person: 'ana' });
    expect(await sessions.has('b')).toBe(false);
    await sessions.set('short', 1, 1000);
    await database.pool.query('update lifeboat.keyv set until = until - 1001');
    expect(await sessions.get('short')).toBeUndefined();
    expect(await sessions.has('short')).toBe(false);
    expect(await sessions.delete('a')).toBe(true);
    expect(await sessions.delete('a')).toBe(false);
    await sessions.set('c', 1);
    await sessions.clear();
    expect(await sessions.get('c')).toBeUndefined();
    expect(await others.get('a')).toBe(1);
    const pool = createPool({ host: '/nonexistent', port: 5432, user: 'lifeboat', database: 'lifeboat' }, { log: quiet });
    await expect(createKeyv(pool, 'session').get('a')).rejects.toThrow('ENOENT');
    await pool.end();
  });
});
