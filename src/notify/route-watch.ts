import { eventKey, type DrEvent, type Evidence } from '../core/dr-event.js';
import { personOf } from '../core/estate.js';
import type { JournalEvent } from '../core/event.js';
import type { Millis, Surface } from '../core/names.js';
import type { OnCallSchedule } from '../core/on-call/duty.js';
import { dutyNow } from '../core/on-call/now.js';
import { optedOutBecause } from '../core/opt-out.js';
import { surfacesFor } from '../core/routes.js';
import { openIncidents, type State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import type { LiveState } from '../ports/state.js';
import { placesOf } from './pages.js';

export interface RouteWatchParts {
  readonly live: LiveState;
  readonly clock: Clock;
  /** With a transport, as this Lifeboat is set up. */
  readonly surfaces: readonly Surface[];
  readonly raised: (event: DrEvent) => Promise<unknown>;
  readonly cleared: (key: string, evidence: readonly Evidence[]) => Promise<unknown>;
  readonly log: (message: string, detail: object) => void;
}

const eventName = 'NO_ROUTE_TO_ON_CALL';
const lookEveryMs: Millis = 60_000;
const changes: readonly JournalEvent['type'][] = ['estate.imported', 'person.linked', 'person.unlinked', 'person.offboarded', 'shift.changed', 'override.added', 'override.removed', 'calendar.read'];

/** Why whoever is on call for a schedule could not be called now; null: he could. Pure. */
export function noRoute(schedule: OnCallSchedule, state: State, surfaces: readonly Surface[], now: Millis): { readonly why: string; readonly next: string } | null {
  const duty = dutyNow(state, schedule, now);
  if (!duty) return { why: `nobody is on call for ${schedule.name}`, next: `add override on_call=${schedule.name} person=NAME for=12h` };
  // In a simulated estate the console is where everybody reads.
  if (state.estate!.simulated && !surfaces.some((each) => each !== 'web')) return null;
  const person = personOf(state.estate!, duty.person)!;
  const ways: readonly Surface[] = surfacesFor(state.estate!, schedule.tenants === 'all' ? null : schedule.tenants[0] ?? null, 'critical');
  if (placesOf(person, surfaces.filter((each) => each !== 'web' && ways.includes(each)), state).some(({ surface, identity }) => optedOutBecause(state, surface, identity) === null)) return null;
  return { why: `${person.name}, on call for ${schedule.name}, can be reached by none of ${surfaces.filter((each) => each !== 'web' && ways.includes(each)).join(', ') || 'the ways that this Lifeboat has, which are none'}`, next: `${person.name} links a chat account (code slack), or gets a phone or an address in the estate file; until then: add override on_call=${schedule.name} person=NAME for=12h` };
}

/** Tells while it is quiet that a call tonight would reach nobody: one incident per schedule, ended by itself. */
export function startRouteWatch(parts: RouteWatchParts): () => void {
  const { live, clock } = parts;
  const look = async (): Promise<void> => {
    const now = clock.now();
    const schedules = live.current.estate?.onCall ?? [];
    const wrong = new Map(schedules.flatMap((schedule) => { const found = noRoute(schedule, live.current, parts.surfaces, now); return found ? [[eventKey(eventName, schedule.name), { schedule, ...found }] as const] : []; }));
    const open = new Set(openIncidents(live.current).map(({ key }) => key).filter((key) => key.startsWith(`${eventName}:`)));
    for (const key of open) if (!wrong.has(key)) await parts.cleared(key, [{ saw: 'whoever is on call can be reached', by: 'Lifeboat', at: now }]);
    for (const [key, { schedule, why, next }] of wrong) {
      if (!open.has(key)) await parts.raised({ name: eventName, severity: 'critical', entityClass: 'system', entity: schedule.name, uuid: null, tenant: schedule.tenants !== 'all' && schedule.tenants.length === 1 ? schedule.tenants[0]! : null, site: null, occurredAt: now, source: 'engine', key, description: `A call would reach nobody: ${why}. To do: ${next}`, evidence: [{ saw: why, by: 'Lifeboat', at: now }] });
    }
  };
  let looking = Promise.resolve();
  const next = (): Promise<void> => looking = looking.then(look).catch((error: unknown) => parts.log('whether who is on call can be reached was not looked at; the next look is in a minute', { error: error instanceof Error ? error.message : String(error) }));
  const ends = [live.onEntries((entries) => { if (entries.some(({ event: { type } }) => changes.includes(type))) void next(); }), clock.every(lookEveryMs, next)];
  void next();
  return () => { for (const end of ends) end(); };
}
