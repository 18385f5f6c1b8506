import pg from 'pg';
import { databaseName, databaseUser } from './cluster.js';

/** How to reach the server; fits `pg`'s client and pool. */
export interface PostgresConnection { readonly host: string; readonly port: number; readonly user: string; readonly database: string }

export const connectionTo = (socketDirectory: string): PostgresConnection => ({ host: socketDirectory, port: 5432, user: databaseUser, database: databaseName });

export const urlOf = ({ host, port, user, database }: PostgresConnection): string => `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;

export type Readiness = 'ready' | 'recovering' | 'silent';

/** Asks the server once, and creates our database on its first day. */
export async function probe(socketDirectory: string): Promise<Readiness> {
  const client = new pg.Client({ ...connectionTo(socketDirectory), database: 'postgres', connectionTimeoutMillis: 2000, query_timeout: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
    if (found.rowCount === 0) await client.query(`create database ${databaseName}`);
    return 'ready';
  } catch (error) {
    // cannot_connect_now: it is starting, or reading back its log after a crash.
    return (error as { code?: string }).code === '57P03' ? 'recovering' : 'silent';
  } finally {
    await client.end().catch(() => undefined);
  }
}
