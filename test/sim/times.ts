import type { Millis } from '../../src/core/names.js';

/** Short, so that a night with many proposals is soon over. */
export const approvalLifeMs: Millis = 5 * 60_000;
/** Longer than an approval lives. */
export const quietMs: Millis = approvalLifeMs + 60_000;
/** Longer than any step may take. */
export const patienceMs: Millis = 3 * 3_600_000;
