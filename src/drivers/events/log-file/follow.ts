import type { Millis } from '../../../core/names.js';
import { Tail, type TailParts } from './tail.js';

export interface FollowParts extends TailParts {
  /** Rejects when the signal fires. */
  readonly sleep: (ms: Millis, signal: AbortSignal) => Promise<void>;
  /** true: the other side said no and will say so again. */
  readonly isFinal: (error: unknown) => boolean;
}

const lookEveryMs: Millis = 500;
/** Lifeboat that is back is found again within moments. */
const waitMaxMs: Millis = 5_000;

/** Follows the log until the signal fires. What fails is tried again, with more and more time between; nothing is lost meanwhile, it waits in the file. @throws what `isFinal` calls final */
export async function follow(parts: FollowParts, signal: AbortSignal): Promise<void> {
  const tail = new Tail(parts);
  const stopped = new Promise<false>((resolve) => { signal.addEventListener('abort', () => { resolve(false); }, { once: true }); });
  let failures = 0;
  let told = '';
  try {
    while (!signal.aborted) {
      let waitMs = lookEveryMs;
      try {
        // An answer that never comes must not keep the process: what was not acknowledged is sent again by the next start.
        if (await Promise.race([tail.step(), stopped])) waitMs = 0;
        if (failures > 0) parts.note('It goes on.');
        failures = 0;
        told = '';
      } catch (error) {
        if (parts.isFinal(error)) throw error;
        waitMs = Math.min(waitMaxMs, lookEveryMs * 2 ** failures++);
        const why = error instanceof Error ? error.message : String(error);
        if (why !== told) parts.note(`${why}\nNothing is lost: what comes waits in the file, and this goes on by itself.`);
        told = why;
      }
      if (waitMs > 0) await parts.sleep(waitMs, signal).catch(() => undefined);
    }
  } finally {
    await tail.close();
  }
}
