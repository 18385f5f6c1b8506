import { groupOfVm, tenantOf, type Tenant, type Vm } from '../../core/estate.js';
import type { Evidence } from '../../core/dr-event.js';
import type { StateChange } from '../../core/event.js';
import { hostAt } from '../../core/placement.js';
import type { Plan, Step } from '../../core/plan.js';
import type { State } from '../../core/state.js';
import type { Controller, StepContext, StepResult } from '../../ports/controller.js';
import { unmet, type Condition } from '../condition.js';
import { listed } from '../../core/listed.js';

/** Looks at the world anew where the condition is about machines or replication: what the journal says may be older than the failure. */
export async function check(step: Step, plan: Plan, controller: Controller, context: StepContext, now: number): Promise<StepResult> {
  const condition = step.args.condition as Condition;
  const looks = await Promise.all(looksFor(condition, plan, context.state).map((look) => controller.check(look, plan, context)));
  const evidence: readonly Evidence[] = looks.flatMap((look) => look.evidence);
  const blind = looks.flatMap((look) => (look.kind === 'unknown' || look.kind === 'waiting' ? [look.why] : []));
  if (blind.length > 0) return { kind: 'not-done', why: `Nobody could look: ${blind.join('; ')}`, remedy: 'Bring the way to look back.', retry: true, evidence, changes: [] };
  const gone = looks.flatMap((look) => (look.kind === 'not-done' ? [look.why.replace(/\.$/, '')] : []));
  const missing = [...gone, ...unmet(condition, plan.operation, seenNow(context.state, looks.flatMap((look) => (look.kind === 'done' ? look.changes : []))), plan.vms)];
  if (missing.length > 0) return { kind: 'not-done', why: `${listed(missing)}.`, remedy: 'Correct what is named.', retry: true, evidence, changes: [] };
  return { kind: 'done', evidence: evidence.length > 0 ? evidence : [{ saw: 'it holds, by what the journal says', by: 'Lifeboat', at: now }], changes: [] };
}

/** Where it runs as far as the journal knows, else where it belongs. */
function whereNow(state: State, tenant: Tenant, vm: Vm): string {
  const site = state.groups.get(groupOfVm(tenant, vm))!.activeSite;
  const known = state.vms.get(vm.name);
  return known?.site === site && known.host !== null ? known.host : hostAt(tenant, vm, site)!;
}

/** The engine's own reading steps do the looking. */
function looksFor(condition: Condition, plan: Plan, state: State): Step[] {
  const estate = state.estate!;
  const site = (group: string): string => state.groups.get(group)!.activeSite;
  const vms = condition.vms === undefined ? [] : plan.vms.flatMap((name) => {
    const vm = tenantOf(estate, plan.tenant)!.vms.find((each) => each.name === name);
    return vm && plan.operation.hostGroups.includes(groupOfVm(tenantOf(estate, plan.tenant)!, vm)) ? [look('discover-vm', { class: 'vm', name }, { vm: name, host: whereNow(state, tenantOf(estate, plan.tenant)!, vm) })] : [];
  });
  const groups = condition.replication === undefined && condition.lag === undefined ? [] : plan.operation.hostGroups.map((group) => look('discover-disk-group', { class: 'disk_group', name: group }, { group, site: site(group) }));
  return [...vms, ...groups];
}

const look = (kind: string, entity: Step['entity'], args: Step['args']): Step => ({ id: `${kind}:${entity.name}`, kind, says: `look at ${entity.name}`, entity, args, after: [], slots: [], irreversible: false, mutates: false, rank: 0, timeoutMs: 60_000, estimateMs: 1_000, attemptsMax: 1, onFailure: 'drop' });

/** The state as the looks found it. Only what they saw of power and replication counts: what a VM's life is called is for discovery to say. */
function seenNow(state: State, changes: readonly StateChange[]): State {
  const vms = new Map(state.vms);
  const groups = new Map(state.groups);
  for (const change of changes) {
    const [vm, group] = [change.kind === 'vm' ? vms.get(change.vm) : undefined, change.kind === 'group' ? groups.get(change.group) : undefined];
    if (change.kind === 'vm' && vm && change.power !== undefined) vms.set(change.vm, { ...vm, power: change.power });
    if (change.kind === 'group' && group && change.replication) groups.set(change.group, { ...group, replication: change.replication });
  }
  return { ...state, vms, groups };
}

