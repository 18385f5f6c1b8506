import { Heap } from '../core/heap.js';
import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';

/** Everything that can go on without time passing has gone on. Nothing in the lab waits for a real device, so one turn of the event loop is enough. */
export const quiet = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

export interface VirtualClock extends Clock {
  /** Lets time pass, one sleeper after the other; between two of them everything settles. */
  advance(ms: Millis): Promise<void>;
  /** Lets time pass until the condition holds. @throws when it does not within `maxMs` */
  advanceUntil(what: string, condition: () => boolean, maxMs: Millis): Promise<void>;
}

interface Sleeper { until: Millis; readonly order: number; gone: boolean; wake(): void }

/** Time that stands still until it is moved. The same calls give the same order, always. */
export function createVirtualClock(start: Millis = Date.UTC(2026, 10, 21, 12, 0, 0)): VirtualClock {
  let now = start;
  let order = 0;
  const sleepers = new Heap<Sleeper>((a, b) => a.until < b.until || (a.until === b.until && a.order < b.order));
  const next = (): Sleeper | undefined => {
    while (sleepers.first?.gone) sleepers.pop();
    return sleepers.first;
  };
  const step = async (until: Millis): Promise<boolean> => {
    const sleeper = next();
    if (!sleeper || sleeper.until > until) return false;
    sleepers.pop();
    now = Math.max(now, sleeper.until);
    sleeper.wake();
    await quiet();
    return true;
  };
  const clock: VirtualClock = {
    now: () => now,
    sleep: (ms, signal) => new Promise((resolve, reject) => {
      const sleeper: Sleeper = { until: now + Math.max(0, ms), order: order++, gone: false, wake: () => { signal?.removeEventListener('abort', abort); resolve(); } };
      const abort = (): void => { sleeper.gone = true; reject(signal!.reason as Error); };
      if (signal?.aborted) { reject(signal.reason as Error); return; }
      sleepers.push(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    }),
    every(ms, work) {
      let running = false;
      const sleeper: Sleeper = {
        until: now + ms, order: order++, gone: false,
        wake: () => {
          sleeper.until += ms;
          sleepers.push(sleeper);
          if (running) return;
          running = true;
          void (async () => work())().catch(() => undefined).finally(() => { running = false; });
        },
      };
      sleepers.push(sleeper);
      return () => { sleeper.gone = true; };
    },
    async advance(ms) {
      const until = now + ms;
      await quiet();
      while (await step(until));
      now = until;
    },
    async advanceUntil(what, condition, maxMs) {
      const until = now + maxMs;
      await quiet();
      while (!condition()) if (!(await step(until))) throw new Error(`After ${maxMs} ms of virtual time it still is not so that ${what}.`);
    },
  };
  return clock;
}
