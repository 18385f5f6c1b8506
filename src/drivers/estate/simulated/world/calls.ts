import type { Estate } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { DriverError, type LparShape, type RestartShape } from '../../../../ports/world.js';
import type { SimulatedWorld } from './world.js';

export interface WorldCall { readonly method: string; readonly args: readonly unknown[] }
type Method = (world: SimulatedWorld, ...args: never[]) => unknown;

const reads: Record<string, Method> = {
  clock: (world) => ({ now: world.now(), rate: world.rate }),
  configure: (world, estate: Estate) => world.configure(estate),
  inject: (world, fault: string, target: string) => world.inject(fault, target),
  revert: (world, fault: string, target: string) => world.revert(fault, target),
  faults: (world) => world.world.faults,
  faultKinds: (world) => world.faultKinds(),
  snapshot: (world) => world.world,
  pingHmc: (world, hmc: string) => world.hmcs.pingHmc(hmc),
  observeHost: (world, hmc: string, host: string) => world.hmcs.observeHost(hmc, host),
  canMigrate: (world, hmc: string, host: string, vm: string, to: string) => world.hmcs.canMigrate(hmc, host, vm, to),
  pingAgent: (world, agent: string) => world.arrays.pingAgent(agent),
  observeGroup: (world, agent: string, group: string) => world.arrays.observeGroup(agent, group),
  visibleDisks: (world, agent: string, host: string, vm: string) => world.arrays.visibleDisks(agent, host, vm),
};
/** Changes answer with the estate time at which they are complete. */
const changes: Record<string, (world: SimulatedWorld, ...args: never[]) => Millis> = {
  define: (world, hmc: string, host: string, vm: string, shape: LparShape, key: string) => world.hmcs.define(hmc, host, vm, shape, key),
  start: (world, hmc: string, host: string, vm: string, key: string) => world.hmcs.start(hmc, host, vm, key),
  stop: (world, hmc: string, host: string, vm: string, how: 'graceful' | 'immediate', key: string) => world.hmcs.stop(hmc, host, vm, how, key),
  remove: (world, hmc: string, host: string, vm: string, key: string) => world.hmcs.remove(hmc, host, vm, key),
  reboot: (world, hmc: string, host: string, vm: string, key: string) => world.hmcs.reboot(hmc, host, vm, key),
  restartElsewhere: (world, hmc: string, host: string, vm: string, to: string, shape: RestartShape, key: string) => world.hmcs.restartElsewhere(hmc, host, vm, to, shape, key),
  migrate: (world, hmc: string, host: string, vm: string, to: string, key: string) => world.hmcs.migrate(hmc, host, vm, to, key),
  reverse: (world, agent: string, group: string, to: string, key: string) => world.arrays.reverse(agent, group, to, key),
  failOver: (world, agent: string, group: string, to: string, key: string) => world.arrays.failOver(agent, group, to, key),
  resync: (world, agent: string, group: string, from: string, key: string) => world.arrays.resync(agent, group, from, key),
  clone: (world, agent: string, group: string, key: string) => world.arrays.clone(agent, group, key),
  removeClone: (world, agent: string, group: string, key: string) => world.arrays.removeClone(agent, group, key),
};

export const changingCalls: readonly string[] = Object.keys(changes);
export const isChange = (method: string): boolean => changes[method] !== undefined;
/** The key of a change; null for what only looks. */
export const keyOf = ({ method, args }: WorldCall): string | null => (isChange(method) ? String(args.at(-1)) : null);

/** One call on the world. Of a change, the estate time at which it is complete: whoever asked is answered then, as by a vendor's command. @throws DriverError */
export function callWorld(world: SimulatedWorld, { method, args }: WorldCall): { readonly until: Millis } | { readonly value: unknown } {
  const change = changes[method];
  if (change) return { until: change(world, ...(args as never[])) };
  const read = reads[method];
  if (!read) throw new DriverError('refused', `The simulated world has no method '${method}'.`);
  return { value: read(world, ...(args as never[])) ?? null };
}
