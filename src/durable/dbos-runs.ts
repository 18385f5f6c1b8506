import { AsyncLocalStorage } from 'node:async_hooks';
import { DBOS, Error as DBOSErrors } from '@dbos-inc/dbos-sdk';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import type pg from 'pg';
import { createPool } from '../journal/pool.js';
import type { Millis, RunId } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { ExecuteRun, Runs } from '../ports/runs.js';
import { configureDbos, dbosSchema } from './dbos-config.js';
import { beatEveryMs, createMembers } from './members.js';
import { runWorkflow, wakeTopic, workflowId, type WorkflowHost } from './run-workflow.js';

export interface DbosRunsOptions {
  /** Our own pool, migrated. It stays the caller's. */
  readonly pool: pg.Pool;
  /** The same database; DBOS gets connections of its own. */
  readonly databaseUrl: string;
  /** Unique for every start of a process. */
  readonly bootId: string;
  /** The var directory: the runs of an earlier start in it, on this host, are taken over at once. */
  readonly home: string;
  readonly execute: ExecuteRun;
  readonly clock: Clock;
  readonly log: Log;
}

const executionsEndPatienceMs: Millis = 10_000;
const reviveAfterMs: Millis = 1000;
const forgottenAtOnceMax = 10_000;
/** DBOS gives up on a workflow after so many starts; a run is given up by people only. */
const recoveriesMax = 1_000_000;

export interface DbosRuns extends Runs {
  /** Deletes what DBOS keeps of runs that ended before; answers with how many. Whoever started such a run again would hear from the journal that it is over. */
  forget(endedBefore: Millis): Promise<number>;
}

/** Durable runs. At most one in a process: DBOS keeps its state in module variables. */
export async function createDbosRuns({ pool, databaseUrl, bootId, home, execute, clock, log }: DbosRunsOptions): Promise<DbosRuns> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const members = createMembers({ pool, bootId, home, clock, log });
  const dbosPool = createPool({ connectionString: databaseUrl }, { log });
  // Listeners to the journal run inside whatever appended, often a run's own step; DBOS would take a start from there for a call inside that step.
  const outsideAnyRun = AsyncLocalStorage.snapshot();
  let executions = 0;
  let lastEnded: (() => void) | null = null;

  const host: WorkflowHost = {
    execute, clock, log, signal,
    owns: async (id) => (await pool.query(`select 1 from ${dbosSchema}.workflow_status where workflow_uuid = $1 and executor_id = $2 and status = 'PENDING'`, [id, bootId])).rowCount === 1,
    lost: (id, error) => {
      log.warn({ workflow: id, cause: error instanceof Error ? error.message : String(error) }, 'The database was lost under a run; the run is picked up again.');
      void revive(id);
    },
    executing: () => {
      executions++;
      return () => { if (--executions === 0) lastEnded?.(); };
    },
  };
  const revive = async (id: string): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(reviveAfterMs, signal).catch(() => undefined);
      try {
        if (!signal.aborted && (await host.owns(id))) await DBOS.resumeWorkflow(id);
        return;
      } catch (error) {
        log.debug({ workflow: id, cause: (error as Error).message }, 'Not picked up yet.');
      }
    }
  };

  const workflow = DBOS.registerWorkflow((run: RunId, epoch: number) => runWorkflow(host, run, epoch), { name: 'run', maxRecoveryAttempts: recoveriesMax });
  configureDbos({ pool: dbosPool, databaseUrl, bootId, clock, log, signal });
  await members.join();
  await DBOS.launch();

  const wakeUp = async (id: string): Promise<void> => {
    // One waiting wake-up says as much as a hundred: whoever takes it reads the state afterwards.
    const waiting = await pool.query(`select 1 from ${dbosSchema}.notifications where destination_uuid = $1 and topic = $2 and not consumed limit 1`, [id, wakeTopic]);
    if (waiting.rowCount !== 0) return;
    try {
      await DBOS.send(id, null, wakeTopic);
    } catch (error) {
      // Nothing waits under that name: the run has not started yet and will look when it does.
      if (!(error instanceof DBOSErrors.DBOSNonExistentWorkflowError)) throw error;
    }
  };

  let databaseAway = false;
  const sweep = async (): Promise<void> => {
    try {
      const dead = await members.sweep();
      databaseAway = false;
      if (signal.aborted || dead.length === 0) return;
      const taken = await DBOSExecutor.globalInstance!.recoverPendingWorkflows(dead);
      // They may wait for something that has happened meanwhile, and its wake-up died with their owner.
      for (const handle of taken) await wakeUp(handle.workflowID);
      if (taken.length > 0) log.info({ runs: taken.map((handle) => handle.workflowID), from: dead }, `Took over ${taken.length} unfinished run(s) of a Lifeboat that is no more.`);
    } catch (error) {
      log[databaseAway || signal.aborted ? 'debug' : 'warn']({ cause: (error as Error).message }, 'The database does not answer, so nobody looks after abandoned runs; trying again every two seconds.');
      databaseAway = true;
    }
  };
  await sweep();
  const stopSweeping = clock.every(beatEveryMs, sweep);

  return {
    async start(run, epoch) {
      const id = workflowId(run, epoch);
      // DBOS would find it too, but warns with a stack trace of each one that was taken over.
      const known = await pool.query(`select 1 from ${dbosSchema}.workflow_status where workflow_uuid = $1`, [id]);
      if (known.rowCount === 0) await outsideAnyRun(() => DBOS.startWorkflow(workflow, { workflowID: id })(run, epoch));
    },
    wake: (run, epoch) => outsideAnyRun(() => wakeUp(workflowId(run, epoch))),
    async forget(endedBefore) {
      const { rows } = await pool.query<{ id: string }>(`select workflow_uuid as id from ${dbosSchema}.workflow_status where status = 'SUCCESS' and updated_at < $1 limit $2`, [endedBefore, forgottenAtOnceMax]);
      if (rows.length > 0) await DBOS.deleteWorkflows(rows.map(({ id }) => id));
      return rows.length;
    },
    async stop() {
      stopping.abort(new Error('Lifeboat is stopping'));
      stopSweeping();
      if (executions > 0) await Promise.race([new Promise<void>((resolve) => { lastEnded = resolve; }), clock.sleep(executionsEndPatienceMs)]);
      await DBOS.shutdown({ deregister: true });
      await members.leave();
      await dbosPool.end();
    },
  };
}
