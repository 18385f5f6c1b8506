import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import { dbosSchema } from './dbos-config.js';

export const beatEveryMs: Millis = 2000;
/** A process silent for this long has lost its runs to the others. */
export const deadAfterMs: Millis = 10_000;

interface Options { readonly pool: pg.Pool; readonly bootId: string; /** The var directory: with the host it tells an earlier boot of ourselves. */ readonly home: string; readonly clock: Clock; readonly log: Log }

/** Who is alive among the processes on this database, and whose runs are without an owner. */
export function createMembers({ pool, bootId, home, clock, log }: Options) {
  const host = hostIdentity();
  let beatingSince: Millis | null = null;

  const beat = async (): Promise<void> => {
    await pool.query(
      'insert into lifeboat.member (boot, host, home, pid, pid_started) values ($1, $2, $3, $4, $5) on conflict (boot) do update set beat_at = clock_timestamp()',
      [bootId, host, home, process.pid, startOf(process.pid)],
    );
    beatingSince ??= clock.now();
  };

  /** An earlier boot here whose process is gone need not be waited for. */
  const forgetOurDead = async (): Promise<void> => {
    const { rows } = await pool.query<{ boot: string; pid: number; pid_started: string | null }>('select boot, pid, pid_started from lifeboat.member where host = $1 and home = $2 and boot <> $3', [host, home, bootId]);
    const dead = rows.filter(({ pid, pid_started }) => !isRunning(pid, pid_started)).map(({ boot }) => boot);
    if (dead.length > 0) await pool.query('delete from lifeboat.member where boot = any($1)', [dead]);
  };

  return {
    /** Must have succeeded before this process may own a run. */
    join: async (): Promise<void> => { await beat(); },
    /** Boots that own unfinished runs and are no more. */
    async sweep(): Promise<string[]> {
      try {
        await beat();
      } catch (error) {
        // While the database was away nobody could beat, so nobody's silence means anything.
        beatingSince = null;
        throw error;
      }
      await forgetOurDead();
      const mayJudgeSilence = beatingSince !== null && clock.now() - beatingSince >= deadAfterMs;
      const { rows } = await pool.query<{ boot: string; known: boolean }>(
        `select distinct w.executor_id as boot, m.boot is not null as known from ${dbosSchema}.workflow_status w left join lifeboat.member m on m.boot = w.executor_id
         where w.status = 'PENDING' and w.executor_id <> $1 and (m.boot is null or m.beat_at < clock_timestamp() - $2 * interval '1 millisecond')`,
        [bootId, deadAfterMs],
      );
      return rows.filter(({ known }) => !known || mayJudgeSilence).map(({ boot }) => boot);
    },
    /** So that others take our runs at once. */
    leave: async (): Promise<void> => {
      await pool.query('delete from lifeboat.member where boot = $1 or beat_at < clock_timestamp() - interval \'1 day\'', [bootId]).catch((error: Error) => log.debug({ cause: error.message }, 'Could not sign off; the others notice by our silence.'));
    },
  };
}

/** Process numbers mean something only inside one host and container. */
function hostIdentity(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function isRunning(pid: number, startedAt: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // The number may belong to another process by now, or to a dead one that nobody has reaped.
  return startOf(pid) === startedAt;
}

/** When the process started, in the kernel's ticks; null where that can't be known, and for a dead one. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : fields[19]!;
  } catch {
    return null;
  }
}
