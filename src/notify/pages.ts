import type { Incident } from '../core/dr-event.js';
import { personOf, sees, type Person } from '../core/estate.js';
import type { JournalEntry } from '../core/event.js';
import type { Millis, PersonName, Surface, TenantName } from '../core/names.js';
import { quietUntil } from '../core/quiet-hours.js';
import { surfacesFor } from '../core/routes.js';
import type { State } from '../core/state.js';
import type { Wanted } from '../ports/outbox.js';

/** What wakes people: a conversation of their own, and a text message. Mail alone where there is neither. */
const loud: readonly Surface[] = ['slack', 'teams', 'sms'];

/** Messages to those who are called, to both sides of a change of shift, and digests. `surfaces`: those that this Lifeboat has; mail is kept for the console where it has no server. */
export function wantedPages(entries: readonly JournalEntry[], state: State, surfaces: readonly Surface[], heartbeatTo: readonly Place[] = []): Wanted[] {
  return entries.flatMap((entry) => {
    const { event, seq, at } = entry;
    switch (event.type) {
      case 'incident.paged': {
        const incident = state.incidents.get(event.incident);
        if (!incident) return [];
        return event.people.flatMap((name) => pagePlaces(name, incident, state, surfaces, at).map((place) => row('page', `${incident.id}.${event.level}`, seq, incident.tenant, name, place)));
      }
      case 'page.unreached': case 'incident.acknowledged': case 'incident.resolved': return shownAnew(event.incident, seq, state, surfaces);
      case 'shift.changed':
        return [event.from, event.to].flatMap((name) => {
          const person = name === null ? undefined : personOf(state.estate!, name);
          if (!person || (event.from === null && event.to !== null)) return [];
          const places = placesOf(person, surfaces, state);
          const chats = places.filter(({ surface }) => surface === 'slack' || surface === 'teams' || surface === 'web');
          return (chats.some(({ surface }) => surface !== 'web') ? chats : [...chats, ...places.filter(({ surface }) => surface === 'email')]).map((place) => row('handover', `${event.schedule}.${seq}`, seq, null, person.name, place));
        });
      case 'digest.made': {
        const person = personOf(state.estate!, event.person);
        if (!person) return [];
        const places = placesOf(person, surfaces, state);
        const mail = places.filter(({ surface }) => surface === 'email');
        return (mail.length > 0 ? mail : places.filter(({ surface }) => surface === 'slack' || surface === 'teams')).map((place) => row('digest', `${event.person}.${seq}`, seq, null, person.name, place));
      }
      case 'heartbeat.told': return heartbeatTo.map(({ surface, identity }): Wanted => ({
        ...row('heartbeat', event.day, seq, null, 'watch', { surface, identity }), editable: false, target: surface === 'slack' || surface === 'teams' ? { kind: 'channel', channel: identity } : { kind: 'person', person: 'watch', identity },
      }));
      default: return [];
    }
  });
}

/** Calls that can be edited show what has become of their incident; the others are what they were. */
function shownAnew(id: string, seq: number, state: State, surfaces: readonly Surface[]): Wanted[] {
  const incident = state.incidents.get(id);
  const escalation = state.duty.escalations.get(id) ?? state.duty.endedEscalations.get(id);
  if (!incident || !escalation) return [];
  return escalation.paged.flatMap(({ at, people }, level) => people.flatMap((name) => pagePlaces(name, incident, state, surfaces, at).filter(({ surface }) => editable(surface)).map((place) => row('page', `${id}.${level}`, seq, incident.tenant, name, place))));
}

/** Where somebody is called at a moment: nowhere in quiet hours, unless it is critical. */
function pagePlaces(name: PersonName, { tenant, severity }: Incident, state: State, surfaces: readonly Surface[], at: Millis): Place[] {
  const person = personOf(state.estate!, name);
  if (!person || !sees(person, tenant) || (severity !== 'critical' && isQuiet(person, state, at))) return [];
  const ways: readonly Surface[] = [...surfacesFor(state.estate!, tenant, severity), 'web'];
  const places = placesOf(person, surfaces, state).filter(({ surface }) => ways.includes(surface));
  const wakes = places.some(({ surface }) => loud.includes(surface));
  return places.filter(({ surface }) => surface !== 'email' || !wakes);
}

interface Place { readonly surface: Surface; readonly identity: string }

export function placesOf(person: Person, surfaces: readonly Surface[], state: State): Place[] {
  return surfaces.flatMap((surface): Place[] => {
    const identities = surface === 'web' ? [person.name] : surface === 'email' ? person.email ?? [] : surface === 'sms' ? person.phone ?? [] : state.links.filter((link) => link.person === person.name && link.surface === surface).map(({ identity }) => identity);
    return [identities].flat().map((identity) => ({ surface, identity }));
  });
}

const editable = (surface: Surface): boolean => surface === 'slack' || surface === 'teams' || surface === 'web';
const row = (view: string, id: string, seq: number, tenant: TenantName | null, person: string, { surface, identity }: Place): Wanted =>
  ({ key: `${view}:${id}/${surface}/${identity}`, surface, target: { kind: 'person', person, identity }, threadKey: null, subject: { view, id, seq }, tenant, wanted: seq, editable: editable(surface) });

export const isQuiet = ({ quietHours, timeZone }: Person, state: State, at: number): boolean => quietHours !== undefined && quietUntil(quietHours, timeZone ?? state.estate?.timeZone ?? 'UTC', at) !== null;
