import { eventKey, type Incident } from './dr-event.js';
import type { Surface } from './names.js';
import { openIncidents, type State } from './state.js';

export const unreachableEvent = 'CONTACT_UNREACHABLE';
export const unreachableKey = (surface: Surface, identity: string): string => eventKey(unreachableEvent, `${surface}/${identity}`);

/** Why an address takes nothing from us, in words; null: it does. The open incident is the note of it, so that it outlives a restart and ends with START (reference/platform-limits.md, SMS). */
export function optedOutBecause(state: State, surface: Surface, identity: string): string | null {
  const id = state.incidentIndex.open.get(unreachableKey(surface, identity));
  return id === undefined ? null : state.incidents.get(id)?.title ?? null;
}

/** Everybody of whom a carrier said that nothing reaches that address, by the name of the person or contact; the oldest first. */
export const optOutsOf = (state: State): { readonly name: string; readonly surface: Surface; readonly incident: Incident }[] =>
  openIncidents(state).filter(({ key }) => key.startsWith(`${unreachableEvent}:`)).map((incident) => ({ name: incident.events[0]?.entity ?? '', surface: incident.key.slice(unreachableEvent.length + 1).split('/')[0] as Surface, incident }));
