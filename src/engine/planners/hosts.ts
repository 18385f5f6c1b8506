import { hostGroupOf, hostOf, type Estate, type Tenant, type Vm } from '../../core/estate.js';
import type { HostName, SiteName, VmName } from '../../core/names.js';
import { allowedHosts, hostsOfGroupAt } from '../../core/placement.js';
import { countedVioses, networkAt, sizeAt, systemOf } from '../../core/policies.js';
import type { State } from '../../core/state.js';
import type { HostSeen } from '../../ports/world.js';

export interface Choice { readonly vm: Vm; readonly from: HostName; readonly to: HostName | null; /** Why there is none. */ readonly why: string }

interface ChoosingFrom {
  readonly estate: Estate;
  readonly state: State;
  readonly tenant: Tenant;
  readonly site: SiteName;
  readonly seen: readonly HostSeen[];
  /** Where somebody asked for one host: nothing else is taken. */
  readonly wanted: HostName | null;
  /** Hosts that were tried and did not help. */
  readonly tried: readonly HostName[];
  /** Nobody asked: hosts in maintenance are left out. */
  readonly automatic: boolean;
}

/**
 * The best host of its group at the same site for each VM, in the given order (reference/ksys.md 4.10 row 3): affinity and blacklist, capacity with the VMs chosen before it,
 * network, VIOS redundancy; among those that can, one on which nobody works, then the one with most memory free.
 */
export function chooseHosts(vms: readonly Vm[], { estate, state, tenant, site, seen, wanted, tried, automatic }: ChoosingFrom): Choice[] {
  const free = new Map(seen.map((host) => [host.host, { memoryMb: host.freeMemoryMb, processors: host.freeProcessors }]));
  const at = new Map<VmName, HostName>(tenant.vms.flatMap((vm) => { const host = state.vms.get(vm.name)?.host; return host == null || vms.includes(vm) ? [] : [[vm.name, host] as const]; }));
  return vms.map((vm): Choice => {
    const from = state.vms.get(vm.name)!.host!;
    const group = hostGroupOf(tenant, vm);
    const members = hostsOfGroupAt(tenant, group, site);
    const others = members.filter((host) => host !== from);
    if (wanted !== null && !others.includes(wanted)) return { vm, from, to: null, why: wanted === from ? `${vm.name} runs on ${wanted} already` : `${wanted} is no host of ${group.name} at ${site}` };
    const allowed = allowedHosts(group, vm, wanted === null ? others : [wanted], at);
    const size = sizeAt(estate, tenant, vm, site);
    const network = networkAt(tenant, vm, site);
    const reasons: string[] = [];
    const fits = allowed.filter((name) => {
      const why = keeps(name);
      if (why !== null) reasons.push(`${name}: ${why}`);
      return why === null;
    });
    function keeps(name: HostName): string | null {
      const host = seen.find((each) => each.host === name);
      if (!host) return 'nobody sees it';
      if (host.power !== 'Operating') return `it is ${host.power}`;
      if (tried.includes(name)) return 'it was tried already';
      if (automatic && hostOf(estate, name)?.maintenance === true) return 'somebody works on it';
      const left = free.get(name)!;
      if (left.memoryMb < size.memoryMb) return `${left.memoryMb} MB free, ${size.memoryMb} MB needed`;
      if (left.processors < size.processors) return `${left.processors} processors free, ${size.processors} needed`;
      if (!host.vlans.includes(network.vlan)) return `VLAN ${network.vlan} is missing`;
      if (!host.vswitches.includes(network.vswitch)) return `virtual switch ${network.vswitch} is missing`;
      return viosProblem(host, estate, tenant);
    }
    const worked = (name: HostName): number => (hostOf(estate, name)?.maintenance === true ? 1 : 0);
    const best = fits.toSorted((a, b) => worked(a) - worked(b) || free.get(b)!.memoryMb - free.get(a)!.memoryMb || (a < b ? -1 : 1))[0];
    const barred = (wanted === null ? others : [wanted]).filter((name) => !allowed.includes(name)).map((name) => `${name}: ${vm.blacklist?.includes(name) ? 'blacklisted' : 'affinity'}`);
    if (best === undefined) return { vm, from, to: null, why: others.length === 0 ? `${group.name} has no other host at ${site}` : [...reasons, ...barred].join('; ') };
    const left = free.get(best)!;
    free.set(best, { memoryMb: left.memoryMb - size.memoryMb, processors: left.processors - size.processors });
    at.set(vm.name, best);
    return { vm, from, to: best, why: '' };
  });
}

/** Fewer VIOS paths than at home are accepted with lose_vios_redundancy, and never fewer than min_redundancy_paths (reference/ksys.md 2.3). */
export function viosProblem(host: HostSeen, estate: Estate, tenant: Tenant): string | null {
  const { loseViosRedundancy, minRedundancyPaths } = systemOf(tenant);
  const counted = countedVioses(estate, host.host, host.vioses);
  const up = counted.filter((vios) => vios.up).length;
  const least = loseViosRedundancy ? (minRedundancyPaths ?? 1) : Math.max(Math.min(2, counted.length), minRedundancyPaths ?? 0);
  return up < least ? `only ${up} of ${counted.length} VIOS of ${host.host} are up, ${least} are wanted${loseViosRedundancy ? '' : ' (lose_vios_redundancy is no)'}` : null;
}
