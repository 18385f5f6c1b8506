import type { EntityClass } from './dr-event.js';
import type { Estate } from './estate.js';

const kept = new WeakMap<Estate, ReadonlyMap<string, EntityClass>>();

/** What kind of thing the estate has under a name, in whatever case; null: none. A VM before a host, a host before what surrounds it. */
export function classNamed(estate: Estate, name: string): EntityClass | null {
  const known = kept.get(estate) ?? namesOf(estate);
  kept.set(estate, known);
  return known.get(name.toLowerCase()) ?? null;
}

function namesOf({ sites, tenants }: Estate): Map<string, EntityClass> {
  const names = new Map<string, EntityClass>();
  const add = (name: string, entityClass: EntityClass): void => { if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), entityClass); };
  for (const tenant of tenants) for (const vm of tenant.vms) add(vm.name, 'vm');
  for (const site of sites) for (const host of site.hosts) add(host.name, 'host');
  for (const site of sites) for (const hmc of site.hmcs) { add(hmc.name, 'hmc'); add(hmc.hostname, 'hmc'); }
  for (const site of sites) for (const agent of site.storageAgents) { add(agent.name, 'storage_agent'); add(agent.ip, 'storage_agent'); }
  for (const tenant of tenants) for (const group of tenant.hostGroups) add(group.name, 'host_group');
  for (const site of sites) { for (const host of site.hosts) for (const vios of host.vioses) add(vios, 'vios'); add(site.name, 'site'); }
  return names;
}
