import type { Estate } from '../../../core/estate.js';
import type { Millis } from '../../../core/names.js';
import type { Clock } from '../../../ports/clock.js';
import type { FaultInjector, GroupSeen, HostSeen, Hypervisor, Storage } from '../../../ports/world.js';
import type { WorldClient } from './client.js';

/** The simulated HMC knows keys: the same key twice is one change. */
export const simulatedHypervisor = (world: WorldClient, clock: Pick<Clock, 'now'>): Hypervisor => ({
  flags: { honoursKeys: true },
  async pingHmc(hmc, signal) { await world.call('pingHmc', [hmc], signal); return { saw: `HMC ${hmc} answers`, by: 'Lifeboat', at: clock.now() }; },
  observeHost: (hmc, host, signal) => world.call<HostSeen>('observeHost', [hmc, host], signal),
  define: (hmc, host, vm, shape, key, signal) => world.call('define', [hmc, host, vm, shape, key], signal),
  start: (hmc, host, vm, key, signal) => world.call('start', [hmc, host, vm, key], signal),
  stop: (hmc, host, vm, how, key, signal) => world.call('stop', [hmc, host, vm, how, key], signal),
  remove: (hmc, host, vm, key, signal) => world.call('remove', [hmc, host, vm, key], signal),
  reboot: (hmc, host, vm, key, signal) => world.call('reboot', [hmc, host, vm, key], signal),
  restartElsewhere: (hmc, host, vm, to, shape, key, signal) => world.call('restartElsewhere', [hmc, host, vm, to, shape, key], signal),
  canMigrate: (hmc, host, vm, to, signal) => world.call('canMigrate', [hmc, host, vm, to], signal),
  migrate: (hmc, host, vm, to, key, signal) => world.call('migrate', [hmc, host, vm, to, key], signal),
});

export const simulatedStorage = (world: WorldClient, clock: Pick<Clock, 'now'>): Storage => ({
  async ping(agent, signal) { await world.call('pingAgent', [agent], signal); return { saw: `storage agent ${agent} answers`, by: 'Lifeboat', at: clock.now() }; },
  observeGroup: (agent, group, signal) => world.call<GroupSeen>('observeGroup', [agent, group], signal),
  visibleDisks: (agent, host, vm, signal) => world.call('visibleDisks', [agent, host, vm], signal),
  reverse: (agent, group, to, key, signal) => world.call('reverse', [agent, group, to, key], signal),
  failOver: (agent, group, to, key, signal) => world.call('failOver', [agent, group, to, key], signal),
  resync: (agent, group, from, key, signal) => world.call('resync', [agent, group, from, key], signal),
  clone: (agent, group, key, signal) => world.call('clone', [agent, group, key], signal),
  removeClone: (agent, group, key, signal) => world.call('removeClone', [agent, group, key], signal),
});

export const simulatedFaults = (world: WorldClient): FaultInjector => ({
  inject: (fault, target) => world.call('inject', [fault, target]),
  revert: (fault, target) => world.call('revert', [fault, target]),
  active: () => world.call('faults', []),
  kinds: () => world.call('faultKinds', []),
});

/** Tells the world what it consists of; what it knows already stays as it is. */
export const configureWorld = (world: WorldClient, estate: Estate): Promise<void> => world.call('configure', [estate]);
export const estateClock = (world: WorldClient, signal?: AbortSignal): Promise<{ now: Millis; rate: number }> => world.call('clock', [], signal);
