import type { Estate, Vm } from '../src/core/estate.js';

const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** `oneGroup`: all VMs in one consistency group. `homesToAPair`: so many hosts share one recovery host, at a site that is shared, too. */
export interface Shape { readonly oneGroup?: true; readonly homesToAPair?: number }

/** One tenant with `vms` VMs, 25 to a host unless said otherwise (reference/performance-model.md 5c), each host with a group and a pair of its own where the shape says nothing else. */
export function largeEstate(vms: number, toAHost = 25, { oneGroup, homesToAPair = 1 }: Shape = {}): Estate {
  const hosts = Math.ceil(vms / toAHost);
  const host = (name: string, n: number) => ({ name, uuid: uuid(n), memoryMb: 4_194_304, processors: 512, vioses: [`${name}-vios1`, `${name}-vios2`], vlans: [10] });
  const numbers = Array.from({ length: hosts }, (_, n) => n);
  const vm = (n: number): Vm => ({
    name: `vm${n}`, uuid: uuid(1_000_000 + n), host: `home${Math.floor(n / toAHost)}`, hostGroup: oneGroup ? 'HG0' : `HG${Math.floor(n / toAHost)}`, priority: 'medium', memoryMb: 4_096, processors: 1, vlan: 10,
    disks: [{ name: 'hdisk0', sizeGb: 60, attachment: 'npiv', mirrored: true }],
  });
  const site = (name: string, tenant: string | null, prefix: string, at: number) => ({
    name, tenant, hmcs: [{ name: `${name}-hmc`, hostname: `${name}.example` }], hosts: numbers.map((n) => host(`${prefix}${n}`, at + n)), storageAgents: [{ name: `${name}-array`, storageType: 'emc', serialNumber: '1', ip: '192.0.2.1' }],
  });
  return {
    name: 'bench', simulated: true, timeZone: 'UTC', clockRate: 1, provider: { name: 'bench', channel: 'provider' }, sites: [site('north', 'bench', 'home', 1), site('south', homesToAPair > 1 ? null : 'bench', 'away', 10_001)],
    tenants: [{
      name: 'bench', ksysNode: 'bench', homeSite: 'north', backupSite: 'south', contractPriority: 'gold', channel: 'bench', autoDiscoveryTime: '00:00', hostPairs: numbers.map((n) => ({ active: `home${n}`, backup: `away${Math.floor(n / homesToAPair)}` })),
      hostGroups: oneGroup ? [{ name: 'HG0', hosts: numbers.map((n) => `home${n}`), hostFailureDetectionTimeMs: 90_000 }] : numbers.map((n) => ({ name: `HG${n}`, hosts: [`home${n}`], hostFailureDetectionTimeMs: 90_000 })), vms: Array.from({ length: vms }, (_, n) => vm(n)),
    }],
    people: [], contacts: [],
  };
}
