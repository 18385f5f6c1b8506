import type { Incident } from '../dr-event.js';

/** What the monitor looks at in an estate of real machines, by the names under which it tells of it (engine/detect). */
export const watchedNames: ReadonlySet<string> = new Set([
  'HOST_FAILURE', 'HOST_FAILURE_DETECTED', 'ALL_VIOS_UNREACHABLE', 'VIOS_FAILURE', 'VIOS_NODE_FAILURE', 'VIOS_MONITOR_MODE', 'HMC_UNREACHABLE', 'STG_UNREACHABLE', 'VM_FAILURE_DETECTED', 'APP_FAILURE_DETECTED', 'VM_RESTART_BLOCKED',
  'VM_ACTIVE_AT_LEFT_SITE', 'VM_RUNS_TWICE', 'REPLICATION_MONITOR_FAILED', 'RESYNC_PENDING', 'OBSERVER_ISOLATED',
]);

/**
 * An observation of Lifeboat's own will prove that it is over, so that nobody's word does. What only others reported is watched where it is about something of an estate of real machines; looking at a
 * simulated world disproves nothing that was reported of a real one (notify/decide.ts).
 */
export function endsByObservation({ events, site }: Pick<Incident, 'events' | 'site'>, simulated: boolean): boolean {
  return events.some(({ source }) => source === 'engine') || (!simulated && site !== null && events.some(({ name }) => watchedNames.has(name)));
}
