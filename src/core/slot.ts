import { formatter } from './clock-time.js';
import type { Millis } from './names.js';

/** `2026-11-21T02:00`: a minute in a zone, as schedules and reports name it. */
export function slotName(at: Millis, timeZone: string): string {
  const parts = Object.fromEntries(formatter('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The newest minute before `now` that reads `time` (hh:mm) in the zone. Where summer time leaves that minute out, the first one after it. */
export function lastSlot(now: Millis, time: string, timeZone: string): { readonly slot: string; readonly at: Millis } {
  const minuteMs = 60_000;
  const start = Math.floor(now / minuteMs) * minuteMs;
  let before: string | null = null;
  for (let at = start; at > start - 26 * 3_600_000; at -= minuteMs) {
    const name = slotName(at, timeZone);
    if (name.endsWith(`T${time}`)) return { slot: name, at };
    // The clock jumped over it, from this minute to the one seen before: the minute after the gap stands for it.
    const wanted = before === null ? null : `${before.slice(0, 10)}T${time}`;
    if (wanted !== null && name < wanted && wanted < before!) return { slot: wanted, at: at + minuteMs };
    before = name;
  }
  return { slot: slotName(start, timeZone), at: start };
}
