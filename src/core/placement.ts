import { hostGroupOf, type HostGroup, type HostPair, type Tenant, type Vm } from './estate.js';
import { grouped } from './estate-index.js';
import type { HostName, SiteName, VmName } from './names.js';

const placed = new WeakMap<Tenant, ReadonlyMap<VmName, HostName>>();

/** The host that a VM takes at the backup site: its host's pair (seeds/2 step 5), or, in an asymmetric group, the one that shares the load best. The same estate gives the same answer. */
export function backupHostOf(tenant: Tenant, vm: Vm): HostName | undefined {
  let known = placed.get(tenant);
  if (!known) placed.set(tenant, known = placeAll(tenant));
  return known.get(vm.name);
}

/** Where a VM lives when its group is active at `site` and nothing has moved it inside the site. */
export const hostAt = (tenant: Tenant, vm: Vm, site: SiteName): HostName | undefined => (site === tenant.homeSite ? vm.host : backupHostOf(tenant, vm));

/** Hosts of a group at a site: those that its VMs may run on there. */
export function hostsOfGroupAt(tenant: Tenant, group: HostGroup, site: SiteName): HostName[] {
  if (site === tenant.homeSite) return [...group.hosts];
  return [...new Set([...group.hosts.flatMap((host) => pairsByActive(tenant.hostPairs, host) ?? []), ...(group.backupHosts ?? [])])];
}
const pairsByActive = grouped((pair: HostPair) => pair.active, (pair) => pair.backup);

/** Groups whose VMs may run on a host at that site. */
export function groupsOnHost(tenant: Tenant, site: SiteName, host: HostName): readonly HostGroup[] {
  let sites = onHost.get(tenant);
  if (!sites) onHost.set(tenant, sites = new Map());
  let hosts = sites.get(site);
  if (!hosts) {
    hosts = new Map<HostName, HostGroup[]>();
    for (const group of tenant.hostGroups) for (const each of hostsOfGroupAt(tenant, group, site)) hosts.set(each, [...(hosts.get(each) ?? []), group]);
    sites.set(site, hosts);
  }
  return hosts.get(host) ?? [];
}
const onHost = new WeakMap<Tenant, Map<SiteName, Map<HostName, HostGroup[]>>>();

/**
 * Pairs first, as far as affinity and blacklists allow. Whoever has none, or may not go there, goes where least memory has been placed, large VMs before small ones. Where affinity
 * leaves no host the pair counts all the same: in a disaster a VM in the wrong company is better than none.
 */
function placeAll(tenant: Tenant): Map<VmName, HostName> {
  const found = new Map<VmName, HostName>();
  const load = new Map<HostName, number>();
  const put = (vm: Vm, host: HostName): void => {
    found.set(vm.name, host);
    load.set(host, (load.get(host) ?? 0) + vm.memoryMb);
  };
  const open: Vm[] = [];
  const pairs = new Map(tenant.hostPairs.map(({ active, backup }) => [active, backup]));
  const pairOf = (vm: Vm): HostName | undefined => { const pair = pairs.get(vm.host); return pair !== undefined && vm.blacklist?.includes(pair) === true ? undefined : pair; };
  const members = new Map<HostGroup, HostName[]>();
  const membersOf = (group: HostGroup): HostName[] => {
    let hosts = members.get(group);
    if (!hosts) members.set(group, hosts = hostsOfGroupAt(tenant, group, tenant.backupSite));
    return hosts;
  };
  for (const vm of tenant.vms) {
    const [group, pair] = [hostGroupOf(tenant, vm), pairOf(vm)];
    const free = group.collocation === undefined && group.antiCollocation === undefined;
    if (pair !== undefined && (free || allowedHosts(group, vm, membersOf(group), found).includes(pair))) put(vm, pair);
    else open.push(vm);
  }
  for (const vm of open.toSorted((a, b) => b.memoryMb - a.memoryMb || (a.name < b.name ? -1 : 1))) {
    const group = hostGroupOf(tenant, vm);
    const hosts = pairs.has(vm.host) ? membersOf(group) : group.backupHosts ?? [];
    const best = allowedHosts(group, vm, hosts, found).toSorted((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0) || (a < b ? -1 : 1))[0] ?? pairOf(vm);
    if (best !== undefined) put(vm, best);
  }
  return found;
}

/** Hosts that affinity and blacklists leave to a VM, with the others of its group where `at` says. Collocated VMs share a host; separated ones never do. */
export function allowedHosts(group: HostGroup, vm: Pick<Vm, 'name' | 'blacklist'>, hosts: readonly HostName[], at: ReadonlyMap<VmName, HostName>): HostName[] {
  const together = (group.collocation ?? []).filter((set) => set.includes(vm.name)).flat().flatMap((name) => (name === vm.name ? [] : at.get(name) ?? []));
  const apart = new Set((group.antiCollocation ?? []).filter((set) => set.includes(vm.name)).flat().flatMap((name) => (name === vm.name ? [] : at.get(name) ?? [])));
  return hosts.filter((host) => vm.blacklist?.includes(host) !== true && !apart.has(host) && together.every((other) => other === host || !hosts.includes(other)));
}

