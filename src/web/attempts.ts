import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import { WebProblem } from './problem.js';

const failuresMax = 10;
const windowMs: Millis = 60_000;
const addressesMax = 10_000;

/** Slows down whoever guesses one-time codes. */
export interface Attempts {
  /** @throws WebProblem after too many failures from this address */
  check(from: string): void;
  failed(from: string): void;
}

export function createAttempts(clock: Clock): Attempts {
  const failures = new Map<string, { count: number; since: Millis }>();
  const recent = (from: string): { count: number; since: Millis } | undefined => {
    const seen = failures.get(from);
    return seen && clock.now() - seen.since < windowMs ? seen : undefined;
  };
  return {
    check(from) {
      if ((recent(from)?.count ?? 0) >= failuresMax) throw new WebProblem(429, 'too-many-attempts', 'Too many wrong codes came from this address.', 'Wait a minute, then use a new code.');
    },
    failed(from) {
      const seen = recent(from) ?? { count: 0, since: clock.now() };
      if (failures.size >= addressesMax) failures.clear();
      failures.set(from, { ...seen, count: seen.count + 1 });
    },
  };
}
