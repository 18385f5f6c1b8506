import type { Incident } from '../dr-event.js';
import type { Millis } from '../names.js';

/** How many messages of its own it has had: journals of earlier versions did not say. */
export const timesTold = (incident: Incident): number => incident.told ?? (incident.causedBy === null ? 1 : 0);

/** Somebody looks after it now. */
export const isLookedAfter = ({ acknowledged }: Pick<Incident, 'acknowledged'>, now: Millis): boolean => acknowledged !== undefined && (acknowledged.until === null || now < acknowledged.until);
