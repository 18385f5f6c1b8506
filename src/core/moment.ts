import type { Millis } from './names.js';
import { slotName } from './slot.js';

const written = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/;

/** `2026-12-01T08:00` in a zone, or with an offset of its own (`Z`, `+01:00`). Null: not a moment. Where summer time leaves it out, what the clocks show instead. */
export function momentIn(text: string, timeZone: string): Millis | null {
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? null : at;
  }
  const parts = written.exec(text)?.slice(1).map(Number);
  if (!parts) return null;
  const asUtc = (name: string): Millis => Date.parse(`${name}:00Z`);
  const wanted = asUtc(text);
  if (Number.isNaN(wanted) || slotName(wanted, 'UTC') !== text) return null;
  // What the zone's clocks show at a moment says how far they are off there; near a change a second look settles it.
  let at = wanted;
  for (let look = 0; look < 2; look++) at += wanted - asUtc(slotName(at, timeZone));
  return at;
}
