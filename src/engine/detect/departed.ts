import { vmOf, type Estate } from '../../core/estate.js';
import type { DrEvent } from '../../core/dr-event.js';
import { openIncidents } from '../../core/state.js';
import { said } from '../site-access.js';
import { together, well, type Detector } from './condition.js';

/** What is no part of the estate any more fails no more: an open incident about it would stay open for ever. */
export const departed: Detector = (seen) => together(openIncidents(seen.state).filter((incident) => {
  const event = incident.events[0];
  return event?.source === 'engine' && event.key === incident.key && !isThere(seen.estate, event);
}).map((incident) => well(seen, incident.key, () => [said(`${incident.events[0]!.entity} is no part of the estate any more`, 'Lifeboat', seen.look.at)])));

function isThere(estate: Estate, { entityClass, entity }: DrEvent): boolean {
  switch (entityClass) {
    case 'vm': return vmOf(estate, entity) !== undefined;
    case 'app': return estate.tenants.some((tenant) => tenant.vms.some((vm) => vm.apps?.some((app) => app.name === entity)));
    case 'host': return estate.sites.some((site) => site.hosts.some((host) => host.name === entity));
    case 'hmc': return estate.sites.some((site) => site.hmcs.some((hmc) => hmc.name === entity));
    case 'storage_agent': return estate.sites.some((site) => site.storageAgents.some((agent) => agent.name === entity));
    default: return true;
  }
}
