import type { Estate } from '../src/core/estate.js';
import type { HostSeen, Hypervisor, Storage } from '../src/ports/world.js';

/** Hosts that answer at once, all well. Only what a planner asks is there: whoever plans changes nothing. */
export function instantWorld(estate: Estate): { hypervisor: Hypervisor; storage: Storage } {
  const hosts = new Map(estate.sites.flatMap(({ hosts: atSite }) => atSite.map((host): [string, HostSeen] => [host.name, {
    host: host.name, uuid: host.uuid, power: 'Operating', freeMemoryMb: host.memoryMb, freeProcessors: host.processors, vioses: host.vioses.map((name) => ({ name, up: true, monitorMode: 'GLOBAL' as const })), wwpns: [], vlans: host.vlans, vswitches: ['ETHERNET0'], lpars: [],
    evidence: { saw: `host ${host.name} is Operating`, by: 'bench', at: 0 },
  }])));
  const observing = { flags: { honoursKeys: true }, observeHost: async (_hmc: string, host: string) => hosts.get(host)! };
  return { hypervisor: observing as unknown as Hypervisor, storage: {} as unknown as Storage };
}
