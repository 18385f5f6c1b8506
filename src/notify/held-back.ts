import type { Incident } from '../core/dr-event.js';
import { sees, type Person } from '../core/estate.js';
import { mutedBecause } from '../core/muted.js';
import type { Millis } from '../core/names.js';
import { levelOf } from '../core/policies.js';
import type { State } from '../core/state.js';
import { levelSends } from './levels.js';

/** What a person would have been told in that time, had it not been quiet: as a contact, or as one who is called. */
export function heldBack(person: Person, from: Millis, until: Millis, state: State): Incident[] {
  const contacts = (state.estate?.contacts ?? []).filter(({ user }) => user === person.name);
  return [...state.incidents.values()].filter((incident) => {
    if (incident.severity === 'critical' || incident.openedAt < from || incident.openedAt >= until || !sees(person, incident.tenant) || mutedBecause(incident, state, until) !== null) return false;
    const called = state.duty.escalations.get(incident.id)?.paged.some(({ people }) => people.includes(person.name)) ?? false;
    return called || contacts.some((contact) => (contact.tenant === null || contact.tenant === incident.tenant) && levelSends(levelOf(state.estate!, contact, incident.tenant), incident.severity, false));
  });
}
