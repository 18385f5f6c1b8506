import { eventKey } from './dr-event.js';
import type { Surface } from './names.js';
import type { State } from './state.js';

export const unreachableEvent = 'CONTACT_UNREACHABLE';
export const unreachableKey = (surface: Surface, identity: string): string => eventKey(unreachableEvent, `${surface}/${identity}`);

/** Why an address takes nothing from us, in words; null: it does. The open incident is the note of it, so that it outlives a restart and ends with START (reference/platform-limits.md, SMS). */
export function optedOutBecause(state: State, surface: Surface, identity: string): string | null {
  const id = state.incidentIndex.open.get(unreachableKey(surface, identity));
  return id === undefined ? null : state.incidents.get(id)?.title ?? null;
}
