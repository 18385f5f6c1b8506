import type { Evidence } from '../../core/dr-event.js';
import { groupOfVm, hostGroupOf, type Vm } from '../../core/estate.js';
import { groupBy } from '../../core/estate-index.js';
import { openIncidents } from '../../core/state.js';
import type { Json, StepId } from '../../core/names.js';
import type { Plan, PlanDraft, Step } from '../../core/plan.js';
import type { PlanResult } from '../../ports/controller.js';
import { groupRank, groupRef, step, vmRank, vmRef } from '../plan-steps.js';
import { isMirrored, systemOf, unmirroredDisks } from '../../core/policies.js';
import { evictionSteps } from './rehearsal.js';
import { arraySlot, beforeIt, groupLocks, hmcSlot, placeOf, sharedHostLocks, verifySteps, vmsOf, vmState, type GroupScope, type Scope } from './scope.js';

/** What the controller saw of the source while planning: by host, how sure anybody can be that it is down. */
export interface SourceSeen { readonly host: string; readonly standing: 'operating' | 'confirmed-off' | 'unreachable'; readonly evidence: Evidence }

const excludedBecause = (scope: Scope, vm: Vm): string => (isMirrored(vm) ? `${vmState(scope, vm).state}${vmState(scope, vm).reason === null ? '' : `: ${vmState(scope, vm).reason}`}` : `not mirrored: ${unmirroredDisks(vm).join(', ')}`);

/** Definition and start at the target, in priority order, once storage is there. */
function bringUp(scope: Scope, vms: readonly Vm[], switched: (vm: Vm) => string): Step[] {
  const { to } = scope.operation;
  return vms.flatMap((vm) => {
    const host = placeOf(scope, vm, to);
    const own = { rank: vmRank(scope.tenant, vm) };
    const define = (says: string, more: { [key: string]: Json }): Step => step('define-vm', vmRef(vm.name), `define ${vm.name} on ${host} and map its disks and adapters${says}`, { vm: vm.name, host, ...more }, { ...own, after: [switched(vm)], slots: [hmcSlot(scope, to)] });
    // Somebody starts it by hand (reference/ksys.md 2.4).
    if (hostGroupOf(scope.tenant, vm).skipPowerOn) return [define('; it stays off (skip_power_on)', { staysOffAt: to })];
    return [define('', {}), step('start-vm', vmRef(vm.name), `start ${vm.name} on ${host}`, { vm: vm.name, host, site: to }, { ...own, after: [`define-vm:${vm.name}`, ...beforeIt(vm, 'start-vm', vms)], slots: [`boot:${host}`] })];
  });
}

function draft(scope: Scope, vms: readonly Vm[], steps: Step[], more: Pick<PlanDraft, 'title' | 'loss' | 'irreversible' | 'evidence' | 'urgency' | 'attest'> & { facts: { [key: string]: Json } }): PlanResult {
  const all = vmsOf(scope);
  const taken = new Set(vms);
  return {
    ok: true,
    draft: {
      ...more, operation: scope.operation, steps, vms: vms.map((vm) => vm.name), excluded: all.filter((vm) => !taken.has(vm)).map((vm) => ({ vm: vm.name, why: excludedBecause(scope, vm) })),
      facts: { ...Object.fromEntries(scope.groups.map(({ group }) => [`active site of ${group}`, scope.state.groups.get(group)!.activeSite])), ...more.facts },
      locks: [...groupLocks(scope), ...sharedHostLocks(scope, [scope.operation.from, scope.operation.to])],
    },
  };
}

/**
 * The planned move that brought the group here started none of its VMs: the group may go back as it came, where people say so (reference/ksys.md 4.13).
 * A group of which anything came up stays, and recover takes the rest: it never goes back partly.
 */
function nothingCameUp({ state, operation }: Scope, { group, vms }: GroupScope): boolean {
  const last = [...state.runs.values()].findLast(({ plan, startedAt }) => startedAt !== null && plan.operation.verb === 'move' && plan.operation.drTest !== true && plan.operation.hostGroups.includes(group))?.plan.operation;
  return last?.drType === 'planned' && last.from === operation.to && vms.filter(isMirrored).every((vm) => ['MOVING', 'MOVE_FAILED'].includes(state.vms.get(vm.name)!.state));
}

/** reference/ksys.md 4.3: verify, shut down, reverse, define, start, clean the source up. Only VMs in READY_TO_MOVE (seeds/2 step 8). */
export function planPlannedMove(scope: Scope, seen: readonly SourceSeen[]): PlanResult {
  const { from, to } = scope.operation;
  const all = vmsOf(scope);
  const goesBack = new Set(scope.groups.filter((group) => nothingCameUp(scope, group)).flatMap((group) => group.vms.filter(isMirrored)));
  const vms = all.filter((vm) => vmState(scope, vm).state === 'READY_TO_MOVE' || goesBack.has(vm));
  const down = seen.find((each) => each.standing !== 'operating');
  if (down) return { ok: false, refusal: { code: 'source-down', what: `A planned move needs a working source, but ${down.evidence.saw} (${down.evidence.by}).`, next: 'Bring it back, or move unplanned.', command: `move site from=${from} to=${to} dr_type=unplanned` } };
  if (vms.length === 0) return { ok: false, refusal: { code: 'none-ready', what: `No VM of ${scope.operation.scope.name} is in state READY_TO_MOVE. ${all.map((vm) => `${vm.name}: ${excludedBecause(scope, vm)}`).join('; ')}.`, next: 'A planned move takes only verified VMs: run verification, correct what it names, then ask again.', command: `verify site ${from}` } };
  // Its disks would be switched away under it (reference/ksys.md 4.3 row 3, golden rules).
  const ready = new Set(vms);
  const inTheWay = all.filter((vm) => !ready.has(vm) && isMirrored(vm) && vmState(scope, vm).power !== 'off');
  if (inTheWay.length > 0) return { ok: false, refusal: { code: 'group-not-ready', what: `${inTheWay.map((vm) => `${vm.name} (${excludedBecause(scope, vm)})`).join(', ')} may be running and shares a disk group with the VMs to move: reversing the group would take its disks away.`, next: 'Verify it, or shut it down and discover again; then ask again.', command: `verify site ${from}` } };
  const evictions = evictionSteps(scope, vms.map((vm) => placeOf(scope, vm, to)), 'planned');
  const steps = [...evictions, ...verifySteps(scope, vms, to, { mark: false, replication: true, onFailure: 'stop', ...(evictions.length > 0 ? { after: evictions.map((each) => each.id) } : {}) })];
  steps.push(step('joint', { class: 'site', name: to }, 'everything is verified; until here nothing has changed', {}, { after: steps.map((each) => each.id), onFailure: 'stop' }));
  const verified = `joint:${to}`;
  for (const vm of vms) steps.push(step('stop-vm', vmRef(vm.name), `shut ${vm.name} down on ${placeOf(scope, vm, from)}`, { vm: vm.name, host: placeOf(scope, vm, from) }, { after: [verified], slots: [hmcSlot(scope, from)], rank: vmRank(scope.tenant, vm), onFailure: 'stop' }));
  const byGroup = groupBy(vms, (vm) => groupOfVm(scope.tenant, vm));
  for (const { group } of scope.groups) {
    const members = byGroup.get(group) ?? [];
    if (members.length > 0) steps.push(step('reverse-group', groupRef(group), `reverse replication of disk group ${group}: ${to} becomes the source`, { group, to }, { after: members.map((vm) => `stop-vm:${vm.name}`), slots: [arraySlot(scope, to)], rank: groupRank(scope.tenant, group), onFailure: 'stop' }));
  }
  for (const each of bringUp(scope, vms, (vm) => `reverse-group:${groupOfVm(scope.tenant, vm)}`)) steps.push(each);
  const closing = (vm: Vm): string => (hostGroupOf(scope.tenant, vm).skipPowerOn ? `define-vm:${vm.name}` : `start-vm:${vm.name}`);
  if (scope.operation.skipCleanup !== true) for (const vm of vms) steps.push(step('remove-vm', vmRef(vm.name), `clean up ${vm.name} on ${placeOf(scope, vm, from)}: definition, disk mapping, adapters`, { vm: vm.name, host: placeOf(scope, vm, from) }, { after: [closing(vm)], slots: [hmcSlot(scope, from)], rank: vmRank(scope.tenant, vm), onFailure: 'warn' }));
  return draft(scope, vms, steps, {
    title: `planned move of ${scope.operation.scope.name} from ${from} to ${to}`, loss: { words: 'none: every VM is shut down before its storage is reversed', boundMs: null },
    irreversible: [], evidence: seen.map((each) => each.evidence), urgency: 'planned', attest: null, facts: {},
  });
}

/**
 * reference/ksys.md 4.4: no cleanup, no resync; both stay as pending work. Verification is as far as possible: a VM that does not fit drops out at its definition or
 * start, but every VM of a group is proven stopped before its disks switch. No start without death evidence (invariant 6).
 */
export function planUnplannedMove(scope: Scope, seen: readonly SourceSeen[]): PlanResult {
  const { from, to } = scope.operation;
  const vms = vmsOf(scope).filter(isMirrored);
  if (vms.length === 0) return { ok: false, refusal: { code: 'none-mirrored', what: `No VM of ${scope.operation.scope.name} has all its disks mirrored, so none can start at ${to}.`, next: 'Mirror the volumes that discovery names, then discover again.', command: `discover site ${from}` } };
  // Production would come up as it was before it left, and what was written since would be given up unsaid (invariants 3 and 13).
  const stale = scope.groups.find(({ group }) => scope.state.groups.get(group)!.pending.some((work) => work.work === 'resync' && work.site === to));
  if (stale) return { ok: false, refusal: { code: 'target-stale', what: `The copy of ${stale.group} at ${to} was left behind by an earlier move and has not been mirrored since: nothing that was written at ${from} from then on is in it.`, next: 'Clean up and resynchronise first. VMs that are down start again where their disks are with recover.', command: `cleanup site ${to}` } };
  const evictions = evictionSteps(scope, vms.map((vm) => placeOf(scope, vm, to)), 'disaster');
  const steps = [...evictions, ...verifySteps(scope, vms, to, { mark: false, replication: false, onFailure: 'warn', after: evictions.map((each) => each.id) })];
  for (const vm of vms) {
    const host = placeOf(scope, vm, from);
    const tries = hostGroupOf(scope.tenant, vm).skipShutdown !== true;
    if (tries) steps.push(step('try-stop-vm', vmRef(vm.name), `try to stop ${vm.name} on ${host}; do not wait for success`, { vm: vm.name, host }, { after: [`verify-vm:${vm.name}`], slots: [hmcSlot(scope, from)], rank: vmRank(scope.tenant, vm), onFailure: 'warn' }));
    steps.push(step('confirm-stopped', vmRef(vm.name), `prove that ${vm.name} does not run on ${host}`, { vm: vm.name, host }, { after: [tries ? `try-stop-vm:${vm.name}` : `verify-vm:${vm.name}`], slots: [hmcSlot(scope, from)], rank: vmRank(scope.tenant, vm), onFailure: 'stop' }));
  }
  const byGroup = groupBy(vms, (vm) => groupOfVm(scope.tenant, vm));
  for (const { group } of scope.groups) {
    const members = byGroup.get(group) ?? [];
    if (members.length > 0) steps.push(step('fail-over-group', groupRef(group), `fail disk group ${group} over to ${to}`, { group, to }, { after: members.map((vm) => `confirm-stopped:${vm.name}`), slots: [arraySlot(scope, to)], rank: groupRank(scope.tenant, group), irreversible: true, onFailure: 'stop' }));
  }
  for (const each of bringUp(scope, vms, (vm) => `fail-over-group:${groupOfVm(scope.tenant, vm)}`)) steps.push(each);
  const unsure = seen.filter((each) => each.standing === 'unreachable');
  const alive = seen.filter((each) => each.standing === 'operating');
  return draft(scope, vms, steps, {
    title: `UNPLANNED move of ${scope.operation.scope.name} from ${from} to ${to}`,
    loss: expectedLoss(scope),
    irreversible: [`Writes that ${to} does not have stay behind at ${from}, and the resync afterwards discards them.`, ...(alive.length > 0 ? [`${alive.map((each) => each.host).join(', ')} is UP: its VMs are powered off hard. A planned move would lose nothing.`] : [])],
    evidence: seen.map((each) => each.evidence), urgency: 'disaster', attest: unsure.length === 0 ? null : unsure.length === 1 ? unsure[0]!.host : from,
    facts: Object.fromEntries(seen.map((each) => [`standing of ${each.host}`, each.standing])),
  });
}

/** What the replica may lack (reference/ksys.md 2.3, replication_type): what was read last counts, unless replication was seen to break since. */
function expectedLoss({ operation: { from }, tenant, state, groups }: Scope): PlanDraft['loss'] {
  const read = groups.map(({ group }) => state.groups.get(group)!.replication);
  const broken = groups.filter(({ group }) => openIncidents(state).some(({ key }) => key === `REPLICATION_MONITOR_FAILED:${group}`));
  if (broken.length > 0) return { words: `unknown: replication of ${broken.map(({ group }) => group).join(', ')} is broken, and whatever was written at ${from} since then stays behind`, boundMs: null };
  if (systemOf(tenant).replicationType === 'sync' && read.every((each) => each.state === 'SYNC' && each.lagMs === 0)) return { words: 'none: replication is synchronous, and was in sync when it was read last', boundMs: 0 };
  const lag = Math.max(-1, ...read.map(({ lagMs }) => lagMs ?? -1));
  return lag < 0 ? { words: 'unknown: nobody has read the replication lag', boundMs: null } : { words: `up to ${Math.ceil(lag / 1000)} s of writes (last known replication lag), and whatever is written at ${from} from now on`, boundMs: lag };
}

/**
 * reference/ksys.md 4.13: before a group's storage has switched, its stopped VMs start at the source again; after that, forward is safer than back.
 * A switch that nobody knows the outcome of counts as done: an unknown outcome is never compensated (invariant 16).
 */
export function undoMove(plan: Plan, done: ReadonlySet<StepId>, unresolved: ReadonlySet<StepId>): Step[] {
  if (plan.operation.verb !== 'move' || plan.operation.drType !== 'planned') return [];
  const switched = new Set(plan.steps.filter((each) => each.kind === 'reverse-group' && (done.has(each.id) || unresolved.has(each.id))).flatMap((each) => each.after));
  return plan.steps.filter((each) => each.kind === 'stop-vm' && done.has(each.id) && !switched.has(each.id)).map((each) => ({
    ...step('start-vm', each.entity, `start ${each.entity.name} again on ${String(each.args.host)}`, { vm: each.args.vm!, host: each.args.host!, site: plan.operation.from }, { slots: [`boot:${String(each.args.host)}`] }),
    id: `undo-${each.id}`, rank: each.rank,
  }));
}
