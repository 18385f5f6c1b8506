import type { Estate, Site, Tenant } from './estate.js';
import type { Place } from './flaw.js';
import { clusterTypeOf, hasDr } from './policies.js';

/** A step of the creation order (seeds/1 section 2) that a cluster still needs. `at`: inside the tenant, or at a site of the estate. */
export interface MissingStep { readonly at: Place; readonly what: string; readonly remedy: string; readonly command: string }

/** Cluster, sites, HMCs, hosts, pairs, host groups, storage agents, VMs: in this order. Empty: the cluster is whole. */
export function missingSteps(estate: Estate, tenant: Tenant): MissingStep[] {
  const t = estate.tenants.findIndex(({ name }) => name === tenant.name);
  const type = clusterTypeOf(tenant);
  const missing: MissingStep[] = [];
  const step = (at: Place, what: string, remedy: string, command: string): void => { missing.push({ at, what, remedy, command }); };
  const suffix = ` tenant=${tenant.name}`;
  if (tenant.homeSite === '') step(['tenants', t, 'homeSite'], `${tenant.name} has no home site.`, 'Add the active site.', `add site NAME sitetype=active${suffix}`);
  if (tenant.backupSite === '' && type !== 'HA') step(['tenants', t, 'backupSite'], `${tenant.name} has no backup site.`, 'Add the backup site.', `add site NAME sitetype=backup${suffix}`);
  const sites = [...new Set([tenant.homeSite, tenant.backupSite])].flatMap((name) => { const s = estate.sites.findIndex((site) => site.name === name); return s < 0 ? [] : [{ site: estate.sites[s]!, s }]; });
  const each = (look: (site: Site, s: number) => void): void => { for (const { site, s } of sites) look(site, s); };
  each((site, s) => { if (site.hmcs.length === 0) step(['sites', s, 'hmcs'], `Site ${site.name} has no HMC.`, 'Add one, or two.', `add hmc NAME hostname=ADDRESS login=USER password=env:NAME site=${site.name}`); });
  each((site, s) => { if (site.hosts.length === 0) step(['sites', s, 'hosts'], `Site ${site.name} has no host.`, 'Add one.', `add host NAME site=${site.name} uuid=UUID`); });
  each((site, s) => site.hosts.forEach((host, h) => {
    if (host.memoryMb === 0 || host.processors === 0 || host.vioses.length === 0 || host.vlans.length === 0) step(['sites', s, 'hosts', h], `How big host ${host.name} is, is not known.`, 'Say what it has.', `modify host ${host.name} memory_mb=NUMBER processors=NUMBER vioses=NAME,NAME vlans=NUMBER,NUMBER`);
  }));
  groupSteps(estate, tenant, t, step);
  if (hasDr(tenant)) each((site, s) => { if (site.storageAgents.length === 0) step(['sites', s, 'storageAgents'], `Site ${site.name} has no storage agent.`, 'One storage agent per site.', `add storage_agent NAME login=USER password=env:NAME site=${site.name} serialnumber=NUMBER storagetype=TYPE ip=ADDRESS`); });
  const [group] = tenant.hostGroups;
  if (tenant.vms.length === 0) step(['tenants', t, 'vms'], `${tenant.name} has no VM to protect.`, 'Name the VMs.', `manage vm NAME host=${group?.hosts[0] ?? 'HOST'}`);
  return missing;
}

function groupSteps(estate: Estate, tenant: Tenant, t: number, step: (at: Place, what: string, remedy: string, command: string) => void): void {
  const type = clusterTypeOf(tenant);
  const hosts = estate.sites.find(({ name }) => name === tenant.homeSite)?.hosts.map(({ name }) => name) ?? [];
  const unpaired = hosts.filter((host) => !tenant.hostPairs.some(({ active }) => active === host));
  if (tenant.hostGroups.length === 0) {
    const pairFirst = type !== 'HA' && hosts.length > 0 && unpaired.length === hosts.length;
    if (pairFirst) step(['tenants', t, 'hostPairs'], `No host of ${tenant.name} has a pair at the backup site.`, 'Pair them.', `pair host ${hosts[0]} pair=BACKUP_HOST`);
    step(['tenants', t, 'hostGroups'], `${tenant.name} has no host group.`, 'Add one.', `add host_group NAME hosts=${hosts.join(',') || 'HOST,HOST'}${type === 'DR' ? '' : ' pool_disk=DISK'}`);
  }
  tenant.hostGroups.forEach((group, g) => {
    if (group.hosts.length === 0) step(['tenants', t, 'hostGroups', g, 'hosts'], `Host group ${group.name} has no host.`, 'Add one.', `modify host_group ${group.name} add hosts=HOST`);
    group.hosts.forEach((host, h) => {
      if (type === 'HA' || group.backupHosts !== undefined || !unpaired.includes(host)) return;
      step(['tenants', t, 'hostGroups', g, 'hosts', h], `Host '${host}' has no pair at the backup site.`, `Add {active: ${host}, backup: ...} to host_pairs.`, `pair host ${host} pair=BACKUP_HOST`);
    });
    if (type === 'HA' && group.hosts.length === 1) step(['tenants', t, 'hostGroups', g, 'hosts'], `Host group ${group.name} has one host: nothing could be restarted elsewhere.`, 'A cluster of type HA needs two hosts or more in a group.', `modify host_group ${group.name} add hosts=HOST`);
    if (type !== 'DR' && group.poolDisk === undefined) step(['tenants', t, 'hostGroups', g, 'name'], `Host group ${group.name} has no pool disk, through which its VIOS know of each other.`, 'Add pool_disk: to it.', `modify host_group ${group.name} options pool_disk=DISK`);
  });
}
