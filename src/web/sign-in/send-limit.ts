import type { Millis } from '../../core/names.js';
import type { Clock } from '../../ports/clock.js';

const windowMs: Millis = 600_000;
const keptMax = 10_000;

/** How often something may be asked for within ten minutes, per key. Forgets the oldest keys first, so that nobody fills the memory. */
export function createLimit(clock: Pick<Clock, 'now'>, most: number): (key: string) => boolean {
  const asked = new Map<string, readonly Millis[]>();
  return (key) => {
    const recent = (asked.get(key) ?? []).filter((at) => clock.now() - at < windowMs);
    const may = recent.length < most;
    asked.delete(key);
    asked.set(key, may ? [...recent, clock.now()] : recent);
    for (const oldest of asked.keys()) { if (asked.size <= keptMax) break; asked.delete(oldest); }
    return may;
  };
}
