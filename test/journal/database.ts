import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createPool } from '../../src/journal/pool.js';
import { migrate } from '../../src/journal/schema.js';
import { startBundledPostgres, type BundledPostgres } from '../../src/durable/postgres/launcher.js';
import { quiet } from '../contract/support.js';

export interface TestDatabase { readonly server: BundledPostgres; readonly pool: pg.Pool; empty(): Promise<void>; end(): Promise<void> }

/** A server of our own with our schema in it. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const varDirectory = mkdtempSync(join(tmpdir(), 'lifeboat-test-'));
  // As root the server runs as another account, which must be able to walk through; tmpdir's default is 0700.
  const open = join(varDirectory, 'var');
  chmodSync(varDirectory, 0o755);
  const server = await startBundledPostgres({ varDirectory: open, log: quiet });
  const pool = createPool(server.connection, { log: quiet });
  await migrate(pool).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return {
    server, pool,
    async empty() {
      await pool.query(`alter table lifeboat.journal disable trigger user; truncate lifeboat.journal, lifeboat.run_fence, lifeboat.abandoned_request, lifeboat.outbox, lifeboat.paused_conversation, lifeboat.message_copy, lifeboat.consumer_cursor, lifeboat.once, lifeboat.one_time_code, lifeboat.button, lifeboat.keyv;
        alter table lifeboat.journal enable trigger user; update lifeboat.head set seq = 0, chain = repeat('0', 64), at = 0`);
    },
    async end() {
      await pool.end();
      await server.stop();
      rmSync(varDirectory, { recursive: true, force: true });
    },
  };
}
