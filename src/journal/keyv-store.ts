import { Keyv, type KeyvStoreAdapter, type StoredData } from 'keyv';
import type pg from 'pg';

/**
 * A Keyv over our own pool: sessions, installations, caches. Its failures are thrown to the caller; the database's
 * death ends nothing. What must happen once goes through OnceStore: no Keyv can do that.
 */
export function createKeyv(pool: pg.Pool, namespace: string): Keyv {
  return new Keyv({ store: createStore(pool, namespace), namespace, throwOnErrors: true });
}

/** Keys arrive with their namespace in front; values as text. */
function createStore(pool: pg.Pool, namespace: string): KeyvStoreAdapter {
  const alive = '(until is null or until > lifeboat.now_ms())';
  const store: KeyvStoreAdapter = {
    opts: {},
    namespace,
    // It never emits: each call reports its own failure.
    on: () => store,
    async get<Value>(key: string) {
      const { rows } = await pool.query<{ value: StoredData<Value> }>(`select value from lifeboat.keyv where key = $1 and ${alive}`, [key]);
      return rows[0]?.value;
    },
    async set(key: string, value: unknown, ttlMs?: number) {
      await pool.query(
        'insert into lifeboat.keyv (key, value, until) values ($1, $2, lifeboat.now_ms() + $3) on conflict (key) do update set value = excluded.value, until = excluded.until',
        [key, value, ttlMs ?? null],
      );
      return true;
    },
    async delete(key: string) {
      const { rowCount } = await pool.query(`delete from lifeboat.keyv where key = $1 returning ${alive}`, [key]);
      return rowCount === 1;
    },
    async clear() {
      await pool.query('delete from lifeboat.keyv where starts_with(key, $1) or until <= lifeboat.now_ms()', [`${namespace}:`]);
    },
    async has(key: string) {
      const { rowCount } = await pool.query(`select 1 from lifeboat.keyv where key = $1 and ${alive}`, [key]);
      return rowCount === 1;
    },
  };
  return store;
}

/** Whether any of the namespaces holds anything that was not swept yet. */
export async function holdsAny(pool: pg.Pool, namespaces: readonly string[]): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from lifeboat.keyv where split_part(key, \':\', 1) = any($1) limit 1', [namespaces]);
  return rowCount === 1;
}
