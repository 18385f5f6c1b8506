import type { Clock } from '../ports/clock.js';
import type { Millis } from '../core/names.js';

/** The longest delay that Node's timers keep; anything longer would fire at once. */
const timerMaxMs: Millis = 2 ** 31 - 1;

const now = (): Millis => Date.now();

/** The machine's own clock. Its timers never hold the process open. */
export function createSystemClock(): Clock {
  return {
    now,
    sleep: async (ms, signal) => {
      // Not by wall time: a clock that is set back an hour would make every pause an hour longer (invariant 46).
      const until = performance.now() + ms;
      do await pause(Math.min(Math.max(until - performance.now(), 0), timerMaxMs), signal);
      while (performance.now() < until);
    },
    every(ms, work) {
      let running = false;
      const timer = setInterval(() => {
        if (running) return;
        running = true;
        // The work reports its own failures; one that escapes must end neither the rhythm nor the process.
        void (async () => work())().catch(() => undefined).finally(() => { running = false; });
      }, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function pause(ms: Millis, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = (): void => { clearTimeout(timer); reject(signal?.reason as Error); };
    const timer = setTimeout(() => { signal?.removeEventListener('abort', stop); resolve(); }, ms);
    timer.unref();
    signal?.addEventListener('abort', stop, { once: true });
  });
}
