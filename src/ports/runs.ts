import type { RunId } from '../core/names.js';

/** Durable execution of granted runs. DBOS in production, in memory in simulation; both pass one contract suite. */
export interface Runs {
  /** Idempotent by (run, epoch), also across nodes and restarts: the workflow id is `R-12.1`. */
  start(run: RunId, epoch: number): Promise<void>;
  /** Something changed that a waiting run may care about (resume, cancel, lock released). Lost wake-ups are made good by a sweep. */
  wake(run: RunId, epoch: number): Promise<void>;
  /** Stops executing here; runs stay pending and go on at the next start or on another node. */
  stop(): Promise<void>;
}

/** `waiting`: call again after a wake-up (or within a minute). `finished`: terminal for this epoch. */
export type ExecutionResult = 'finished' | 'waiting';
/** Given by the wiring: works a run off as far as it goes. Must be safe to call again after a crash at any point. */
export type ExecuteRun = (run: RunId, epoch: number, signal: AbortSignal) => Promise<ExecutionResult>;
