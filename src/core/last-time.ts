import { momentIn } from './moment.js';
import type { Millis } from './names.js';
import { slotName } from './slot.js';

const dayMs = 86_400_000;

/** The newest moment, `now` included, at which the zone's clocks showed `time` (hh:mm). */
export function lastTime(time: string, timeZone: string, now: Millis): Millis {
  const today = Date.parse(`${slotName(now, timeZone).slice(0, 10)}T00:00:00Z`);
  const at = (day: number): Millis => momentIn(`${new Date(day).toISOString().slice(0, 10)}T${time}`, timeZone)!;
  return at(today) <= now ? at(today) : at(today - dayMs);
}
