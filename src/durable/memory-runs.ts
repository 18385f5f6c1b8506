import type { Millis, RunId } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { ExecuteRun, Runs } from '../ports/runs.js';

const lookAgainAfterMs: Millis = 60_000;
const retryAfterMs: Millis = 1000;

interface Owner { alive(): boolean }

/** What survives a crash in simulation: hand the same one to the next `createMemoryRuns`. */
export type PendingRuns = Map<string, { readonly run: RunId; readonly epoch: number; finished: boolean; owner: Owner }>;

interface Options { readonly execute: ExecuteRun; readonly clock: Clock; readonly log: Log; readonly pending?: PendingRuns; /** Whether this process runs, as the others see it. */ readonly alive?: () => boolean }
export interface MemoryRuns extends Runs {
  /** Goes on with the runs of processes that are no more, as the sweep of the durable runs does. */
  takeOver(): void;
}

/** The same promises as the durable runs, on the given clock, without a database. */
export function createMemoryRuns({ execute, clock, log, pending = new Map(), alive = () => true }: Options): MemoryRuns {
  const stopping = new AbortController();
  const { signal } = stopping;
  const woken = new Set<string>();
  const waiting = new Map<string, () => void>();
  const working = new Set<Promise<void>>();
  const me: Owner = { alive: () => !signal.aborted && alive() };
  /** Whoever was frozen and lost the run must not come back for it in a minute. */
  const lost = (id: string): boolean => pending.get(id)!.owner !== me;

  const wait = async (id: string, ms: Millis): Promise<void> => {
    if (woken.delete(id)) return;
    const over = new AbortController();
    await Promise.race([new Promise<void>((resolve) => { waiting.set(id, resolve); }), clock.sleep(ms, AbortSignal.any([signal, over.signal])).catch(() => undefined)]);
    over.abort();
    waiting.delete(id);
    woken.delete(id);
  };

  const work = async (id: string, run: RunId, epoch: number): Promise<void> => {
    while (!signal.aborted) {
      try {
        const result = await execute(run, epoch, signal);
        if (lost(id)) return;
        if (result === 'finished') {
          pending.get(id)!.finished = true;
          return;
        }
        if (!signal.aborted) await wait(id, lookAgainAfterMs);
      } catch (error) {
        if (signal.aborted || lost(id)) return;
        log.error({ err: error, run, epoch }, `Run ${run} stumbled over an error of Lifeboat itself and is tried again.`);
        await clock.sleep(retryAfterMs, signal).catch(() => undefined);
      }
    }
  };
  const begin = (id: string, run: RunId, epoch: number): void => {
    pending.set(id, { run, epoch, finished: false, owner: me });
    const task = work(id, run, epoch).finally(() => { working.delete(task); });
    working.add(task);
  };

  const takeOver = (): void => { for (const [id, { run, epoch, finished, owner }] of pending) if (!finished && !owner.alive()) begin(id, run, epoch); };
  takeOver();
  return {
    takeOver,
    async start(run, epoch) {
      const id = `${run}.${epoch}`;
      if (signal.aborted || pending.has(id)) return;
      begin(id, run, epoch);
    },
    async wake(run, epoch) {
      const id = `${run}.${epoch}`;
      if (pending.get(id)?.finished !== false) return;
      woken.add(id);
      waiting.get(id)?.();
    },
    async stop() {
      stopping.abort(new Error('Lifeboat is stopping'));
      await Promise.all(working);
    },
  };
}
