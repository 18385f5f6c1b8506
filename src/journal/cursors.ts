import type pg from 'pg';
import type { Cursors } from '../ports/cursors.js';

const place = `
with started as (insert into lifeboat.consumer_cursor (consumer, seq) values ($1, $2) on conflict do nothing returning seq)
select seq from started union all select seq from lifeboat.consumer_cursor where consumer = $1 limit 1`;

/** The lease is a row among those that expire; the end that its holder wrote last is what proves him to be the holder. */
export function createPostgresCursors(pool: pg.Pool): Cursors {
  const held = new Map<string, string>();
  const key = (reader: string): string => `reader:${reader}`;
  return {
    async hold(reader, leaseMs, from) {
      const { rows } = await pool.query<{ until: string }>(
        `insert into lifeboat.once as o (key, until) values ($1, lifeboat.now_ms() + $2) on conflict (key) do update set until = greatest(excluded.until, o.until + 1) where o.until <= lifeboat.now_ms() or o.until = $3 returning until`,
        [key(reader), leaseMs, held.get(reader) ?? -1],
      );
      if (rows[0] === undefined) { held.delete(reader); return null; }
      held.set(reader, rows[0].until);
      const { rows: places } = await pool.query<{ seq: string }>(place, [reader, from]);
      return Number(places[0]!.seq);
    },
    async moved(reader, to) {
      // Not waited for until it is on the disk: where a power cut takes it back, the same is told once more, under the same ids.
      await pool.query({ name: 'cursor-moved', text: "with soon as materialized (select set_config('synchronous_commit', 'off', true)) update lifeboat.consumer_cursor set seq = $2 from soon where consumer = $1 and seq < $2", values: [reader, to] });
    },
    async release(reader) {
      await pool.query('delete from lifeboat.once where key = $1 and until = $2', [key(reader), held.get(reader) ?? -1]);
      held.delete(reader);
    },
  };
}
