import type { Evidence } from '../../core/dr-event.js';
import { groupOfVm, hostGroupOf, otherSite, type Vm } from '../../core/estate.js';
import type { Json } from '../../core/names.js';
import type { Step } from '../../core/plan.js';
import type { PlanResult } from '../../ports/controller.js';
import type { HostSeen } from '../../ports/world.js';
import { isLive, lparOn } from '../site-access.js';
import { groupRank, groupRef, step, vmRank, vmRef } from '../plan-steps.js';
import { hostsOfGroupAt } from '../../core/placement.js';
import { isMirrored } from '../../core/policies.js';
import { arraySlot, beforeIt, groupLocks, hmcSlot, placeOf, sharedHostLocks, vmsOf, vmState, type Scope } from './scope.js';

export interface Leftover { readonly vm: string; readonly host: string; readonly live: boolean; readonly evidence: Evidence }

/** seeds/1 section 6: VMs still active at the side that was left are powered off first, then mappings and adapters go. */
export function planCleanup(scope: Scope, leftovers: readonly Leftover[]): PlanResult {
  const site = scope.operation.from;
  const waiting = scope.groups.filter(({ group }) => scope.state.groups.get(group)!.pending.some((work) => work.work === 'cleanup' && work.site === site));
  if (leftovers.length === 0 && waiting.length === 0) return { ok: false, refusal: { code: 'nothing-to-clean', what: `Nothing of ${scope.operation.scope.name} is left at ${site}: there is nothing to clean up.`, next: 'Nothing to do.', command: null } };
  const steps: Step[] = [];
  for (const { vm, host, live } of leftovers) {
    if (live) steps.push(step('power-off-vm', vmRef(vm), `power off ${vm}, which still runs on ${host}`, { vm, host }, { slots: [hmcSlot(scope, site)], irreversible: true }));
    steps.push(step('remove-vm', vmRef(vm), `remove ${vm} from ${host}: definition, disk mapping, adapters`, { vm, host }, { after: live ? [`power-off-vm:${vm}`] : [], slots: [hmcSlot(scope, site)], irreversible: true }));
  }
  for (const { group, vms } of scope.groups) {
    const hosts = [...new Set(vms.flatMap((vm) => hostsOfGroupAt(scope.tenant, hostGroupOf(scope.tenant, vm), site)))];
    steps.push(step('close-cleanup', groupRef(group), `look again that nothing of ${group} is left at ${site}`, { group, site, hosts }, { after: leftovers.filter((each) => vms.some((vm) => vm.name === each.vm)).map((each) => `remove-vm:${each.vm}`), slots: [hmcSlot(scope, site)] }));
  }
  const facts: { [key: string]: Json } = Object.fromEntries(leftovers.map((each) => [`${each.vm} at ${site}`, each.live ? 'running' : 'off']));
  return {
    ok: true,
    draft: {
      operation: scope.operation, title: `cleanup of ${site}`, steps, vms: scope.groups.flatMap(({ vms }) => vms.filter(isMirrored).map((vm) => vm.name)), excluded: [], facts, attest: null,
      loss: { words: leftovers.some((each) => each.live) ? `what the stray VMs wrote at ${site} since the move` : 'none', boundMs: null },
      irreversible: leftovers.length > 0 ? [`Definitions at ${site} are removed; a later move back creates them again.`] : [], evidence: leftovers.map((each) => each.evidence),
      locks: [...groupLocks(scope), ...sharedHostLocks(scope, [site])], urgency: 'planned',
    },
  };
}

/** What restarts left on a host that works again: off, and marked as restarted elsewhere. Happens by itself (seeds/5: auto cleanup); never touches a VM that runs. */
export function planHostCleanup(scope: Scope, seen: HostSeen): PlanResult {
  const host = scope.operation.scope.name;
  const wanted = [...scope.state.left.values()].filter((left) => left.host === host && left.tenant === scope.tenant.name && scope.operation.vms?.includes(left.vm) !== false && scope.groups.some(({ vms }) => vms.some((vm) => vm.name === left.vm)));
  if (wanted.length === 0) return { ok: false, refusal: { code: 'nothing-to-clean', what: `No restart has left anything on ${host}: there is nothing to clean up.`, next: 'Nothing to do.', command: null } };
  if (seen.power !== 'Operating') return { ok: false, refusal: { code: 'host-down', what: `Host ${host} is ${seen.power}: what restarts left there is cleaned up when it works again.`, next: 'Bring it back; then it happens by itself.', command: `query host ${host}` } };
  const live = wanted.filter((left) => isLive(seen, lparOn(seen, left.vm)));
  if (live.length > 0) return { ok: false, refusal: { code: 'runs-twice', what: `${live.map((left) => left.vm).join(', ')} runs on ${host}, and was restarted on another host.`, next: 'Find out which of the two is right, and power the other off at the HMC. Then ask again.', command: `query host ${host}` } };
  const steps = wanted.map((left) => step('clean-source', vmRef(left.vm), `clean up ${left.vm} on ${host}: definition, disk mapping, adapters`, { vm: left.vm, host }, { slots: [hmcSlot(scope, scope.operation.from)], irreversible: true }));
  return {
    ok: true,
    draft: {
      operation: scope.operation, title: `cleanup of ${host} after restarts`, steps, vms: wanted.map((left) => left.vm), excluded: [], facts: {}, attest: null, loss: { words: 'none', boundMs: null }, irreversible: [], evidence: [seen.evidence],
      locks: groupLocks(scope), urgency: 'planned',
    },
  };
}

/** reference/ksys.md 4.8: re-establish replication from the active site to the one that was left; destructive for the passive side. */
export function planResync(scope: Scope, divergent: readonly { readonly group: string; readonly writes: number; readonly evidence: Evidence }[]): PlanResult {
  const { from: onto, to: active } = scope.operation;
  const groups = scope.groups.filter(({ group }) => scope.state.groups.get(group)!.replication.state !== 'SYNC');
  if (groups.length === 0) return { ok: false, refusal: { code: 'in-sync', what: `Replication of ${scope.operation.scope.name} is in sync: there is nothing to resynchronise.`, next: 'Nothing to do.', command: `query disk_group` } };
  const uncleaned = groups.find(({ group }) => scope.state.groups.get(group)!.pending.some((work) => work.work === 'cleanup'));
  if (uncleaned) return { ok: false, refusal: { code: 'cleanup-first', what: `${onto} has not been cleaned up since the unplanned move: a VM left there could still use the copy that would be overwritten.`, next: 'Clean up first, then resynchronise.', command: `cleanup site ${onto}` } };
  const steps = groups.map(({ group }) => step('resync-group', groupRef(group), `mirror disk group ${group} from ${active} onto ${onto}; what only ${onto} has is discarded`, { group, from: active, onto }, { slots: [arraySlot(scope, active)], rank: groupRank(scope.tenant, group), irreversible: true, onFailure: 'stop' }));
  const lost = divergent.filter((each) => each.writes > 0);
  return {
    ok: true,
    draft: {
      operation: scope.operation, title: `resync of ${onto} from ${active}`, steps, vms: groups.flatMap(({ vms }) => vms.filter(isMirrored).map((vm) => vm.name)), excluded: [], attest: null,
      loss: { words: lost.length > 0 ? `discarded at ${onto}: ${lost.map((each) => `${each.writes} writes of ${each.group}`).join(', ')}` : `nothing is known to exist only at ${onto}`, boundMs: null },
      irreversible: [`The copy at ${onto} is overwritten.`], evidence: divergent.map((each) => each.evidence), facts: Object.fromEntries(divergent.map((each) => [`divergent writes of ${each.group}`, each.writes])),
      locks: groupLocks(scope), urgency: 'planned',
    },
  };
}

/** reference/ksys.md 4.9: only VMs that a move left behind. Storage decides: they start where their disk group is active now. */
export function planRecover(scope: Scope): PlanResult {
  const vms = vmsOf(scope).filter((vm) => ['MOVE_FAILED', 'MOVING'].includes(vmState(scope, vm).state));
  const site = scope.operation.to;
  if (vms.length === 0) return { ok: false, refusal: { code: 'nothing-to-recover', what: `No VM of ${scope.operation.scope.name} was left behind by a move.`, next: 'Nothing to do.', command: 'query vm' } };
  const other = otherSite(scope.tenant, site);
  // After an unplanned move the other side waits for a cleanup of its own; otherwise the move's own cleaning is made good here (reference/ksys.md 5.2).
  const cleans = (vm: Vm): boolean => !scope.state.groups.get(groupOfVm(scope.tenant, vm))!.pending.some((work) => work.work === 'cleanup');
  const steps = vms.flatMap((vm) => {
    const host = placeOf(scope, vm, site);
    const left = placeOf(scope, vm, other);
    const own = { rank: vmRank(scope.tenant, vm) };
    const off = hostGroupOf(scope.tenant, vm).skipPowerOn === true;
    const there = off ? `define-vm:${vm.name}` : `start-vm:${vm.name}`;
    return [
      step('define-vm', vmRef(vm.name), `define ${vm.name} on ${host}, where that is missing${off ? '; it stays off (skip_power_on)' : ''}`, { vm: vm.name, host, ...(off ? { staysOffAt: site } : {}) }, { ...own, slots: [hmcSlot(scope, site)] }),
      ...(off ? [] : [step('start-vm', vmRef(vm.name), `start ${vm.name} on ${host}`, { vm: vm.name, host, site }, { ...own, after: [`define-vm:${vm.name}`, ...beforeIt(vm, 'start-vm', vms)], slots: [`boot:${host}`] })]),
      ...(cleans(vm) ? [step('remove-vm', vmRef(vm.name), `clean up ${vm.name} on ${left}, where anything of it is left`, { vm: vm.name, host: left }, { ...own, after: [there], slots: [hmcSlot(scope, other)], onFailure: 'warn' })] : []),
    ];
  });
  return {
    ok: true,
    draft: {
      operation: scope.operation, title: `recovery of ${vms.length === 1 ? vms[0]!.name : `${vms.length} VMs`} at ${site}`, steps, vms: vms.map((vm) => vm.name), excluded: [], attest: null, loss: { words: 'none', boundMs: null }, irreversible: [],
      evidence: [], facts: Object.fromEntries(scope.groups.map(({ group }) => [`active site of ${group}`, scope.state.groups.get(group)!.activeSite])), locks: [...groupLocks(scope), ...sharedHostLocks(scope, [site, other])], urgency: 'disaster',
    },
  };
}
