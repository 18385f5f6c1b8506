import type pg from 'pg';
import type { Button, ButtonStore, OnceStore } from '../ports/once.js';
import { codeHash, newButtonId, newCode } from './codes.js';
import { createGroupedFirst } from './grouped-first.js';

const sweepEvery = 500;
const keepRedeemedMs = 86_400_000;

/** One conditional statement each: of many callers on many nodes exactly one wins. */
export function createPostgresOnceStore(pool: pg.Pool): OnceStore {
  const first = createGroupedFirst(pool);
  let calls = 0;
  const sweep = async (): Promise<void> => {
    if (++calls % sweepEvery !== 0) return;
    await pool.query('delete from lifeboat.once where until <= lifeboat.now_ms()');
    await pool.query('delete from lifeboat.one_time_code where until <= lifeboat.now_ms() - $1::bigint', [keepRedeemedMs]);
  };
  return {
    async first(key, ttlMs) {
      await sweep();
      return first(key, ttlMs);
    },
    async issueCode(purpose, person, ttlMs) {
      for (;;) {
        const code = newCode();
        const { rowCount } = await pool.query(
          'insert into lifeboat.one_time_code (hash, purpose, person, until) values ($1, $2, $3, lifeboat.now_ms() + $4) on conflict do nothing',
          [codeHash(purpose, code), purpose, person, ttlMs],
        );
        if (rowCount === 1) return code;
      }
    },
    async redeemCode(purpose, code) {
      const { rows } = await pool.query<{ person: string }>(
        'update lifeboat.one_time_code set redeemed_at = lifeboat.now_ms() where hash = $1 and redeemed_at is null and until > lifeboat.now_ms() returning person',
        [codeHash(purpose, code)],
      );
      return rows[0]?.person ?? null;
    },
  };
}

export function createPostgresButtonStore(pool: pg.Pool): ButtonStore {
  return {
    async idFor({ verb, subject, epoch, attest }) {
      const what = [verb, subject, epoch, attest];
      await pool.query('insert into lifeboat.button (id, verb, subject, epoch, attest) values ($5, $1, $2, $3, $4) on conflict do nothing', [...what, newButtonId()]);
      const { rows } = await pool.query<{ id: string }>('select id from lifeboat.button where verb = $1 and subject = $2 and epoch = $3 and attest is not distinct from $4', what);
      return rows[0]!.id;
    },
    async lookUp(id) {
      const { rows } = await pool.query<Button>('select id, verb, subject, epoch, attest from lifeboat.button where id = $1', [id]);
      return rows[0] ?? null;
    },
  };
}
