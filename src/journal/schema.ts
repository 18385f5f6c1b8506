import type pg from 'pg';
import { appendFunctions } from './append-sql.js';
import { delivering } from './delivery-sql.js';
import { finding } from './outbox-index-sql.js';
import { proving } from './receipts-sql.js';
import { eraseFunction, erasing } from './erase-sql.js';
import { retainFunction, retaining } from './retain-sql.js';
import { tables } from './tables-sql.js';
import { urging } from './urgency-sql.js';

/** Applied in order, each once. Never edit one that was released; add another. */
const migrations: readonly string[] = [tables, erasing, retaining, delivering, proving, finding, urging];

/** What `migrate` brings a database to. */
export const schemaVersion = migrations.length;

/** SQLSTATE read_only_sql_transaction. */
const readOnly = '25006';

/** Any number: it names our lock among all users of this database. */
const migrationLock = 7_413_902_611;

/** Brings our schema `lifeboat` up to date. Safe to call from several processes at once and at every start. */
export async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await client.query('create schema if not exists lifeboat');
    await client.query('create table if not exists lifeboat.migration (version integer primary key, at timestamptz not null default now())');
    const { rows } = await client.query<{ version: number | null }>('select max(version) as version from lifeboat.migration');
    const version = rows[0]?.version ?? 0;
    if (version > migrations.length) throw new Error(`The database was written by a newer Lifeboat (schema ${version}, this one knows ${migrations.length}). Nothing was changed. Install that version or a newer one, then start again.`);
    for (const [index, sql] of migrations.entries()) {
      if (index < version) continue;
      await client.query(sql);
      await client.query('insert into lifeboat.migration (version) values ($1)', [index + 1]);
    }
    // Functions hold no data: the running version's are put in place at every start.
    await client.query(appendFunctions + eraseFunction + retainFunction);
    await client.query('commit');
  } catch (error) {
    failure = error as Error;
    // Most often the replica of the other site, before anybody has promoted it.
    if ((error as { code?: unknown }).code === readOnly) throw new Error('The database is read-only: a replica that follows another server, as it seems. Nothing was changed. If the other site is lost, make sure that its Lifeboat is off, then promote this one (pg_ctl promote) and start again; otherwise point DATABASE_URL at the primary.', { cause: error });
    throw error;
  } finally {
    // After a failure the transaction may still be open: such a connection is closed, not reused.
    client.release(failure);
  }
}
