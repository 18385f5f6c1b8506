import type pg from 'pg';
import type { Millis } from '../core/names.js';

const statementMax = 500;

interface Asked { readonly key: string; readonly ttlMs: Millis; done(first: boolean): void; failed(error: unknown): void }

/**
 * `OnceStore.first` with one statement for all who ask while another statement is under way: a commit costs a disk's time, and a storm of clicks and deliveries shares it.
 * Exactly one of many callers with one key wins, here and on every other node: the rows are written in the order of their keys, so that two nodes never wait for each other in a circle.
 */
export function createGroupedFirst(pool: pg.Pool): (key: string, ttlMs: Millis) => Promise<boolean> {
  let waiting: Asked[] = [];
  let working = false;

  async function write(batch: readonly Asked[]): Promise<void> {
    const byKey = new Map<string, Asked>();
    // Of those that ask for one key at the same time the first may win; the others have their answer.
    const late = batch.filter((each) => byKey.has(each.key) || (byKey.set(each.key, each), false));
    const rows = [...byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
    try {
      const { rows: won } = await pool.query<{ key: string }>(
        `insert into lifeboat.once as o (key, until) select key, lifeboat.now_ms() + ttl from unnest($1::text[], $2::bigint[]) with ordinality as asked (key, ttl, place) order by place
         on conflict (key) do update set until = excluded.until where o.until <= lifeboat.now_ms() returning key`,
        [rows.map(({ key }) => key), rows.map(({ ttlMs }) => ttlMs)],
      );
      const winners = new Set(won.map(({ key }) => key));
      for (const each of rows) each.done(winners.has(each.key));
      for (const each of late) each.done(false);
    } catch (error) {
      for (const each of batch) each.failed(error);
    }
  }

  async function drain(): Promise<void> {
    working = true;
    // Those of the same turn of the loop go together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, statementMax);
      waiting = waiting.slice(statementMax);
      await write(batch);
    }
    working = false;
  }

  return (key, ttlMs) => new Promise((done, failed) => {
    waiting.push({ key, ttlMs, done, failed });
    if (!working) void drain();
  });
}
