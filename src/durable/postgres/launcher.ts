import { rmdirSync } from 'node:fs';
import type { Millis } from '../../core/names.js';
import type { Log } from '../../ports/log.js';
import { createSystemClock } from '../clock.js';
import { installBinaries } from './binaries.js';
import { ensureCluster } from './cluster.js';
import { connectionTo, urlOf, type PostgresConnection } from './connect.js';
import { choosePaths } from './paths.js';
import { bringUp, type RunningServer } from './start.js';
import { isAlive } from './postmaster.js';
import { stopServer } from './stop.js';
import { causeText } from './fault.js';

export interface BundledPostgres {
  readonly connection: PostgresConnection;
  /** The same as a URL, for libraries that want one. It holds no secret. */
  readonly url: string;
  /** The server's process now; it changes when a died server was started again. */
  readonly pid: number;
  /** Fast shutdown, waited for, also of a server that an earlier Lifeboat started. */
  stop(): Promise<void>;
}

const respawnDelayMinMs: Millis = 100;
const respawnDelayMaxMs: Millis = 5000;
const watchEveryMs: Millis = 250;

/** Starts, or finds running, the PostgreSQL of this var directory and keeps it running. @throws PostgresFault */
export async function startBundledPostgres({ varDirectory, log }: { readonly varDirectory: string; readonly log: Log }): Promise<BundledPostgres> {
  const clock = createSystemClock();
  const paths = choosePaths(varDirectory);
  if (paths.fellBackBecause) log.info({ folder: paths.home, because: paths.fellBackBecause }, `The database is in ${paths.home}: ${paths.fellBackBecause}.`);
  const binaries = installBinaries(paths.home);
  await ensureCluster(paths, binaries);
  let server: RunningServer = await bringUp(paths, binaries, log);
  const { socketDirectory } = server;
  const stopping = new AbortController();

  const watch = (async () => {
    let delayMs = respawnDelayMinMs;
    while (!stopping.signal.aborted) {
      if (isAlive(server.pid)) {
        await clock.sleep(watchEveryMs, stopping.signal).catch(() => undefined);
        continue;
      }
      log.error({ pid: server.pid, log: paths.logFile }, `PostgreSQL ended unexpectedly; starting it again. Its own words are in ${paths.logFile}`);
      try {
        server = await bringUp({ ...paths, socketDirectory }, binaries, log);
        delayMs = respawnDelayMinMs;
      } catch (error) {
        log.error({ cause: causeText(error) }, `PostgreSQL did not come back; trying again in ${delayMs} ms.`);
        await clock.sleep(delayMs, stopping.signal).catch(() => undefined);
        delayMs = Math.min(delayMs * 2, respawnDelayMaxMs);
      }
    }
  })();

  const connection = connectionTo(socketDirectory);
  return {
    connection,
    url: urlOf(connection),
    get pid() { return server.pid; },
    stop: async () => {
      stopping.abort(new Error('Lifeboat is stopping'));
      await watch;
      await stopServer(server.pid, log);
      removeIfEmpty(socketDirectory);
    },
  };
}

/** A stopped server has taken its socket away; one that hangs still needs the folder. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty, or gone already: the next start sees to it.
  }
}
