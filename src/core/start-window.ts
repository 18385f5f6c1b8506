import type { Millis } from './names.js';
import type { Plan } from './plan.js';
import type { RunState } from './run-state.js';

/** When a plan that was approved before may start by itself. */
export interface StartWindow { readonly from: Millis; readonly to: Millis }

/** Until when people may decide: as long as the gate says, and never past the time for which it is wanted. */
export const decideUntil = ({ gate, window }: Pick<Plan, 'gate' | 'window'>, now: Millis): Millis => Math.min(now + gate.expiresInMs, window?.to ?? Infinity);

/** Approved and untouched: nobody executes it yet. */
export const waitsForWindow = ({ plan, status, grantedAt, claim }: RunState): boolean => plan.window !== undefined && (status === 'granted' || status === 'held') && grantedAt !== null && claim === null;

type WindowStanding = 'ahead' | 'open' | 'over';

/** Where a plan's window stands; one without a window may start at any time. */
export function windowAt({ window }: Pick<Plan, 'window'>, now: Millis): WindowStanding {
  if (window === undefined) return 'open';
  return now < window.from ? 'ahead' : now < window.to ? 'open' : 'over';
}
