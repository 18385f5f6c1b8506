import { momentIn } from '../moment.js';
import type { Millis, TenantName } from '../names.js';
import { slotName } from '../slot.js';
import type { Matcher } from './silence.js';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** A time in which work is done regularly: what it is about is then watched and written down, and told only if it is still open at the end. Names are unique in an estate. */
export interface MaintenanceWindow {
  readonly name: string;
  /** Null: every tenant's. */
  readonly tenant: TenantName | null;
  readonly matcher: Matcher;
  /** On which it begins. Absent: every day. */
  readonly days?: readonly Weekday[];
  /** hh:mm by the clocks of its zone; an end that is not after the beginning is on the next day. */
  readonly from: string;
  readonly to: string;
  /** IANA. Absent: the estate's. */
  readonly timeZone?: string;
  readonly reason: string;
}

const dayMs = 86_400_000;
const weekdayOf = (day: number): Weekday => weekdays[(new Date(day).getUTCDay() + 6) % 7]!;

/** Occurrences that end after `now`, the one in force included, in their order. */
export function occurrences({ days, from, to, timeZone }: MaintenanceWindow, estateZone: string, now: Millis, limit: number): { readonly from: Millis; readonly until: Millis }[] {
  const zone = timeZone ?? estateZone;
  const today = Date.parse(`${slotName(now, zone).slice(0, 10)}T00:00:00Z`);
  const at = (day: number, time: string): Millis => momentIn(`${new Date(day).toISOString().slice(0, 10)}T${time}`, zone)!;
  const found: { from: Millis; until: Millis }[] = [];
  // It may have begun yesterday.
  for (let day = today - dayMs; found.length < limit && day <= today + 8 * dayMs; day += dayMs) {
    if (days !== undefined && !days.includes(weekdayOf(day))) continue;
    const occurrence = { from: at(day, from), until: at(to <= from ? day + dayMs : day, to) };
    if (occurrence.until > now) found.push(occurrence);
  }
  return found;
}

/** The occurrence that is in force. Null: none is. */
export function windowInForce(window: MaintenanceWindow, estateZone: string, now: Millis): { readonly from: Millis; readonly until: Millis } | null {
  const [next] = occurrences(window, estateZone, now, 1);
  return next && next.from <= now ? next : null;
}
