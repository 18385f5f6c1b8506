import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../../core/names.js';
import type { Log } from '../../ports/log.js';
import type { Binaries } from './binaries.js';
import { probe } from './connect.js';
import { PostgresFault } from './fault.js';
import { makeSocketDirectory, type PostgresPaths } from './paths.js';
import { clearStaleLocks, findLivePostmaster, isAlive, processesOn } from './postmaster.js';
import { spawnServer } from './server.js';

export interface RunningServer { readonly pid: number; readonly socketDirectory: string }

const attemptsMax = 3;
const orphanPatienceMs: Millis = 10_000;
const silencePatienceMs: Millis = 12_000;
/** Reading back the log after a crash may take long on a slow disk, and interrupting it only makes it start over. */
const recoveryPatienceMs: Millis = 180_000;

/** Adopts the server that already runs on this data, or repairs what a killed one left and starts a new one. @throws PostgresFault */
export async function bringUp(paths: PostgresPaths, binaries: Binaries, log: Log): Promise<RunningServer> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const live = findLivePostmaster(paths.dataDirectory);
    const server = live ? { pid: live.pid, socketDirectory: live.socketDirectory || paths.socketDirectory } : await startAnew(paths, binaries);
    const verdict = await waitUntilReady(server);
    if (verdict === 'ready') {
      log.info({ pid: server.pid, socket: server.socketDirectory, adopted: live !== null }, live ? 'Found PostgreSQL still running and took it over.' : 'PostgreSQL is running.');
      return server;
    }
    if (verdict === 'silent') throw new PostgresFault(`PostgreSQL (pid ${server.pid}) runs but did not answer for ${silencePatienceMs / 1000} s on ${server.socketDirectory}. Its own words: tail '${paths.logFile}'. If it hangs, end it (kill -INT ${server.pid}) and start Lifeboat again.`);
    // It ended: either on its own fault, or because another start was faster and the next round finds that one.
  }
  throw new PostgresFault(`PostgreSQL ended ${attemptsMax} times right after its start. The reason is at the end of its log: tail '${paths.logFile}'. Often it is a full disk (df -h '${paths.home}'); make space and start again, nothing is lost.`);
}

async function startAnew(paths: PostgresPaths, binaries: Binaries): Promise<RunningServer> {
  await waitForOrphans(paths.dataDirectory);
  makeSocketDirectory(paths.socketDirectory, paths.owner);
  clearStaleLocks(paths.dataDirectory, paths.socketDirectory);
  const { pid } = await spawnServer(paths, binaries);
  return { pid, socketDirectory: paths.socketDirectory };
}

/** A killed server's children notice within moments and leave; those that hang are told to. */
async function waitForOrphans(dataDirectory: string): Promise<void> {
  const startedAt = Date.now();
  for (;;) {
    const orphans = processesOn(dataDirectory);
    if (orphans.length === 0) return;
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > orphanPatienceMs) throw new PostgresFault(`Processes of an earlier PostgreSQL still hold ${dataDirectory} (pid ${orphans.join(', ')}); a second server would damage it, so none was started. End them, then start again: kill -QUIT ${orphans.join(' ')}`);
    if (waitedMs > orphanPatienceMs / 2) for (const pid of orphans) signal(pid, 'SIGQUIT');
    await pause(20);
  }
}

async function waitUntilReady({ pid, socketDirectory }: RunningServer): Promise<'ready' | 'ended' | 'silent'> {
  let heardAt = Date.now();
  const startedAt = heardAt;
  for (;;) {
    const readiness = await probe(socketDirectory);
    if (readiness === 'ready') return 'ready';
    if (!isAlive(pid)) return 'ended';
    if (readiness === 'recovering') heardAt = Date.now();
    if (Date.now() - heardAt > silencePatienceMs || Date.now() - startedAt > recoveryPatienceMs) return 'silent';
    await pause(20);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just gone, which is what we want.
  }
}
