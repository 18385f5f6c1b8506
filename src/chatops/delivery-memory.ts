import { createHash } from 'node:crypto';
import type { OnceStore } from '../ports/once.js';

const rememberedMs = 24 * 60 * 60_000;
const keptHere = 1000;

/** Ids of platforms are short and plain; whatever else somebody sends is told by its digest, since a database does not take every sign. */
const storable = (key: string): string => (/^[\x20-\x7e]{1,300}$/.test(key) ? key : createHash('sha256').update(key).digest('hex'));

/** Runs `work` for the first delivery with a key. */
export type DeliveryMemory = <T>(key: string, work: () => Promise<T>, again: () => T) => Promise<T>;

/**
 * The same delivery twice is one act. Slack and Teams deliver again when an answer is late, a browser when the network lost it.
 * The table decides between nodes; this process's own memory decides alone while the database is away, since a hold must still work then.
 */
export function createDeliveryMemory(once: OnceStore, log: { error(fields: object, message: string): void }): DeliveryMemory {
  const here = new Set<string>();
  return async (key, work, again) => {
    if (here.has(key)) return again();
    here.add(key);
    for (const oldest of here) { if (here.size <= keptHere) break; here.delete(oldest); }
    const first = await once.first(`delivery:${storable(key)}`, rememberedMs).catch((error: unknown) => {
      log.error({ why: error instanceof Error ? error.message : String(error) }, 'The database is away: repeated deliveries are told by the memory of this process alone until it is back.');
      return true;
    });
    return first ? work() : again();
  };
}
