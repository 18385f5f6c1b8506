import { z } from 'zod';
import { groupOfVm, hostGroupOf } from '../core/estate.js';
import type { VmName } from '../core/names.js';
import type { Operation } from '../core/plan.js';
import { pendingWork, type State } from '../core/state.js';
import { duration, inWords } from './duration.js';
import { fill, type Placeholders } from './placeholders.js';

/**
 * What a `when`, `wait` or `check` looks at. All parts must hold. `when` is decided when the plan is made, so that approvers see what will run;
 * `wait` and `check` are decided in the run.
 */
export const Condition = z.strictObject({
  /** All VMs of the run: running where their group is active, or in this state of KSYS. */
  vms: z.enum(['running', 'READY_TO_MOVE']).optional(),
  /** Replication of all disk groups of the run. */
  replication: z.enum(['SYNC', 'SYNCING', 'SUSPENDED']).optional(),
  /** Replication lag of all disk groups is at most this. */
  lag: duration.optional(),
  /** Where all host groups of the run are active. */
  active_site: z.string().min(1).max(63).optional(),
  /** Nothing is left to clean up or resync in the groups of the run, or something is. */
  pending: z.enum(['none', 'some']).optional(),
  dr_type: z.enum(['planned', 'unplanned']).optional(),
  tenant: z.string().min(1).max(63).optional(),
}).refine((condition) => Object.values(condition).some((each) => each !== undefined), 'Say what must hold: vms, replication, lag, active_site, pending, dr_type or tenant.');
export type Condition = Readonly<z.infer<typeof Condition>>;

/** What of a condition does not hold, from what the journal says. Empty: it holds. `only`: the VMs that count, where not all of the host groups do. */
export function unmet(condition: Condition, operation: Operation, state: State, only?: readonly VmName[]): string[] {
  const said: string[] = [];
  const groups = operation.hostGroups.flatMap((name) => state.groups.get(name) ?? []);
  const vms = [...state.vms.values()].filter((vm) => (only?.includes(vm.vm) ?? true) && vm.tenant === operation.tenant && state.estate?.tenants.some((tenant) => tenant.vms.some((each) => each.name === vm.vm && each.unmanaged !== true && operation.hostGroups.includes(groupOfVm(tenant, each)))));
  // skip_power_on: what is left off on purpose is not missed.
  const leftOff = new Set(state.estate?.tenants.flatMap((tenant) => tenant.vms.filter((each) => hostGroupOf(tenant, each).skipPowerOn === true).map(({ name }) => name)));
  if (condition.vms === 'running') for (const vm of vms) if (vm.power !== 'running' && !(leftOff.has(vm.vm) && vm.power === 'off')) said.push(`${vm.vm} is ${vm.power === 'off' ? 'off' : 'not known to run'}`);
  if (condition.vms === 'READY_TO_MOVE') for (const vm of vms) if (vm.state !== 'READY_TO_MOVE') said.push(`${vm.vm} is ${vm.state}`);
  for (const group of groups) {
    if (condition.replication !== undefined && group.replication.state !== condition.replication) said.push(`replication of ${group.group} is ${group.replication.state}`);
    if (condition.lag !== undefined && (group.replication.lagMs === null || group.replication.lagMs > condition.lag)) said.push(group.replication.lagMs === null ? `nobody knows the lag of ${group.group}` : `${group.group} lags ${Math.ceil(group.replication.lagMs / 1_000)} s behind`);
    if (condition.active_site !== undefined && group.activeSite !== condition.active_site) said.push(`${group.group} is active at ${group.activeSite}`);
  }
  const left = pendingWork(state).filter((work) => operation.hostGroups.includes(work.group));
  if (condition.pending === 'none') for (const work of left) said.push(`${work.work} of ${work.site} is left to do`);
  if (condition.pending === 'some' && left.length === 0) said.push('nothing is left to do');
  if (condition.dr_type !== undefined && operation.drType !== condition.dr_type) said.push(`this is ${operation.drType === null ? 'no move' : `a ${operation.drType} move`}`);
  if (condition.tenant !== undefined && operation.tenant !== condition.tenant) said.push(`this is ${operation.tenant}`);
  return said;
}

/** Its names as they are in this run: `active_site: "{to}"`. */
export const filled = (condition: Condition, known: Placeholders): Condition =>
  Object.fromEntries(Object.entries(condition).map(([key, value]) => [key, typeof value === 'string' ? fill(value, known) : value])) as Condition;

/** `all VMs run, lag at most 10 s`. */
export function conditionWords(condition: Condition): string {
  const { vms, replication, lag, active_site: activeSite, pending, dr_type: drType, tenant } = condition;
  return [
    vms === undefined ? null : vms === 'running' ? 'all VMs run' : 'all VMs are READY_TO_MOVE',
    replication === undefined ? null : `replication is ${replication}`,
    lag === undefined ? null : `lag is at most ${inWords(lag)}`,
    activeSite === undefined ? null : `active site is ${activeSite}`,
    pending === undefined ? null : pending === 'none' ? 'nothing is left to clean up or resync' : 'cleanup or resync is left to do',
    drType === undefined ? null : `the move is ${drType}`,
    tenant === undefined ? null : `the tenant is ${tenant}`,
  ].filter((each) => each !== null).join(', ');
}
