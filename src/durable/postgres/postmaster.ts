import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What `postmaster.pid` says, when the server it names really runs on this data directory. */
export interface LivePostmaster { readonly pid: number; readonly socketDirectory: string; readonly ready: boolean }

/** The running server of this data directory. A dead, zombie, recycled or foreign pid counts as none. */
export function findLivePostmaster(dataDirectory: string): LivePostmaster | null {
  let lines: string[];
  try {
    lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !servesFrom(pid, dataDirectory)) return null;
  return { pid, socketDirectory: (lines[4] ?? '').trim(), ready: (lines[7] ?? '').trim() === 'ready' };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // A container whose first process reaps nobody keeps the dead as zombies, which still take signals.
  return stateOf(pid) !== 'Z';
}

/** Processes of a killed server that still hang on to the data: a new one beside them would corrupt it. */
export function processesOn(dataDirectory: string): number[] {
  if (!existsSync('/proc/self/cwd')) return [];
  return readdirSync('/proc').map(Number).filter((pid) => pid > 1 && servesFrom(pid, dataDirectory));
}

/** Call only when nothing serves the data any more. */
export function clearStaleLocks(dataDirectory: string, socketDirectory: string): void {
  if (existsSync('/proc/self/cwd')) rmSync(join(dataDirectory, 'postmaster.pid'), { force: true });
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) rmSync(join(socketDirectory, name), { force: true });
}

function servesFrom(pid: number, dataDirectory: string): boolean {
  if (!isAlive(pid)) return false;
  // Without /proc we believe the file; PostgreSQL's own check still stands behind us.
  if (!existsSync('/proc/self/cwd')) return true;
  try {
    // Every process of a server works inside its data directory.
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDirectory) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
}

function stateOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return null;
  }
}
