import { DBOS, Error as DBOSErrors } from '@dbos-inc/dbos-sdk';
import type { Millis, RunId } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { ExecuteRun, ExecutionResult } from '../ports/runs.js';

export const workflowId = (run: RunId, epoch: number): string => `${run}.${epoch}`;
export const wakeTopic = 'wake';

/** A waiting run looks again after this time even if nobody wakes it. */
const lookAgainAfterSeconds = 60;
const retryDelayMinMs: Millis = 1000;
const retryDelayMaxMs: Millis = 30_000;

export interface WorkflowHost {
  readonly execute: ExecuteRun;
  readonly clock: Clock;
  readonly log: Log;
  /** Fires when this process stops executing. */
  readonly signal: AbortSignal;
  /** Whether this process still owns the run: after a freeze another may. */
  owns(id: string): Promise<boolean>;
  /** The workflow failed on DBOS's side (database away): have it started again. */
  lost(id: string, error: unknown): void;
  /** An execution began; call the result when it ended. */
  executing(): () => void;
}

/** Leaves the workflow as it is in the database: it stays pending, for the next start or another node. */
const never = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

/** The body of a run's workflow. It never fails: a failed workflow would be a run that nobody continues. */
export async function runWorkflow(host: WorkflowHost, run: RunId, epoch: number): Promise<void> {
  try {
    for (;;) {
      const result = await DBOS.runStep(() => executeOnce(host, run, epoch), { name: 'execute' });
      if (result === 'finished') return;
      await DBOS.recv(wakeTopic, { timeoutSeconds: lookAgainAfterSeconds });
    }
  } catch (error) {
    if (host.signal.aborted) return never();
    if (error instanceof DBOSErrors.DBOSWorkflowConflictError || error instanceof DBOSErrors.DBOSWorkflowCancelledError) throw error;
    host.lost(workflowId(run, epoch), error);
    return never();
  }
}

/** Calls `execute` until it answers. What it answers is recorded, so it must not answer once we are stopping. */
async function executeOnce(host: WorkflowHost, run: RunId, epoch: number): Promise<ExecutionResult> {
  const { clock, signal } = host;
  for (let delayMs = retryDelayMinMs; ; delayMs = Math.min(delayMs * 2, retryDelayMaxMs)) {
    if (signal.aborted) return never();
    const answer = await attempt(host, run, epoch, delayMs);
    // A run that came to its end is over, stopping or not.
    if (answer === 'finished' && signal.aborted) return answer;
    if (answer === 'failed') await clock.sleep(delayMs, signal).catch(() => undefined);
    if (signal.aborted) return never();
    // Whoever was frozen and lost the run must record nothing for its new owner, and not come back for it in a minute.
    if (!(await host.owns(workflowId(run, epoch)).catch(() => true))) return never();
    if (answer !== 'failed') return answer;
  }
}

async function attempt({ execute, executing, log, signal }: WorkflowHost, run: RunId, epoch: number, delayMs: Millis): Promise<ExecutionResult | 'failed'> {
  const ended = executing();
  try {
    return await execute(run, epoch, signal);
  } catch (error) {
    if (!signal.aborted) log.error({ err: error, run, epoch }, `Run ${run} stumbled over an error of Lifeboat itself and is tried again in ${delayMs / 1000} s. What was recorded stands; nothing is repeated without a look. To stop it meanwhile: lifeboat hold ${run}`);
    return 'failed';
  } finally {
    ended();
  }
}
