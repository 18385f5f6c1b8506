import { protectionGroups, type Estate } from '../../../../core/estate.js';

const hosts = (estate: Estate): string[] => estate.sites.flatMap((site) => site.hosts.map((host) => host.name));
const vms = (estate: Estate): string[] => estate.tenants.flatMap((tenant) => tenant.vms.map((vm) => vm.name));
const apps = (estate: Estate): string[] => estate.tenants.flatMap((tenant) => tenant.vms.flatMap((vm) => vm.apps?.map((app) => app.name) ?? []));
const groups = (estate: Estate): string[] => estate.tenants.flatMap((tenant) => protectionGroups(tenant).map((group) => group.name));

/** Every failure that the simulated estate can have, and what can have it. The failures of seeds/5, and those of a bad night besides. */
export const faultTargets = {
  'host-down': hosts, 'host-error': hosts,
  /** The HMC has no connection; the VMs run on, and nobody sees them. */
  'host-unreachable': hosts,
  'vios-down': (estate: Estate) => estate.sites.flatMap((site) => site.hosts.flatMap((host) => host.vioses)),
  /** The VIOS of a host group lose their pool disk, or each other: LOCAL mode. Also under the disk's own name. */
  'pool-disk-lost': (estate: Estate) => estate.tenants.flatMap((tenant) => tenant.hostGroups.flatMap((group) => [group.name, ...(group.poolDisk === undefined ? [] : [group.poolDisk])])),
  'hmc-unreachable': (estate: Estate) => estate.sites.flatMap((site) => site.hmcs.map((hmc) => hmc.name)),
  'storage-unreachable': (estate: Estate) => estate.sites.flatMap((site) => site.storageAgents.map((agent) => agent.name)),
  'site-down': (estate: Estate) => estate.sites.map((site) => site.name),
  /** Lifeboat itself is cut off: it hears nobody, and everything goes on. */
  'uplink-down': () => ['lifeboat'],
  'replication-broken': groups,
  'vm-crash': vms, 'vm-hang': vms, 'boot-fails': vms,
  /** The VM does not stop, whoever asks. */
  'stop-fails': vms,
  /** A reboot in place ends in the debugger (seeds/5). */
  'kernel-debugger': vms,
  'cpu-high': vms, 'packets-lost': vms, 'lpm-refused': vms,
  'app-fails': apps, 'app-fails-until-reboot': apps, 'app-fails-until-moved': apps,
  /** Half of the host's memory is taken by somebody else. */
  'capacity-shrinks': hosts,
  'clone-fails': groups,
} as const satisfies Record<string, (estate: Estate) => readonly string[]>;
export type FaultKind = keyof typeof faultTargets;
export const faultKinds = Object.keys(faultTargets) as FaultKind[];
export const isFaultKind = (text: string): text is FaultKind => (faultKinds as readonly string[]).includes(text);
