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
