import { hostGroupOf, siteOf, type Vm } from '../../core/estate.js';
import type { HostName, Json, VmName } from '../../core/names.js';
import { hostsOfGroupAt } from '../../core/placement.js';
import { hasDr, isMirrored, networkAt } from '../../core/policies.js';
import type { Step } from '../../core/plan.js';
import type { PlanResult } from '../../ports/controller.js';
import { rehearsalName } from '../../ports/world.js';
import { groupRank, groupRef, step, vmRank, vmRef } from '../plan-steps.js';
import { arraySlot, beforeIt, groupLocks, hmcSlot, placeOf, refuse, sharedHostLocks, verifySteps, vmsOf, vmState, type Scope } from './scope.js';

/** Why no rehearsal is possible there at all (reference/ksys.md 4.6: not HA, not mixed arrays). null: it is. */
function rehearsalUnsupported({ estate, tenant, operation }: Pick<Scope, 'estate' | 'tenant' | 'operation'>): string | null {
  if (!hasDr(tenant)) return `${tenant.name} is a cluster of type HA: it has no second site on which to rehearse`;
  const [here, there] = [siteOf(estate, operation.from)!.storageAgents[0]!, siteOf(estate, operation.to)!.storageAgents[0]!];
  return here.storageType === there.storageType ? null : `a rehearsal needs one kind of array at both sites, and there is ${here.storageType} at ${operation.from} and ${there.storageType} at ${operation.to}`;
}

/** A test VM in production's network would answer for production (invariant 8): each needs a map of its own, and one that leads elsewhere. */
function networkProblem({ tenant, operation }: Pick<Scope, 'tenant' | 'operation'>, vm: Vm): string | null {
  const [test, real, home] = [networkAt(tenant, vm, operation.to, true), networkAt(tenant, vm, operation.to), networkAt(tenant, vm, tenant.homeSite)];
  if (!test.mapped) return `no rehearsal map (drvlanmap or drvswitchmap) covers VLAN ${home.vlan} on ${home.vswitch}`;
  const same = (other: { vlan: number; vswitch: string }): boolean => test.vlan === other.vlan && test.vswitch === other.vswitch;
  return same(real) || same(home) ? `its rehearsal map leads to VLAN ${test.vlan} on ${test.vswitch}, which is production's` : null;
}

/** reference/ksys.md 4.6 and 4.12: clone with consistency, define, map, boot; production and its replication stay as they are. */
export function planRehearsal(scope: Scope): PlanResult {
  const { from, to } = scope.operation;
  const unsupported = rehearsalUnsupported(scope);
  if (unsupported !== null) return refuse('no-rehearsal', `No rehearsal of ${scope.operation.scope.name} is possible: ${unsupported}.`, 'A planned move shows the same, in a maintenance window.');
  const open = scope.groups.filter(({ group }) => scope.state.groups.get(group)!.drTest !== null);
  if (open.length > 0) return refuse('rehearsal-open', `A rehearsal of ${open.map(({ group }) => group).join(', ')} has not been cleaned up, and a second one would take its clones away.`, 'Clean it up first.', `cleanup site ${from} dr_test=yes`);
  const all = vmsOf(scope);
  const vms = all.filter((vm) => vmState(scope, vm).state === 'READY_TO_MOVE');
  if (vms.length === 0) return refuse('none-ready', `No VM of ${scope.operation.scope.name} is in state READY_TO_MOVE.`, 'Verify first, then rehearse.', `verify site ${from}`);
  const exposed = vms.flatMap((vm) => { const problem = networkProblem(scope, vm); return problem === null ? [] : [`${vm.name}: ${problem}`]; });
  if (exposed.length > 0) return refuse('not-isolated', `Test VMs would stand in production's network. ${exposed.join('. ')}.`, 'Set maps for rehearsals to a network of their own, then ask again.', `modify system drvlanmap=...`);
  const steps = verifySteps(scope, vms, to, { mark: false, replication: true, onFailure: 'stop', rehearsal: true });
  steps.push(step('joint', { class: 'site', name: to }, 'everything is verified; until here nothing has changed', {}, { after: steps.map((each) => each.id), onFailure: 'stop' }));
  for (const { group } of scope.groups) {
    const members = scope.groups.find((each) => each.group === group)!.vms.filter((vm) => vms.includes(vm));
    if (members.length === 0) continue;
    const hosts = [...new Set(members.map((vm) => placeOf(scope, vm, to)))];
    steps.push(step('clone-group', groupRef(group), `clone disk group ${group} at ${to}, with consistency; replication goes on`, { group, site: to, hosts }, { after: [`joint:${to}`], slots: [arraySlot(scope, to)], rank: groupRank(scope.tenant, group), onFailure: 'stop' }));
    for (const vm of members) {
      const [host, args] = [placeOf(scope, vm, to), { vm: vm.name, group, site: to, host: placeOf(scope, vm, to) }];
      steps.push(step('define-test-vm', vmRef(vm.name), `define ${rehearsalName(vm.name)} on ${host}, in the rehearsal network, on the clone`, args, { after: [`clone-group:${group}`], slots: [hmcSlot(scope, to)], rank: vmRank(scope.tenant, vm) }));
      if (hostGroupOf(scope.tenant, vm).skipPowerOn !== true) steps.push(step('start-test-vm', vmRef(vm.name), `start ${rehearsalName(vm.name)} on ${host}`, args, { after: [`define-test-vm:${vm.name}`, ...beforeIt(vm, 'start-test-vm', vms)], slots: [`boot:${host}`], rank: vmRank(scope.tenant, vm) }));
    }
  }
  return {
    ok: true,
    draft: {
      operation: scope.operation, title: `REHEARSAL of ${scope.operation.scope.name} at ${to}, on clones`, steps, vms: vms.map((vm) => vm.name), excluded: all.filter((vm) => !vms.includes(vm)).map((vm) => ({ vm: vm.name, why: isMirrored(vm) ? vmState(scope, vm).state : 'not mirrored' })), attest: null,
      loss: { words: 'none: production and its replication are not touched', boundMs: null }, irreversible: [], evidence: [], facts: Object.fromEntries(vms.map((vm): [string, Json] => { const { vlan, vswitch } = networkAt(scope.tenant, vm, to, true); return [`rehearsal network of ${vm.name}`, `VLAN ${vlan} on ${vswitch}`]; })),
      locks: [...groupLocks(scope), ...sharedHostLocks(scope, [to])], urgency: 'verification',
    },
  };
}

/** Hosts on which a rehearsal of a group may have left something: all that its VMs may run on there. */
export function rehearsalHosts(scope: Scope, vms: readonly Vm[], site: string): HostName[] {
  const known = scope.groups.flatMap(({ group }) => scope.state.groups.get(group)?.drTest?.hosts ?? []);
  return [...new Set([...known, ...vms.flatMap((vm) => hostsOfGroupAt(scope.tenant, hostGroupOf(scope.tenant, vm), site))])];
}

export interface TestLeft { readonly vm: VmName; readonly host: HostName; readonly live: boolean }

/** Test VMs off, away with them, away with the clone; over when a fresh look finds nothing (invariant 33). */
export function planRehearsalCleanup(scope: Scope, found: readonly TestLeft[], clones: readonly string[]): PlanResult {
  const steps: Step[] = [];
  const groups = scope.groups.filter(({ group, vms }) => scope.state.groups.get(group)!.drTest !== null || clones.includes(group) || found.some((each) => vms.some((vm) => vm.name === each.vm)));
  if (groups.length === 0) return refuse('no-rehearsal-left', `Nothing of a rehearsal of ${scope.operation.scope.name} is left: there is nothing to clean up.`, 'Nothing to do.');
  const { to: site } = scope.operation;
  for (const { group, vms } of groups) {
    const left = found.filter((each) => vms.some((vm) => vm.name === each.vm));
    for (const { vm, host, live } of left) {
      if (live) steps.push(step('stop-test-vm', vmRef(vm), `power off ${rehearsalName(vm)} on ${host}`, { vm, host, group, site }, { slots: [hmcSlot(scope, site)] }));
      steps.push(step('remove-test-vm', vmRef(vm), `remove ${rehearsalName(vm)} from ${host}`, { vm, host, group, site }, { after: live ? [`stop-test-vm:${vm}`] : [], slots: [hmcSlot(scope, site)] }));
    }
    steps.push(step('remove-clone', groupRef(group), `remove the clone of disk group ${group} at ${site}`, { group, site }, { after: left.map((each) => `remove-test-vm:${each.vm}`), slots: [arraySlot(scope, site)], onFailure: 'stop' }));
    steps.push(step('close-rehearsal', groupRef(group), `look again that nothing of the rehearsal of ${group} is left`, { group, site, vms: vms.map((vm) => vm.name), hosts: rehearsalHosts(scope, vms, site) }, { after: [`remove-clone:${group}`], slots: [hmcSlot(scope, site)] }));
  }
  return {
    ok: true,
    draft: {
      operation: scope.operation, title: `cleanup of the rehearsal of ${scope.operation.scope.name} at ${site}`, steps, vms: groups.flatMap(({ vms }) => vms.map((vm) => vm.name)), excluded: [], attest: null,
      loss: { words: 'what was written in the test VMs', boundMs: null }, irreversible: [], evidence: [], facts: {}, locks: [...groupLocks(scope), ...sharedHostLocks(scope, [site])], urgency: 'verification',
    },
  };
}

/**
 * A real move takes its hosts back from rehearsals, whoever's they are; a disaster looks in any case (invariants 9 and 44). Never part of what an approval is bound to.
 * Where that fails, a planned move ends, since nothing has changed yet (reference/ksys.md 4.13); a disaster goes on.
 */
export function evictionSteps(scope: Scope, hosts: readonly HostName[], move: 'planned' | 'disaster'): Step[] {
  const used = new Set([...scope.state.groups.values()].flatMap((group) => group.drTest?.hosts ?? []));
  const wanted = [...new Set(hosts)].filter((host) => move === 'disaster' || used.has(host)).toSorted();
  return wanted.length === 0 ? [] : [step('evict-tests', { class: 'site', name: scope.operation.to }, `take ${wanted.join(', ')} back from any rehearsal`, { hosts: wanted, site: scope.operation.to }, { slots: [hmcSlot(scope, scope.operation.to)], onFailure: move === 'disaster' ? 'warn' : 'stop' })];
}
