import { spawn } from 'node:child_process';
import { closeSync, fchownSync, openSync, renameSync } from 'node:fs';
import type { Binaries } from './binaries.js';
import { serverEnvironment } from './cluster.js';
import { statOf } from './owner.js';
import type { PostgresPaths } from './paths.js';

const logMaxBytes = 10 * 1024 * 1024;

/** A server that this process started. */
export interface SpawnedServer { readonly pid: number; readonly exited: Promise<void>; hasExited(): boolean }

/** Starts the server in a process group of its own: Ctrl-C in our terminal and kill -9 of Lifeboat leave it in good order. */
export function spawnServer(paths: PostgresPaths, binaries: Binaries): Promise<SpawnedServer> {
  const log = openLog(paths);
  const settings = { listen_addresses: '', unix_socket_permissions: '0700', max_connections: '100', shared_buffers: '64MB', fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', log_timezone: 'UTC', timezone: 'UTC' };
  const child = spawn(binaries.postgres, ['-D', paths.dataDirectory, '-k', paths.socketDirectory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
    ...paths.owner, cwd: paths.home, env: serverEnvironment(), detached: true, stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let gone = false;
  const exited = new Promise<void>((resolve) => { child.once('exit', () => { gone = true; resolve(); }); });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve({ pid: child.pid!, exited, hasExited: () => gone }));
  });
}

function openLog({ logFile, owner }: PostgresPaths): number {
  if ((statOf(logFile)?.size ?? 0) > logMaxBytes) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  if (owner) fchownSync(log, owner.uid, owner.gid);
  return log;
}
