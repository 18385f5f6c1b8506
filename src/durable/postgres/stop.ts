import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../../core/names.js';
import type { Log } from '../../ports/log.js';
import { isAlive } from './postmaster.js';

const fastPatienceMs: Millis = 20_000;
const immediatePatienceMs: Millis = 10_000;

/** Fast shutdown (open transactions roll back), and immediate when that hangs; the data is safe either way. */
export async function stopServer(pid: number, log: Log): Promise<void> {
  if (await endsAfter(pid, 'SIGINT', fastPatienceMs)) return;
  log.warn({ pid }, 'PostgreSQL did not end in time; ending it at once. It repairs itself at the next start.');
  if (await endsAfter(pid, 'SIGQUIT', immediatePatienceMs)) return;
  log.error({ pid }, `PostgreSQL (pid ${pid}) does not end. The next start takes it over; to end it by hand: kill -QUIT ${pid}`);
}

async function endsAfter(pid: number, signal: NodeJS.Signals, patienceMs: Millis): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch {
    return true;
  }
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(20)) if (!isAlive(pid)) return true;
  return false;
}
