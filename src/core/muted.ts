import type { Incident } from './dr-event.js';
import type { Millis } from './names.js';
import type { State } from './state.js';

/**
 * Why an incident tells nothing of its own: its cause tells of it, a silence keeps it back, it flaps, or the head of its group counts it. Null: it is told.
 * What mutes is decided once, by the writer of incidents, and stands in the journal; so it is the same on every node and at every repetition.
 */
export function mutedBecause(incident: Incident, _state: State, _now: Millis): 'cause' | 'silence' | 'flapping' | 'group' | null {
  if (incident.causedBy !== null) return 'cause';
  if (incident.silencedBy !== undefined) return 'silence';
  if (isFlapping(incident)) return 'flapping';
  return incident.group === undefined ? null : 'group';
}

/** One message says that a condition flaps; openings after it say nothing until it is calm. */
const isFlapping = ({ flapping, told = 0 }: Incident): boolean => flapping !== undefined && told === 0;
