import type { Millis } from '../core/names.js';

/** A shift as a calendar names it: whose it is stands there in words or as an address. */
export interface CalendarShift { readonly who: readonly string[]; readonly from: Millis; readonly until: Millis }

/** Somebody else's calendar of duty. */
export interface Calendar {
  /** Every shift that touches the time from `from` to `until`, repeated ones written out, in the order of their beginning. `timeZone`: of times that name none. @throws Error with a sentence that holds no address */
  shifts(url: string, of: { readonly from: Millis; readonly until: Millis; readonly timeZone: string }, signal: AbortSignal): Promise<CalendarShift[]>;
}
