import type { HostName, VmName } from '../names.js';
import type { State } from '../state.js';
import type { IncidentBook } from './book.js';
import type { Topology } from './inhibition.js';

/** How things hang together in a state; incidents are those of `book`. */
export function topologyOf({ estate, vms }: Pick<State, 'estate' | 'vms'>, { incidents, open, lostSites }: IncidentBook): Topology & { vmsOn(host: HostName): VmName[] } {
  const named = (id: string | undefined) => (id === undefined ? undefined : incidents.get(id));
  let byHost: Map<HostName, VmName[]> | null = null;
  return {
    estate, hostOfVm: (vm) => vms.get(vm)?.host ?? undefined, open: (key) => named(open.get(key)), get: named, siteLost: (site) => named(lostSites.get(site)),
    vmsOn(host) {
      if (byHost === null) {
        byHost = new Map();
        for (const { vm, host: at } of vms.values()) if (at !== null) { const others = byHost.get(at); if (others) others.push(vm); else byHost.set(at, [vm]); }
      }
      return byHost.get(host) ?? [];
    },
  };
}
