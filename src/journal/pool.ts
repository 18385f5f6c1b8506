import pg from 'pg';
import type { Millis } from '../core/names.js';
import type { Log } from '../ports/log.js';

export type PoolTarget = { readonly connectionString: string } | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

const connectTimeoutMs: Millis = 5000;
const statementTimeoutMs: Millis = 30_000;
/** A node that freezes inside a transaction must not keep its rows from the others for longer than they take to give it up (`durable/members.ts`). */
const idleInTransactionMs: Millis = 8000;
/** Above the server's own limit: this one only ends waits for a server that no longer speaks. */
const silenceTimeoutMs: Millis = 35_000;

/** Connections to our database. Its death is logged and never ends the process; the next query connects anew. */
export function createPool(target: PoolTarget, { log, max = 10 }: { readonly log: Log; readonly max?: number }): pg.Pool {
  const pool = new pg.Pool({
    ...target, max, connectionTimeoutMillis: connectTimeoutMs, statement_timeout: statementTimeoutMs, query_timeout: silenceTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionMs, application_name: 'lifeboat', keepAlive: true, allowExitOnIdle: true,
  });
  const lost = (error: Error): void => log.warn({ cause: error.message }, 'The database closed a connection; the next query opens a new one.');
  // The pool listens to a connection only while it is idle; one in use that nobody listens to would end the process.
  pool.on('connect', (client) => client.on('error', lost));
  pool.on('error', () => undefined);
  return pool;
}
