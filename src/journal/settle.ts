import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Millis } from '../core/names.js';
import type { Log } from '../ports/log.js';
import { adviceOn } from './database-failure.js';

/** What the database adds to an entry. Its numbers come as text. */
export interface AppendedRow { readonly seq: string; readonly stream_seq: string; readonly at: string; readonly digest: string; readonly chain: string }

const triesMax = 12;
const pauseMaxMs: Millis = 2000;

/**
 * After a lost answer: the entries of the requests that were committed. Those that were not never will be. null: the
 * database did not come back in time (about 15 s), so nobody knows.
 */
export async function settle(pool: pg.Pool, requests: readonly string[], afterSeq: number, log: Log): Promise<Map<string, AppendedRow[]> | null> {
  for (let attempt = 0; attempt < triesMax; attempt++) {
    try {
      const { rows } = await pool.query<AppendedRow & { request: string }>('select * from lifeboat.settle($1, $2)', [requests, afterSeq]);
      const found = new Map<string, AppendedRow[]>();
      for (const row of rows) found.set(row.request, [...(found.get(row.request) ?? []), row]);
      return found;
    } catch (error) {
      log.warn({ attempt: attempt + 1, of: triesMax }, `Can't look up whether the journal was written. ${adviceOn(error)}`);
      await pause(Math.min(50 * 2 ** attempt, pauseMaxMs));
    }
  }
  return null;
}
