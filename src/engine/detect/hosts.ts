import type { Host, HostGroup, Site, Tenant } from '../../core/estate.js';
import type { Millis } from '../../core/names.js';
import { groupsOnHost, hostsOfGroupAt } from '../../core/placement.js';
import { countedVioses, hasHaAt } from '../../core/policies.js';
import type { HostSeen } from '../../ports/world.js';
import { said } from '../site-access.js';
import { failing, nothing, together, well, type Detector, type Findings, type Seen } from './condition.js';

interface Watching { readonly tenant: Tenant; readonly group: HostGroup }

/** Who watches a host for failures inside its site: HA clusters, at the sites where they have HA. */
const watchersOf = ({ estate }: Pick<Seen, 'estate'>, site: Site, host: string): Watching[] => estate.tenants.filter((tenant) => hasHaAt(tenant, site.name)).flatMap((tenant) => groupsOnHost(tenant, site.name, host).map((group) => ({ tenant, group })));

/** hostFDT of the groups that the host serves, 90 s where none says (seeds/5). */
function detectionMs({ estate }: Seen, host: string): Millis {
  const times = estate.tenants.flatMap((tenant) => [...groupsOnHost(tenant, tenant.homeSite, host), ...groupsOnHost(tenant, tenant.backupSite, host)].map((group) => group.hostFailureDetectionTimeMs));
  return times.length === 0 ? 90_000 : Math.min(...times);
}

/** A host in Error, down or out of reach of its HMC, or with all of its VIOS down, is a host failure (seeds/5). */
export const hosts: Detector = (seen) => together(seen.estate.sites.flatMap((site) => site.hosts.map((host) => {
  const now = seen.look.hosts.get(host.name);
  return now ? ofHost(seen, site, host, now) : nothing;
})));

function ofHost(seen: Seen, site: Site, host: Host, now: HostSeen): Findings {
  const watchers = watchersOf(seen, site, host.name);
  const vioses = countedVioses(seen.estate, host.name, now.vioses);
  const allDown = watchers.length > 0 && now.power === 'Operating' && vioses.length > 0 && vioses.every((vios) => !vios.up);
  const key = `HOST_FAILURE:${host.name}`;
  const base = { severity: 'critical' as const, tenant: site.tenant, site: site.name, evidence: [now.evidence] };
  if (now.power === 'Operating' && !allDown) return together([well(seen, key, () => [now.evidence]), watchers.length === 0 ? nothing : ofVioses(seen, site, now, vioses)]);
  const description = allDown ? `All VIOS of host ${host.name} at ${site.name} are down: ${vioses.map((vios) => vios.name).join(', ')}.` : `Host ${host.name} at ${site.name} is ${now.power}.`;
  return failing({ ...base, name: 'HOST_FAILURE', entityClass: 'host', entity: host.name, uuid: host.uuid, description }, seen.look.at, detectionMs(seen, host.name), watchers.length === 0 ? [] : [
    ...(allDown ? [{ name: 'ALL_VIOS_UNREACHABLE', description }] : []), { name: 'HOST_FAILURE_DETECTED', description: `Host ${host.name} failure detected.` },
  ]);
}

/** Some VIOS down, not all: never a reason to restart anything by itself (seeds/5). */
function ofVioses(seen: Seen, site: Site, now: HostSeen, vioses: HostSeen['vioses']): Findings {
  return together(vioses.map((vios) => {
    const evidence = () => [said(`${vios.name} on ${now.host} is ${vios.up ? 'up' : 'down'}, monitor mode ${vios.monitorMode}`, now.evidence.by, now.evidence.at)];
    if (vios.up) return well(seen, `VIOS_FAILURE:${vios.name}`, evidence);
    return failing({ name: 'VIOS_FAILURE', severity: 'critical', entityClass: 'vios', entity: vios.name, tenant: site.tenant, site: site.name, description: `VIOS ${vios.name} of host ${now.host} is down. VMs that suffer are not restarted by themselves: restart vm NAME, or restart host ${now.host}.`, evidence: evidence() }, seen.look.at, 20_000, [
      { name: 'VIOS_NODE_FAILURE', description: `VIOS ${vios.name} has left the monitoring cluster.` },
    ]);
  }));
}

/** LOCAL mode: the host monitors have lost the pool disk or each other (seeds/5). One thing for the whole host group, not one for each of its VIOS. */
export const monitorModes: Detector = (seen) => together(seen.estate.tenants.flatMap((tenant) => [...new Set([tenant.homeSite, tenant.backupSite])].filter((site) => hasHaAt(tenant, site)).flatMap((site) => tenant.hostGroups.map((group) => {
  const vioses = hostsOfGroupAt(tenant, group, site).flatMap((host) => countedVioses(seen.estate, host, seen.look.hosts.get(host)?.vioses ?? []));
  const local = vioses.filter((vios) => vios.monitorMode === 'LOCAL');
  const key = `VIOS_MONITOR_MODE:${group.name}`;
  if (local.length === 0) return vioses.some((vios) => vios.monitorMode === 'GLOBAL') ? well(seen, key, () => [said(`the VIOS of ${group.name} run in GLOBAL mode`, 'host monitors', seen.look.at)]) : nothing;
  return failing({ name: 'VIOS_MONITOR_MODE', severity: 'warning', entityClass: 'vios', entity: group.name, key, tenant: tenant.name, site, description: `VIOS of host group ${group.name} run in LOCAL mode: ${local.map((vios) => vios.name).join(', ')}. They have lost the pool disk${group.poolDisk === undefined ? '' : ` ${group.poolDisk}`} or each other. Failures of VMs and applications are still handled; after a host failure restart its VMs yourself: restart host NAME.`, evidence: [said(`${local.length} of ${vioses.length} VIOS in LOCAL mode`, 'host monitors', seen.look.at)] }, seen.look.at, 20_000);
}))));
