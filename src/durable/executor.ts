import type { RunId } from '../core/names.js';
import { isTerminal } from '../core/run-state.js';
import type { ExecuteRun, ExecutionResult } from '../ports/runs.js';
import { stillStands, takeLocks } from './admission.js';
import { finish } from './ending.js';
import { Execution, type ExecutorParts } from './execution.js';
import { createInTurn } from './in-turn.js';
import { StepLoop } from './step-loop.js';
import { Watch } from './watch.js';
import { ExecutionEnded } from './writer.js';

/** Works a granted run off, as far as it goes. Its whole memory is the journal: safe to call again after a crash at any point. */
export function createExecutor(parts: ExecutorParts): ExecuteRun & { poke(run: RunId): void } {
  const watches = new Map<RunId, Watch>();
  const lockInTurn = createInTurn();
  const execute: ExecuteRun = async (run, epoch, signal) => {
    const state = parts.live.current.runs.get(run);
    if (!state || isTerminal(state.status) || state.plan.epoch !== epoch || state.status === 'proposed') return 'finished';
    const watch = new Watch(parts.live, signal);
    watches.set(run, watch);
    try {
      return await work(new Execution(parts, run, watch, signal, lockInTurn));
    } catch (error) {
      if (error instanceof ExecutionEnded) return 'waiting';
      throw error;
    } finally {
      watch.close();
      watches.delete(run);
    }
  };
  return Object.assign(execute, { poke: (run: RunId) => watches.get(run)?.wake() });
}

async function work(execution: Execution): Promise<ExecutionResult> {
  await execution.claim();
  if (!(await takeLocks(execution))) return finish(execution, 'cancelled');
  if (execution.run.startedAt === null) {
    if (!(await stillStands(execution))) return 'finished';
    await execution.writer.append({ type: 'run.started', run: execution.id });
  }
  const loop = new StepLoop(execution);
  try {
    return await loop.run();
  } finally {
    if (!execution.signal.aborted) await loop.settled();
  }
}
