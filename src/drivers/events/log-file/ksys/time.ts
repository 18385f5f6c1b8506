import type { Millis } from '../../../../core/names.js';

/** Minutes east of UTC by abbreviation. */
export type ZoneTable = ReadonlyMap<string, number>;

const hours = (zones: Record<string, number>): [string, number][] => Object.entries(zones).map(([name, each]) => [name, each * 60]);

/**
 * What `date` prints in the C locale. Abbreviations are ambiguous: CST is US Central here, as on IBM's own samples, not China; IST is India,
 * BST is British summer. A site elsewhere says so in KSYS_TIME_ZONES.
 */
export const defaultZones: ZoneTable = new Map(hours({
  UTC: 0, GMT: 0, Z: 0, WET: 0, WEST: 1, BST: 1, CET: 1, CEST: 2, MEZ: 1, MESZ: 2, EET: 2, EEST: 3, MSK: 3, SAST: 2, IST: 5.5, SGT: 8, HKT: 8, AWST: 8, JST: 9, KST: 9, ACST: 9.5, ACDT: 10.5, AEST: 10, AEDT: 11, NZST: 12, NZDT: 13,
  NST: -3.5, NDT: -2.5, AST: -4, ADT: -3, EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, AKST: -9, AKDT: -8, HST: -10,
}));

export type TimeRead = { readonly ok: true; readonly at: Millis } | { readonly ok: false; readonly why: string };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const cDate = /^(?:[a-z]{3},?\s+)?([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})(?:\s+([a-z]\S*|[+-]\d\S*))?\s+(\d{4})$/i;
const isoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const unknownForm = 'it is not of the form "Mon Feb 10 04:51:26 CST 2020"';

/** `Mon Feb 10 04:51:26 CST 2020`, also with a padded day, a numeric zone, or ISO 8601 with its zone. */
export function readKsysTime(text: string, zones: ZoneTable): TimeRead {
  if (isoDate.test(text) && !Number.isNaN(Date.parse(text))) return { ok: true, at: Date.parse(text) };
  const found = cDate.exec(text);
  if (!found) return { ok: false, why: unknownForm };
  const month = months.indexOf(found[1]!.toLowerCase());
  if (month < 0) return { ok: false, why: unknownForm };
  const [day, hour, minute, second] = found.slice(2, 6).map(Number) as [number, number, number, number];
  const zone = found[6];
  if (zone === undefined) return { ok: false, why: 'it names no time zone' };
  const offset = zones.get(zone.toUpperCase()) ?? numericZone(zone);
  if (offset === null) return { ok: false, why: `the time zone ${zone} is not known; say what it means with KSYS_TIME_ZONES=${zone}=+hh:mm` };
  const at = Date.UTC(Number(found[7]), month, day, hour, minute, Math.min(second, 59));
  const back = new Date(at);
  // Date.UTC turns February 30 into March 1 without a word.
  if (back.getUTCMonth() !== month || back.getUTCDate() !== day || back.getUTCHours() !== hour || minute > 59 || second > 60) return { ok: false, why: 'there is no such date' };
  return { ok: true, at: at - offset * 60_000 };
}

/** `+0530`, `-03`, `+05:30`: what `date` prints for zones without an abbreviation. */
export function numericZone(text: string): number | null {
  const found = /^([+-])(\d{1,2})(?::?([0-5]\d))?$/.exec(text);
  if (!found || Number(found[2]) > 14) return null;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? 0));
}
