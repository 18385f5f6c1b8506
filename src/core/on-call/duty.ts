import type { Millis, PersonName, TenantName } from '../names.js';
import { momentIn } from '../moment.js';
import { slotName } from '../slot.js';

/** Who is called at night, in turns. Names are unique in an estate. */
export interface OnCallSchedule {
  readonly name: string;
  /** Whose incidents it is for. */
  readonly tenants: readonly TenantName[] | 'all';
  /** IANA zone in which shifts begin. Absent: the estate's. */
  readonly timeZone?: string;
  readonly source: Rotation | CalendarSource;
}

/** Shifts of equal length, one person after the other. */
export interface Rotation {
  readonly kind: 'rotation';
  readonly people: readonly PersonName[];
  /** `2026-11-23`: the day on which the first person's first shift begins. */
  readonly from: string;
  /** hh:mm in the schedule's zone, the same by the clock in summer and winter. */
  readonly handover: string;
  readonly shiftDays: number;
}

/** Shifts of an iCalendar that somebody else keeps. */
export interface CalendarSource {
  readonly kind: 'calendar';
  /** https://..., or `env:NAME` where the address itself is a secret. */
  readonly url: string;
}

/** Somebody's time on call, the end excluded. */
export interface Shift { readonly person: PersonName; readonly from: Millis; readonly until: Millis }

/** For a time somebody else is called. The newest wins where two overlap. */
export interface Override extends Shift {
  /** `O-3`. */
  readonly id: string;
  readonly schedule: string;
  /** Who entered it. */
  readonly by: PersonName;
  readonly reason: string | null;
}

/** Who is on call, until when that holds, and because of what. */
export interface OnDuty extends Shift { readonly because: 'rotation' | 'calendar' | 'override'; readonly override: string | null }

const dayMs = 86_400_000;
const zoneOf = (schedule: OnCallSchedule, estateZone: string): string => schedule.timeZone ?? estateZone;
/** Calendar days since 1970 of `2026-11-23`. */
const dayNumber = (day: string): number => Math.floor(Date.parse(`${day}T00:00:00Z`) / dayMs);
const dayName = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);

/** The rotation's shift at a moment. Shifts are counted in calendar days of the zone, so that a change of clocks moves no handover. */
function rotationShift(rotation: Rotation, timeZone: string, at: Millis): Shift | null {
  if (rotation.people.length === 0) return null;
  const local = slotName(at, timeZone);
  const day = dayNumber(local.slice(0, 10)) - (local.slice(11) < rotation.handover ? 1 : 0);
  const number = Math.floor((day - dayNumber(rotation.from)) / rotation.shiftDays);
  if (number < 0) return null;
  const begins = (shift: number): Millis => momentIn(`${dayName(dayNumber(rotation.from) + shift * rotation.shiftDays)}T${rotation.handover}`, timeZone)!;
  return { person: rotation.people[number % rotation.people.length]!, from: begins(number), until: begins(number + 1) };
}

export interface DutyQuestion {
  readonly schedule: OnCallSchedule;
  readonly estateZone: string;
  readonly overrides: readonly Override[];
  /** Of its calendar, as it was read last. */
  readonly calendar: readonly Shift[];
}

/** Who is on call at a moment. Null: nobody. `from` and `until` bound the time in which the answer stays the same. */
export function onDutyAt({ schedule, estateZone, overrides, calendar }: DutyQuestion, at: Millis): OnDuty | null {
  const own = overrides.filter((each) => each.schedule === schedule.name);
  const override = own.findLast((each) => each.from <= at && at < each.until);
  if (override) {
    // A newer one may begin before this one ends.
    const newer = own.slice(own.indexOf(override) + 1).filter(({ from }) => from > at).map(({ from }) => from);
    return { person: override.person, from: override.from, until: Math.min(override.until, ...newer), because: 'override', override: override.id };
  }
  const { source } = schedule;
  const shift = source.kind === 'rotation' ? rotationShift(source, zoneOf(schedule, estateZone), at) : calendar.findLast((each) => each.from <= at && at < each.until) ?? null;
  if (!shift) return null;
  const next = own.filter(({ from }) => from > at).map(({ from }) => from);
  const before = own.filter(({ until }) => until <= at).map(({ until }) => until);
  return { person: shift.person, from: Math.max(shift.from, ...before), until: Math.min(shift.until, ...next), because: source.kind, override: null };
}

/** What lies ahead, one after the other, at most `limit`; times without anybody are left out. */
export function shiftsAhead(question: DutyQuestion, from: Millis, until: Millis, limit: number): OnDuty[] {
  const found: OnDuty[] = [];
  for (let at = from; at < until && found.length < limit;) {
    const duty = onDutyAt(question, at);
    if (duty) {
      const last = found.at(-1);
      if (last && last.person === duty.person && last.until === at && last.override === duty.override && duty.because !== 'rotation') found[found.length - 1] = { ...last, until: duty.until };
      else found.push({ ...duty, from: found.length === 0 ? duty.from : Math.max(duty.from, at) });
      at = duty.until;
    } else {
      const next = [...question.calendar, ...question.overrides.filter((each) => each.schedule === question.schedule.name)].map((each) => each.from).filter((each) => each > at);
      const first = question.schedule.source.kind === 'rotation' ? momentIn(`${question.schedule.source.from}T${question.schedule.source.handover}`, zoneOf(question.schedule, question.estateZone)) : null;
      const ahead = [...next, ...(first !== null && first > at ? [first] : [])];
      if (ahead.length === 0) break;
      at = Math.min(...ahead);
    }
  }
  return found;
}
