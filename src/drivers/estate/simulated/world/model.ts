import { groupOfVm, siteOfHost, tenantOfVm, type Estate, type Vm } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { defaultVswitch, isMirrored } from '../../../../core/policies.js';
import { rehearsalName, type CopyRole, type HostPower, type LparShape } from '../../../../ports/world.js';

/** An LPAR definition on a host. `until`: when the change under way is complete, in estate time. */
export interface Instance {
  /** The partition's name: the VM's, or that of its rehearsal. */
  lpar: string;
  vm: string;
  host: string;
  power: 'on' | 'off';
  doing: 'define' | 'boot' | 'stop' | 'migrate' | null;
  until: Millis;
  /** It did not come up. */
  failed: boolean;
  /** crashed, hung: its operating system does not work any more, and the HMC still says Running (seeds/5). `since`: the last heartbeat. */
  health: { state: 'ok' | 'crashed' | 'hung'; since: Millis };
  shape: LparShape;
  /** Restarted on that host since; it may not start here any more. */
  restartedTo: string | null;
}
export interface Copy { role: CopyRole; writable: boolean; divergentWrites: number; clone: { takenAt: Millis } | null }
export interface DiskGroup { group: string; tenant: string; copies: { [site: string]: Copy }; link: 'SYNC' | 'SYNCING' | 'SUSPENDED'; syncedAt: Millis; lagMs: Millis }
/** `host`: where the entity was when it began, for what ends when it moves. */
export interface Fault { fault: string; target: string; since: Millis; host: string | null }

/** What is so in the simulated world. Follows from the effect log alone. */
export interface World {
  estate: Estate | null;
  hosts: { [host: string]: HostPower };
  hmcsDown: string[];
  agentsDown: string[];
  instances: { [lparAtHost: string]: Instance };
  groups: { [group: string]: DiskGroup };
  faults: Fault[];
  /** Keys of changes already taken on, with the estate time at which each is complete. */
  keys: { [key: string]: Millis };
}

export const emptyWorld = (): World => ({ estate: null, hosts: {}, hmcsDown: [], agentsDown: [], instances: {}, groups: {}, faults: [], keys: {} });

/** One line of the world's own log: what really happened, whoever asked. The oracle of the tests reads it, never our journal. */
export type Effect =
  | { op: 'configured'; estate: Estate }
  /** Without a shape: from a log of before shapes, as at home. */
  | { op: 'defined'; vm: string; host: string; shape?: LparShape; until: Millis }
  | { op: 'started'; vm: string; host: string; until: Millis; failed: boolean }
  | { op: 'stopped'; vm: string; host: string; until: Millis; how: 'graceful' | 'immediate' }
  | { op: 'removed'; vm: string; host: string; until: Millis }
  | { op: 'rebooted'; vm: string; host: string; until: Millis; into: 'ok' | 'crashed' }
  | { op: 'restarted-elsewhere'; vm: string; host: string; to: string; shape: LparShape; until: Millis; failed: boolean }
  | { op: 'migrated'; vm: string; host: string; to: string; until: Millis }
  | { op: 'reversed'; group: string; to: string; until: Millis }
  | { op: 'failed-over'; group: string; to: string; revoked: boolean; lostWrites: number; until: Millis }
  | { op: 'resynced'; group: string; from: string; discardedWrites: number; until: Millis }
  | { op: 'cloned'; group: string; site: string; until: Millis }
  | { op: 'clone-removed'; group: string; site: string; until: Millis }
  | { op: 'fault'; fault: string; target: string }
  | { op: 'reverted'; fault: string; target: string };
export interface EffectLine { n: number; at: Millis; wallAt: Millis; key: string | null; effect: Effect }

export const place = (lpar: string, host: string): string => `${lpar}@${host}`;

/** The VM that a partition is, or rehearses. */
export function vmOfLpar(estate: Estate, lpar: string): Vm | undefined {
  const find = (name: string): Vm | undefined => tenantOfVm(estate, name)?.vms.find((vm) => vm.name === name);
  const known = find(lpar);
  if (known) return known;
  const end = rehearsalName('').length;
  const base = lpar.slice(0, -end);
  return rehearsalName(base) === lpar ? find(base) : undefined;
}
export const homeShape = (vm: Vm): LparShape => ({ memoryMb: vm.memoryMb, processors: vm.processors, vlan: vm.vlan, vswitch: vm.vswitch ?? defaultVswitch, rehearsal: false });

/** May the partition write to its disks when it runs on this host? A rehearsal's disks are the clone. */
export function diskWritable(world: World, { vm: vmName, shape }: Pick<Instance, 'vm' | 'shape'>, host: string): boolean {
  const { estate } = world;
  const tenant = estate ? tenantOfVm(estate, vmName) : undefined;
  const vm = tenant?.vms.find((each) => each.name === vmName);
  const site = estate ? siteOfHost(estate, host)?.name : undefined;
  const copy = tenant && vm && site ? world.groups[groupOfVm(tenant, vm)]?.copies[site] : undefined;
  return Boolean(copy && (shape.rehearsal ? copy.clone !== null : copy.writable));
}

/** A VM in the composite group of its protection group: one with a volume that is not mirrored stands outside, and so does one that is not managed. */
export function isMember(estate: Estate, vmName: string, group: string): boolean {
  const tenant = tenantOfVm(estate, vmName);
  const vm = tenant?.vms.find((each) => each.name === vmName);
  return Boolean(tenant && vm && vm.unmanaged !== true && groupOfVm(tenant, vm) === group && isMirrored(vm));
}
