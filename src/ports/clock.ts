import { setMaxListeners } from 'node:events';
import type { Millis } from '../core/names.js';

/** All deadlines go through this port: a fake one in tests, a virtual one in simulation. */
export interface Clock {
  /** Wall time. */
  now(): Millis;
  /** Resolves at `now() + ms`, rejects with the signal's reason when it fires. Never holds the process open. */
  sleep(ms: Millis, signal?: AbortSignal): Promise<void>;
  /** Calls back every `ms` until the returned function is called. A callback that still runs is not called again. */
  every(ms: Millis, work: () => Promise<void> | void): () => void;
}

/** Work that has so much time; then its signal fires. */
export async function within<T>(clock: Pick<Clock, 'sleep'>, ms: Millis, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const [limit, over] = [new AbortController(), new AbortController()];
  // An estate of a hundred hosts is asked side by side: as many listeners are no leak.
  setMaxListeners(0, limit.signal);
  void clock.sleep(ms, over.signal).then(() => limit.abort(new Error('time is over')), () => undefined);
  try {
    return await work(limit.signal);
  } finally {
    over.abort();
  }
}
