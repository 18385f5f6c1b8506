import type { Millis } from '../../../../core/names.js';
import { diskWritable, type Instance, type World } from './model.js';

/** What a fault does to the world when it begins (`on`) and when it is mended. Those that only change what is answered stand in `world.faults` alone. */
export function strike(world: World, fault: string, target: string, on: boolean, at: Millis): void {
  const set = (list: string[], name: string): string[] => (on ? [...new Set([...list, name])] : list.filter((each) => each !== name));
  const here = (host: string): Instance[] => Object.values(world.instances).filter((each) => each.host === host);
  const host = (name: string, power: 'Power Off' | 'Error'): void => {
    world.hosts[name] = on ? power : 'Operating';
    for (const instance of here(name)) {
      if (on) Object.assign(instance, { power: 'off', doing: null, until: at });
      // A machine that comes back starts what it still has, unless its disks were taken away or it was restarted elsewhere: the stray copies of seeds/1 section 6.
      else if (instance.restartedTo === null && !instance.shape.rehearsal && diskWritable(world, instance, name)) Object.assign(instance, { power: 'on', doing: null, until: at, health: { state: 'ok', since: at } });
    }
  };
  const health = (state: 'crashed' | 'hung'): void => {
    // Reverting ends the test: the kernel extension is unloaded (seeds/5). A VM that was restarted since is well already.
    for (const instance of Object.values(world.instances)) {
      if (instance.lpar !== target || instance.power !== 'on') continue;
      if (on) instance.health = { state, since: at };
      else if (instance.health.state === state) instance.health = { state: 'ok', since: at };
    }
  };
  switch (fault) {
    case 'host-down': host(target, 'Power Off'); break;
    case 'host-error': host(target, 'Error'); break;
    case 'host-unreachable': world.hosts[target] = on ? 'No Connection' : 'Operating'; break;
    case 'hmc-unreachable': world.hmcsDown = set(world.hmcsDown, target); break;
    case 'storage-unreachable': world.agentsDown = set(world.agentsDown, target); break;
    case 'vm-crash': health('crashed'); break;
    case 'vm-hang': health('hung'); break;
    case 'replication-broken': if (world.groups[target]!.link !== 'SUSPENDED' || !on) world.groups[target]!.link = on ? 'SUSPENDED' : relinked(world, target); break;
    case 'site-down': {
      const site = world.estate?.sites.find((each) => each.name === target);
      for (const each of site?.hmcs ?? []) world.hmcsDown = set(world.hmcsDown, each.name);
      for (const each of site?.storageAgents ?? []) world.agentsDown = set(world.agentsDown, each.name);
      for (const each of site?.hosts ?? []) host(each.name, 'Power Off');
      break;
    }
    default: break;
  }
}

/** A link that is back carries on, unless the group was failed over: then it takes a resync. */
const relinked = (world: World, group: string): 'SYNC' | 'SUSPENDED' => (Object.values(world.groups[group]!.copies).some((copy) => copy.role === 'failed-over') ? 'SUSPENDED' : 'SYNC');
