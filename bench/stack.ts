import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Estate } from '../src/core/estate.js';
import { lifeboat } from '../src/core/names.js';
import { createSystemClock } from '../src/durable/clock.js';
import { startBundledPostgres } from '../src/durable/postgres/launcher.js';
import { createLiveState } from '../src/journal/live-state.js';
import { createPool } from '../src/journal/pool.js';
import { createPostgresJournal } from '../src/journal/postgres.js';
import { migrate } from '../src/journal/schema.js';

export const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The real journal on the bundled PostgreSQL, in a folder of its own that goes away. */
export async function startStack(estate: Estate) {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-bench-'));
  const server = await startBundledPostgres({ varDirectory: folder, log: quiet });
  const pool = createPool({ connectionString: server.url }, { log: quiet });
  await migrate(pool);
  const journal = createPostgresJournal(pool, { log: quiet });
  const live = await createLiveState(journal, { log: quiet });
  const [imported] = await journal.append({ entries: [{ stream: 'estate', tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate, source: 'bench', digest: 'bench' } }] });
  await live.reach(imported!.seq);
  return {
    pool, journal, live, folder, url: server.url, clock: createSystemClock(),
    async stop(): Promise<void> {
      await live.stop();
      await journal.close();
      await pool.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
