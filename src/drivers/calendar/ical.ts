import ICAL from 'ical.js';
import { isTimeZone } from '../../core/clock-time.js';
import { momentIn } from '../../core/moment.js';
import type { Millis } from '../../core/names.js';
import type { Calendar, CalendarShift } from '../../ports/calendar.js';

/** A year of hourly shifts is far less; more than that is no duty roster. */
const bytesMax = 4_000_000;
const occurrencesMax = 5_000;
const timeoutMs: Millis = 20_000;

/** Reads a published iCalendar (RFC 5545) over HTTP: repeated events, exceptions and zones as ical.js understands them. An event's attendees say whose shift it is, else its summary. */
export function createIcalCalendar({ fetch = globalThis.fetch }: { readonly fetch?: typeof globalThis.fetch } = {}): Calendar {
  return {
    async shifts(url, { from, until, timeZone }, signal) {
      let response: Response;
      try {
        response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]), headers: { accept: 'text/calendar' }, redirect: 'error' });
      } catch (error) {
        throw new Error(`the calendar did not answer (${reasonOf(error)})`, { cause: error });
      }
      if (!response.ok) throw new Error(`the calendar answered ${response.status}`);
      return readShifts(await limited(response), from, until, timeZone);
    },
  };
}

async function limited(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += (part as Uint8Array).byteLength;
    if (bytes > bytesMax) throw new Error(`the calendar is longer than ${bytesMax / 1_000_000} MB`);
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** @throws Error where the text is no calendar */
export function readShifts(text: string, from: Millis, until: Millis, timeZone: string): CalendarShift[] {
  let calendar: InstanceType<typeof ICAL.Component>;
  try {
    calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  } catch {
    throw new Error('what the calendar answered is no iCalendar');
  }
  if (calendar.name !== 'vcalendar') throw new Error('what the calendar answered is no iCalendar');
  const zones = new Map(calendar.getAllSubcomponents('vtimezone').map((each) => new ICAL.Timezone(each)).map((zone) => [zone.tzid, zone]));
  const moment = (time: InstanceType<typeof ICAL.Time>, tzid: string | null): Millis => {
    if (time.zone === ICAL.Timezone.utcTimezone) return time.toJSDate().getTime();
    const zone = tzid === null ? undefined : zones.get(tzid);
    if (zone) {
      const local = time.clone();
      local.zone = zone;
      return local.convertToZone(ICAL.Timezone.utcTimezone).toJSDate().getTime();
    }
    // A time without a zone, and a whole day, mean the schedule's own clocks.
    return momentIn(time.toString().slice(0, 10) + (time.isDate ? 'T00:00' : time.toString().slice(10, 16)), tzid !== null && isTimeZone(tzid) ? tzid : timeZone)!;
  };
  const components = calendar.getAllSubcomponents('vevent');
  const exceptions = components.filter((each) => each.hasProperty('recurrence-id'));
  const found: CalendarShift[] = [];
  for (const component of components) {
    if (component.hasProperty('recurrence-id') || String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED') continue;
    const event = new ICAL.Event(component, { exceptions: exceptions.filter((each) => each.getFirstPropertyValue('uid') === component.getFirstPropertyValue('uid')) } as never);
    const add = (details: { readonly item: InstanceType<typeof ICAL.Event>; readonly startDate: InstanceType<typeof ICAL.Time>; readonly endDate: InstanceType<typeof ICAL.Time> }): boolean => {
      const [begins, ends] = [moment(details.startDate, tzidOf(details.item.component, 'dtstart')), moment(details.endDate, tzidOf(details.item.component, 'dtstart'))];
      const cancelled = String(details.item.component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED';
      if (!cancelled && ends > from && begins < until && ends > begins) found.push({ who: whoOf(details.item), from: begins, until: ends });
      return begins < until;
    };
    if (!event.isRecurring()) { add({ item: event, startDate: event.startDate, endDate: event.endDate }); continue; }
    const iterator = event.iterator();
    for (let count = 0, next = iterator.next(); next && count < occurrencesMax; count++, next = iterator.next()) {
      if (!add(event.getOccurrenceDetails(next) as never)) break;
    }
  }
  return found.toSorted((a, b) => a.from - b.from);
}

const tzidOf = (component: InstanceType<typeof ICAL.Component>, property: string): string | null => {
  const tzid = component.getFirstProperty(property)?.getParameter('tzid');
  return typeof tzid === 'string' ? tzid : null;
};

function whoOf(event: InstanceType<typeof ICAL.Event>): string[] {
  const attendees = event.attendees.map((each) => String(each.getFirstValue() ?? '').replace(/^mailto:/i, '').trim()).filter((each) => each !== '');
  const summary = String(event.summary ?? '').trim();
  return [...attendees, ...(summary === '' ? [] : [summary])];
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause as { code?: string }).code ?? (cause instanceof Error && cause.name === 'TimeoutError' ? 'no answer in time' : 'no connection');
};
