import { hostOf, protectionGroups, type Estate, type Tenant } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { systemOf } from '../../../../core/policies.js';
import type { CopyRole } from '../../../../ports/world.js';
import { homeShape, place, vmOfLpar, type Copy, type DiskGroup, type EffectLine, type Instance, type World } from './model.js';
import { strike } from './strike.js';

/** Applies one logged effect. Pure but for the given world. */
export function apply(world: World, { at, key, effect }: EffectLine): void {
  if (key !== null && 'until' in effect) world.keys[key] = effect.until;
  const instance = (lpar: string, host: string): Instance => world.instances[place(lpar, host)]!;
  const ok = (until: Millis): Instance['health'] => ({ state: 'ok', since: until });
  switch (effect.op) {
    case 'configured': configure(world, effect.estate, at); break;
    case 'defined': {
      const vm = vmOfLpar(world.estate!, effect.vm)!;
      world.instances[place(effect.vm, effect.host)] = { lpar: effect.vm, vm: vm.name, host: effect.host, power: 'off', doing: 'define', until: effect.until, failed: false, health: ok(effect.until), shape: effect.shape ?? homeShape(vm), restartedTo: null };
      break;
    }
    case 'started': Object.assign(instance(effect.vm, effect.host), { power: effect.failed ? 'off' : 'on', doing: 'boot', until: effect.until, failed: effect.failed, health: ok(effect.until) }); break;
    case 'stopped': Object.assign(instance(effect.vm, effect.host), { power: 'off', doing: 'stop', until: effect.until, failed: false }); break;
    case 'removed': delete world.instances[place(effect.vm, effect.host)]; break;
    case 'rebooted': Object.assign(instance(effect.vm, effect.host), { power: 'on', doing: 'boot', until: effect.until, failed: false, health: { state: effect.into, since: effect.until } }); break;
    case 'restarted-elsewhere': {
      const left = instance(effect.vm, effect.host);
      world.instances[place(effect.vm, effect.to)] = { ...left, host: effect.to, power: effect.failed ? 'off' : 'on', doing: 'boot', until: effect.until, failed: effect.failed, health: ok(effect.until), shape: effect.shape, restartedTo: null };
      // On an attestation that was wrong it runs on: nobody reaches that host.
      Object.assign(left, { ...(world.hosts[effect.host] === 'No Connection' ? {} : { power: 'off', doing: null }), restartedTo: effect.to });
      break;
    }
    case 'migrated': {
      const left = instance(effect.vm, effect.host);
      delete world.instances[place(effect.vm, effect.host)];
      world.instances[place(effect.vm, effect.to)] = { ...left, host: effect.to, doing: 'migrate', until: effect.until };
      break;
    }
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
    case 'cloned': world.groups[effect.group]!.copies[effect.site]!.clone = { takenAt: effect.until }; break;
    case 'clone-removed': world.groups[effect.group]!.copies[effect.site]!.clone = null; break;
    case 'fault': world.faults.push({ fault: effect.fault, target: effect.target, since: at, host: hostOfTarget(world, effect.target) }); strike(world, effect.fault, effect.target, true, at); break;
    case 'reverted': world.faults = world.faults.filter((each) => !(each.fault === effect.fault && each.target === effect.target)); strike(world, effect.fault, effect.target, false, at); break;
  }
}

/** Where a VM, or the VM of an application, is on. */
function hostOfTarget({ estate, instances }: World, target: string): string | null {
  const vm = estate?.tenants.flatMap((tenant) => tenant.vms).find((each) => each.name === target || each.apps?.some((app) => app.name === target))?.name;
  return Object.values(instances).find((instance) => instance.lpar === vm && instance.power === 'on')?.host ?? null;
}

/** A first configuration starts every VM at home, mirrored. A later one adds what is new; what the estate has no more is gone. */
function configure(world: World, estate: Estate, at: Millis): void {
  world.estate = estate;
  for (const [key, { lpar, host }] of Object.entries(world.instances)) if (!vmOfLpar(estate, lpar) || !hostOf(estate, host)) delete world.instances[key];
  for (const site of estate.sites) for (const host of site.hosts) world.hosts[host.name] ??= 'Operating';
  for (const tenant of estate.tenants) {
    // The pairs are as the estate says that they were made.
    for (const { name } of protectionGroups(tenant)) (world.groups[name] ??= diskGroup(tenant, name, at)).lagMs = systemOf(tenant).replicationType === 'sync' ? 0 : 4_000;
    for (const vm of tenant.vms) {
      if (Object.values(world.instances).some((instance) => instance.vm === vm.name)) continue;
      world.instances[place(vm.name, vm.host)] = { lpar: vm.name, vm: vm.name, host: vm.host, power: 'on', doing: null, until: at, failed: false, health: { state: 'ok', since: at }, shape: homeShape(vm), restartedTo: null };
    }
  }
}

function diskGroup(tenant: Tenant, group: string, at: Millis): DiskGroup {
  const copy = (role: CopyRole): Copy => ({ role, writable: role === 'primary', divergentWrites: 0, clone: null });
  return { group, tenant: tenant.name, link: 'SYNC', syncedAt: at, lagMs: 4_000, copies: { [tenant.backupSite]: copy('secondary'), [tenant.homeSite]: copy('primary') } };
}
