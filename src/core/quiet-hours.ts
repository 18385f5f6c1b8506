import type { Millis } from './names.js';
import { momentIn } from './moment.js';
import { slotName } from './slot.js';

/** `22:00-07:00` in a person's own zone. */
export interface QuietHours { readonly from: string; readonly to: string }

/** Until when it is quiet for the person; null: it is not. Only what is not critical waits. */
export function quietUntil({ from, to }: QuietHours, timeZone: string, now: Millis): Millis | null {
  const local = slotName(now, timeZone);
  const [day, time] = [local.slice(0, 10), local.slice(11)];
  const overnight = to <= from;
  const quiet = overnight ? time >= from || time < to : time >= from && time < to;
  if (!quiet) return null;
  const ends = overnight && time >= from ? new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10) : day;
  return momentIn(`${ends}T${to}`, timeZone);
}
