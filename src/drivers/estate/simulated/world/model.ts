import type { Estate } from '../../../../core/estate.js';
import { siteOfHost } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import type { CopyRole, HostPower } from '../../../../ports/world.js';

/** An LPAR definition on a host. `until`: when the change under way is complete, in estate time. */
export interface Instance { vm: string; host: string; power: 'on' | 'off'; doing: 'define' | 'boot' | 'stop' | null; until: Millis; failed: boolean }
export interface Copy { role: CopyRole; writable: boolean; divergentWrites: number }
export interface DiskGroup { group: string; tenant: string; copies: { [site: string]: Copy }; link: 'SYNC' | 'SYNCING' | 'SUSPENDED'; syncedAt: Millis; lagMs: Millis }
export interface Fault { fault: string; target: string; since: Millis }

/** What is so in the simulated world. Follows from the effect log alone. */
export interface World {
  estate: Estate | null;
  hosts: { [host: string]: HostPower };
  hmcsDown: string[];
  agentsDown: string[];
  instances: { [vmAtHost: string]: Instance };
  groups: { [group: string]: DiskGroup };
  faults: Fault[];
  /** Keys of changes already taken on, with the estate time at which each is complete. */
  keys: { [key: string]: Millis };
}

export const emptyWorld = (): World => ({ estate: null, hosts: {}, hmcsDown: [], agentsDown: [], instances: {}, groups: {}, faults: [], keys: {} });

/** One line of the world's own log: what really happened, whoever asked. The oracle of the tests reads it, never our journal. */
export type Effect =
  | { op: 'configured'; estate: Estate }
  | { op: 'defined'; vm: string; host: string; until: Millis }
  | { op: 'started'; vm: string; host: string; until: Millis; failed: boolean }
  | { op: 'stopped'; vm: string; host: string; until: Millis; how: 'graceful' | 'immediate' }
  | { op: 'removed'; vm: string; host: string; until: Millis }
  | { op: 'reversed'; group: string; to: string; until: Millis }
  | { op: 'failed-over'; group: string; to: string; revoked: boolean; lostWrites: number; until: Millis }
  | { op: 'resynced'; group: string; from: string; discardedWrites: number; until: Millis }
  | { op: 'fault'; fault: string; target: string }
  | { op: 'reverted'; fault: string; target: string };
export interface EffectLine { n: number; at: Millis; wallAt: Millis; key: string | null; effect: Effect }

export const place = (vm: string, host: string): string => `${vm}@${host}`;

/** Applies one logged effect. Pure but for the given world. */
export function apply(world: World, { at, key, effect }: EffectLine): void {
  if (key !== null && 'until' in effect) world.keys[key] = effect.until;
  switch (effect.op) {
    case 'configured': configure(world, effect.estate, at); break;
    case 'defined': world.instances[place(effect.vm, effect.host)] = { vm: effect.vm, host: effect.host, power: 'off', doing: 'define', until: effect.until, failed: false }; break;
    case 'started': Object.assign(world.instances[place(effect.vm, effect.host)]!, { power: effect.failed ? 'off' : 'on', doing: 'boot', until: effect.until, failed: effect.failed }); break;
    case 'stopped': Object.assign(world.instances[place(effect.vm, effect.host)]!, { power: 'off', doing: 'stop', until: effect.until, failed: false }); break;
    case 'removed': delete world.instances[place(effect.vm, effect.host)]; break;
    case 'reversed': {
      const group = world.groups[effect.group]!;
      for (const [site, copy] of Object.entries(group.copies)) Object.assign(copy, { role: site === effect.to ? 'primary' : 'secondary', writable: site === effect.to, divergentWrites: 0 });
      Object.assign(group, { link: 'SYNC', syncedAt: effect.until });
      break;
    }
    case 'failed-over': {
      const group = world.groups[effect.group]!;
      for (const [site, copy] of Object.entries(group.copies)) {
        if (site === effect.to) Object.assign(copy, { role: 'failed-over', writable: true });
        else Object.assign(copy, { role: 'stale', writable: !effect.revoked, divergentWrites: effect.lostWrites });
      }
      group.link = 'SUSPENDED';
      break;
    }
    case 'resynced': {
      const group = world.groups[effect.group]!;
      for (const [site, copy] of Object.entries(group.copies)) Object.assign(copy, { role: site === effect.from ? 'primary' : 'secondary', writable: site === effect.from, divergentWrites: 0 });
      Object.assign(group, { link: 'SYNC', syncedAt: effect.until });
      break;
    }
    case 'fault': world.faults.push({ fault: effect.fault, target: effect.target, since: at }); strike(world, effect.fault, effect.target, true, at); break;
    case 'reverted': world.faults = world.faults.filter((each) => !(each.fault === effect.fault && each.target === effect.target)); strike(world, effect.fault, effect.target, false, at); break;
  }
}

/** A first configuration starts every VM at home, mirrored. A later one adds what is new; what the estate has no more is gone. */
function configure(world: World, estate: Estate, at: Millis): void {
  world.estate = estate;
  for (const [key, { vm, host }] of Object.entries(world.instances)) {
    if (!estate.tenants.some((tenant) => tenant.vms.some((each) => each.name === vm)) || !siteOfHost(estate, host)) delete world.instances[key];
  }
  for (const site of estate.sites) for (const host of site.hosts) world.hosts[host.name] ??= 'Operating';
  for (const tenant of estate.tenants) {
    for (const group of tenant.hostGroups) {
      world.groups[group.name] ??= {
        group: group.name, tenant: tenant.name, link: 'SYNC', syncedAt: at, lagMs: 4_000,
        copies: { [tenant.homeSite]: { role: 'primary', writable: true, divergentWrites: 0 }, [tenant.backupSite]: { role: 'secondary', writable: false, divergentWrites: 0 } },
      };
    }
    for (const vm of tenant.vms) {
      if (!Object.values(world.instances).some((instance) => instance.vm === vm.name)) world.instances[place(vm.name, vm.host)] = { vm: vm.name, host: vm.host, power: 'on', doing: null, until: at, failed: false };
    }
  }
}

function strike(world: World, fault: string, target: string, on: boolean, at: Millis): void {
  const set = (list: string[], name: string): string[] => (on ? [...new Set([...list, name])] : list.filter((each) => each !== name));
  const host = (name: string): void => {
    world.hosts[name] = on ? 'Power Off' : 'Operating';
    for (const instance of Object.values(world.instances).filter((each) => each.host === name)) {
      if (on) Object.assign(instance, { power: 'off', doing: null, until: at });
      // A machine that comes back starts what it still has, unless its disks were taken away: the stray copies of seeds/1 section 6.
      else if (diskWritable(world, instance.vm, name)) Object.assign(instance, { power: 'on', doing: null, until: at });
    }
  };
  const site = world.estate?.sites.find((each) => each.name === target);
  if (fault === 'host-down') host(target);
  if (fault === 'hmc-unreachable') world.hmcsDown = set(world.hmcsDown, target);
  if (fault === 'storage-unreachable') world.agentsDown = set(world.agentsDown, target);
  if (fault === 'site-down' && site) {
    for (const each of site.hmcs) world.hmcsDown = set(world.hmcsDown, each.name);
    for (const each of site.storageAgents) world.agentsDown = set(world.agentsDown, each.name);
    for (const each of site.hosts) host(each.name);
  }
}

/** May the VM write to its disks when it runs on this host? */
export function diskWritable(world: World, vmName: string, host: string): boolean {
  const { estate } = world;
  const tenant = estate?.tenants.find((each) => each.vms.some((vm) => vm.name === vmName));
  const vm = tenant?.vms.find((each) => each.name === vmName);
  const site = estate ? siteOfHost(estate, host)?.name : undefined;
  return Boolean(vm && site && world.groups[vm.hostGroup]?.copies[site]?.writable);
}

export const faultKinds = ['host-down', 'hmc-unreachable', 'storage-unreachable', 'site-down', 'boot-fails'] as const;
