import type { Incident } from './dr-event.js';
import type { Millis } from './names.js';
import type { State } from './state.js';

/** Why an incident sends nothing of its own: what an open incident explains is told with that one. Null: it is told. */
export function mutedBecause(incident: Incident, _state: State, _now: Millis): 'cause' | null {
  return incident.causedBy === null ? null : 'cause';
}
