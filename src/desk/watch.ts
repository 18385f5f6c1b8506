import type { DrEvent, Evidence, Incident } from '../core/dr-event.js';
import { startMonitor } from '../engine/monitor.js';
import type { Initiative } from './initiative.js';
import type { DeskParts } from './parts.js';
import { createStandingWatch } from './standing-watch.js';

/** Incidents, as far as a watch needs them. Null: it is open already, or none is. */
export interface Incidents { raise(event: DrEvent): Promise<Incident | null>; resolve(key: string, evidence: readonly Evidence[]): Promise<Incident | null> }

/** Looks at the estate from time to time: what fails becomes an incident with its proposal, what is well again ends it. Standing authorities are held against it, too. */
export function startWatch(parts: DeskParts, incidents: Incidents, initiative: Initiative): () => void {
  const standing = createStandingWatch(parts);
  return startMonitor({
    controller: parts.controller, clock: parts.clock, state: () => parts.live.current, log: parts.log,
    open: () => new Set(parts.live.current.incidentIndex.open.keys()),
    async raised(event) {
      const opened = await incidents.raise(event);
      if (opened) await initiative.forIncident(opened);
    },
    async cleared(key, evidence) {
      const closed = await incidents.resolve(key, evidence);
      if (closed) await initiative.incidentOver(closed.id);
    },
    seen(sighting) { if (parts.sighting) parts.sighting.current = sighting; },
    async looked(failing, isolated) {
      // Cut off from everybody, Lifeboat does nothing by itself: what it sees is its own trouble.
      if (isolated) return;
      await initiative.looked(failing);
      await standing.looked(failing);
    },
  });
}
