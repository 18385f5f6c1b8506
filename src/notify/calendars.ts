import { eventKey, type DrEvent, type Evidence } from '../core/dr-event.js';
import { dutyStream } from '../core/event.js';
import type { Estate } from '../core/estate.js';
import { lifeboat, type Millis, type PersonName } from '../core/names.js';
import type { OnCallSchedule, Shift } from '../core/on-call/duty.js';
import type { Calendar, CalendarShift } from '../ports/calendar.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { Secrets } from '../ports/secrets.js';
import type { LiveState } from '../ports/state.js';

export interface CalendarsParts {
  readonly journal: Journal;
  readonly live: LiveState;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly secrets: Secrets;
  readonly raised: (event: DrEvent) => Promise<unknown>;
  readonly cleared: (key: string, evidence: readonly Evidence[]) => Promise<unknown>;
  readonly log: (message: string, detail: object) => void;
}

const readEveryMs: Millis = 900_000;
const dayMs: Millis = 86_400_000;
/** As far ahead as people look. */
const aheadMs: Millis = 60 * dayMs;
const eventName = 'ON_CALL_CALENDAR_UNREADABLE';

/** Reads the calendars of schedules that others keep. One that cannot be read goes on with what it said last, and says so. */
export function startCalendars(parts: CalendarsParts): () => void {
  const { journal, live, clock, calendar, secrets } = parts;

  async function read(schedule: OnCallSchedule, estate: Estate, signal: AbortSignal): Promise<void> {
    if (schedule.source.kind !== 'calendar') return;
    const now = clock.now();
    const key = eventKey(eventName, schedule.name);
    const name = /^env:(.+)$/.exec(schedule.source.url)?.[1];
    const tell = (why: string): Promise<unknown> => parts.raised({
      name: eventName, severity: 'warning', entityClass: 'system', entity: schedule.name, uuid: null, tenant: schedule.tenants !== 'all' && schedule.tenants.length === 1 ? schedule.tenants[0]! : null, site: null, occurredAt: now, source: 'engine', key,
      description: `The calendar of the on-call schedule ${schedule.name} cannot be read: ${why}. What it said last holds: query on_call ${schedule.name}`, evidence: [{ saw: why, by: 'Lifeboat', at: now }],
    });
    const url = name === undefined ? schedule.source.url : secrets.get(name);
    if (url === undefined || !URL.canParse(url)) { await tell(`the environment variable ${name} holds no address`); return; }
    try {
      const found = await calendar.shifts(url, { from: now - dayMs, until: now + aheadMs, timeZone: schedule.timeZone ?? estate.timeZone }, signal);
      const { shifts, unknown } = peopleIn(found, estate);
      const before = live.current.duty.calendars.get(schedule.name);
      if (JSON.stringify([before?.shifts ?? null, before?.unknown]) !== JSON.stringify([shifts, unknown])) {
        const committed = await journal.append({ entries: [{ stream: dutyStream, tenant: null, actor: lifeboat('schedule'), event: { type: 'calendar.read', schedule: schedule.name, shifts, unknown } }], expect: { [dutyStream]: live.current.heads.get(dutyStream) ?? 0 } });
        await live.reach(committed.at(-1)!.seq);
      }
      await parts.cleared(key, [{ saw: `${shifts.length} shifts ahead`, by: `calendar of ${schedule.name}`, at: now }]);
    } catch (error) {
      if (error instanceof JournalError) { if (error.code !== 'conflict') throw error; return; }
      await tell(secrets.redact(error instanceof Error ? error.message : String(error)));
    }
  }

  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const { estate } = live.current;
    for (const schedule of estate?.onCall ?? []) {
      await read(schedule, estate!, stopping.signal).catch((error: unknown) => { if (!stopping.signal.aborted) parts.log('a calendar was not read; the next try follows', { schedule: schedule.name, error: secrets.redact(error instanceof Error ? error.message : String(error)) }); });
    }
  };
  let looking = Promise.resolve();
  const next = (): Promise<void> => looking = looking.then(look);
  const ends = [live.onEntries((entries) => { if (entries.some(({ event: { type } }) => type === 'estate.imported')) void next(); }), clock.every(readEveryMs, next)];
  void next();
  return () => { stopping.abort(); for (const end of ends) end(); };
}

/** A calendar names people by address, name or full name; the first that the estate knows counts. Pure. */
export function peopleIn(found: readonly CalendarShift[], { people }: Pick<Estate, 'people'>): { readonly shifts: readonly Shift[]; readonly unknown: readonly string[] } {
  const known = (words: string): PersonName | undefined => people.find(({ name, displayName, email }) => [name, displayName, email ?? ''].some((each) => each !== '' && each.toLowerCase() === words.toLowerCase()))?.name;
  const shifts: Shift[] = [];
  const unknown = new Set<string>();
  for (const { who, from, until } of found) {
    const person = who.map(known).find((each) => each !== undefined);
    if (person === undefined) unknown.add((who[0] ?? 'nobody').slice(0, 80));
    else shifts.push({ person, from, until });
  }
  return { shifts, unknown: [...unknown].slice(0, 20) };
}
