import type { Millis } from '../names.js';

/** The fourth opening of one condition within half an hour is told as flapping; those after it are counted. */
export const flappingFrom = 4;
export const flappingWithinMs: Millis = 30 * 60_000;

/** Earlier openings that still count. Of a condition that flaps without end only as many are kept as the rule needs. */
export const recentOpenings = (openings: readonly Millis[], now: Millis): Millis[] => openings.filter((at) => now - at < flappingWithinMs).slice(-flappingFrom);

/** Which opening this is of late, where that is flapping. */
export function flapsAt(openings: readonly Millis[], now: Millis): number | undefined {
  const count = recentOpenings(openings, now).length + 1;
  return count >= flappingFrom ? count : undefined;
}
