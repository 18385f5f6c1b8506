import type { Evidence } from '../../core/dr-event.js';
import { tenantOf, vmOf, type Vm } from '../../core/estate.js';
import type { Json } from '../../core/names.js';
import type { PlanDraft, Step } from '../../core/plan.js';
import type { PlanResult } from '../../ports/controller.js';
import type { HostSeen } from '../../ports/world.js';
import { byPriority, step, vmRank, vmRef } from '../plan-steps.js';
import { beforeIt, groupLocks, hmcSlot, hostLocks, refuse, type Scope } from './scope.js';
import { chooseHosts, type Choice } from './hosts.js';
import type { SourceSeen } from './move.js';

/** What the planner of a restart or a live move has seen: the hosts that answer, and how sure anybody can be of those that VMs leave. */
export interface SiteSeen { readonly hosts: readonly HostSeen[]; readonly sources: readonly SourceSeen[] }

export function vmsOfOperation({ estate, operation, tenant }: Scope): Vm[] {
  const wanted = operation.vms ?? tenantOf(estate, operation.tenant)!.vms.map((vm) => vm.name);
  return byPriority(tenant, wanted.map((name) => vmOf(estate, name)!).filter((vm) => vm.unmanaged !== true && tenant.vms.includes(vm)));
}

/** `restore` brings VMs to one host, and `to=` names one; otherwise any that can. */
const choices = (scope: Scope, seen: SiteSeen): Choice[] => {
  const { estate, state, tenant, operation } = scope;
  return chooseHosts(vmsOfOperation(scope), { estate, state, tenant, site: operation.from, seen: seen.hosts, wanted: operation.verb === 'restore' ? operation.scope.name : operation.targetHost ?? null, tried: operation.tried ?? [], automatic: operation.automatic === true });
};

/** What has been moved to the other site since it was asked for is restarted there when people ask for that, and never across. */
function movedAway({ state, operation }: Scope, vms: readonly Vm[]): PlanResult | null {
  const gone = vms.filter((vm) => state.vms.get(vm.name)!.site !== operation.from);
  return gone.length === 0 ? null : refuse('moved-away', `${gone.map((vm) => `${vm.name} is at ${state.vms.get(vm.name)!.site}`).join(', ')} by now, not at ${operation.from}.`, 'Ask again for what is to be done there.', 'query vm');
}
const nowhere = (choice: Choice): string => `${choice.vm.name}: ${choice.why}`;

function draft(scope: Scope, steps: readonly Step[], vms: readonly Vm[], left: readonly Choice[], more: Pick<PlanDraft, 'title' | 'loss' | 'irreversible' | 'urgency' | 'attest'> & { readonly evidence: readonly Evidence[]; readonly facts: { readonly [key: string]: Json } }): PlanResult {
  return { ok: true, draft: { ...more, operation: scope.operation, steps, vms: vms.map((vm) => vm.name), excluded: left.map((choice) => ({ vm: choice.vm.name, why: choice.why })), locks: [...groupLocks(scope), ...hostLocks(scope, steps)] } };
}

/**
 * reference/ksys.md 4.10 and the progress of seeds/5: stop watching, shut down, prove that it is stopped, restart on the best host of the group at the same site, watch again, clean
 * the source up. A VM that cannot be stopped is not restarted elsewhere.
 */
export function planRestart(scope: Scope, seen: SiteSeen): PlanResult {
  const { operation } = scope;
  const vms = vmsOfOperation(scope);
  if (vms.length === 0) return refuse('no-vm', `No managed VM runs on ${operation.scope.name}: there is nothing to restart.`, 'Nothing to do.', 'query vm');
  const away = movedAway(scope, vms);
  if (away) return away;
  if (operation.inPlace) return planReboot(scope, vms);
  const chosen = choices(scope, seen);
  const going = chosen.filter((choice): choice is Choice & { to: string } => choice.to !== null);
  const left = chosen.filter((choice) => choice.to === null);
  if (going.length === 0) return refuse('no-host', `No host of the group can take ${left.length === 1 ? 'it' : 'them'}. ${left.map(nowhere).join('. ')}.`, 'Free capacity or bring a host back, then ask again. To the other site: an unplanned move.', `query host_group ${vms[0]!.hostGroup}`);
  const steps = going.flatMap((choice) => restartSteps(scope, choice, seen.sources.find((each) => each.host === choice.from)?.standing === 'operating'));
  const unsure = seen.sources.filter((each) => each.standing === 'unreachable' && going.some((choice) => choice.from === each.host));
  return draft(scope, steps, going.map((choice) => choice.vm), left, {
    title: `restart of ${operation.scope.class === 'host' ? `the VMs of ${operation.scope.name}` : going.map((choice) => choice.vm.name).join(', ')} on ${[...new Set(going.map((choice) => choice.to))].join(', ')}`,
    loss: { words: 'what a VM had in memory; its disks are the same', boundMs: null }, irreversible: [`${going.map((choice) => choice.vm.name).join(', ')} ${going.length === 1 ? 'is' : 'are'} powered off hard where still running.`],
    urgency: 'disaster', attest: unsure.length === 0 ? null : unsure.length === 1 ? unsure[0]!.host : operation.from, evidence: seen.sources.map((each) => each.evidence),
    facts: { ...Object.fromEntries(seen.sources.map((each) => [`standing of ${each.host}`, each.standing])), ...Object.fromEntries(going.map((choice) => [`${choice.vm.name} goes to`, choice.to])) },
  });
}

function restartSteps(scope: Scope, { vm, from, to }: Choice & { to: string }, sourceUp: boolean): Step[] {
  const hmc = hmcSlot(scope, scope.operation.from);
  const own = { rank: vmRank(scope.tenant, vm) };
  const args = { vm: vm.name, host: from, to };
  return [
    step('pause-ha', vmRef(vm.name), `stop watching ${vm.name}`, args, own),
    step('ha-stop-vm', vmRef(vm.name), `shut ${vm.name} down on ${from}, and prove that it is stopped`, args, { ...own, after: [`pause-ha:${vm.name}`], slots: [hmc], irreversible: true }),
    step('restart-vm', vmRef(vm.name), `restart ${vm.name} on ${to}`, args, { ...own, after: [`ha-stop-vm:${vm.name}`, ...beforeIt(vm, 'restart-vm', vmsOfOperation(scope))], slots: [`boot:${to}`] }),
    step('resume-ha', vmRef(vm.name), `watch ${vm.name} again`, { ...args, host: to }, { ...own, after: [`restart-vm:${vm.name}`], onFailure: 'warn' }),
    // A host that is down is cleaned up by itself when it comes back (seeds/5).
    ...(sourceUp ? [step('clean-source', vmRef(vm.name), `clean up ${vm.name} on ${from}: definition, disk mapping, adapters`, args, { ...own, after: [`restart-vm:${vm.name}`], slots: [hmc], onFailure: 'warn' })] : []),
  ];
}

function planReboot(scope: Scope, vms: readonly Vm[]): PlanResult {
  const steps = vms.flatMap((vm) => {
    const host = scope.state.vms.get(vm.name)!.host!;
    const args = { vm: vm.name, host };
    return [
      step('pause-ha', vmRef(vm.name), `stop watching ${vm.name}`, args, { rank: vmRank(scope.tenant, vm) }),
      step('reboot-vm', vmRef(vm.name), `reboot ${vm.name} on ${host}`, args, { rank: vmRank(scope.tenant, vm), after: [`pause-ha:${vm.name}`], slots: [`boot:${host}`], irreversible: true }),
      step('resume-ha', vmRef(vm.name), `watch ${vm.name} again`, args, { rank: vmRank(scope.tenant, vm), after: [`reboot-vm:${vm.name}`], onFailure: 'warn' }),
    ];
  });
  return draft(scope, steps, vms, [], { title: `reboot of ${vms.map((vm) => vm.name).join(', ')} in place`, loss: { words: 'what a VM had in memory; its disks are the same', boundMs: null }, irreversible: [`${vms.map((vm) => vm.name).join(', ')} ${vms.length === 1 ? 'is' : 'are'} powered off hard.`], urgency: 'disaster', attest: null, evidence: [], facts: {} });
}

/** Live Partition Mobility (reference/ksys.md 4.11): validate both sides, then move while the VM runs. `lpm host` empties a host for maintenance, `restore host` brings its VMs home. */
export function planLpm(scope: Scope, seen: SiteSeen): PlanResult {
  const { operation } = scope;
  const vms = vmsOfOperation(scope);
  const back = operation.verb === 'restore';
  if (vms.length === 0) return refuse('no-vm', back ? `Every VM of ${operation.scope.name} is at home: there is nothing to bring back.` : `No managed VM runs on ${operation.scope.name}: there is nothing to move.`, 'Nothing to do.', 'query vm');
  const away = movedAway(scope, vms);
  if (away) return away;
  const chosen = choices(scope, seen);
  const going = chosen.filter((choice): choice is Choice & { to: string } => choice.to !== null);
  const left = chosen.filter((choice) => choice.to === null);
  const down = seen.sources.find((each) => each.standing !== 'operating');
  if (down) return refuse('source-down', `A live move needs a working host, but ${down.evidence.saw} (${down.evidence.by}).`, 'Restart its VMs instead.', `restart host ${down.host}`);
  if (going.length === 0) return refuse('no-host', `No host can take ${left.length === 1 ? 'it' : 'them'}. ${left.map(nowhere).join('. ')}.`, 'Free capacity or name another host, then ask again.', `query host_group ${vms[0]!.hostGroup}`);
  const steps = going.flatMap(({ vm, from, to }) => {
    const [args, own] = [{ vm: vm.name, host: from, to }, { rank: vmRank(scope.tenant, vm) }];
    const validate = step('validate-lpm', vmRef(vm.name), `validate the live move of ${vm.name} from ${from} to ${to}`, args, { ...own, slots: [hmcSlot(scope, operation.from)] });
    return operation.validateOnly ? [validate] : [
      validate,
      step('pause-ha', vmRef(vm.name), `stop watching ${vm.name}`, args, { ...own, after: [`validate-lpm:${vm.name}`] }),
      step('migrate-vm', vmRef(vm.name), `move ${vm.name} live from ${from} to ${to}`, args, { ...own, after: [`pause-ha:${vm.name}`], slots: [`lpm:${from}`, `lpm:${to}`] }),
      step('resume-ha', vmRef(vm.name), `watch ${vm.name} again`, { ...args, host: to }, { ...own, after: [`migrate-vm:${vm.name}`], whatever: true, onFailure: 'warn' }),
    ];
  });
  return draft(scope, steps, going.map((choice) => choice.vm), left, {
    title: operation.validateOnly ? `validation of live moves from ${operation.scope.name}` : back ? `return of ${going.map((choice) => choice.vm.name).join(', ')} to ${operation.scope.name}` : `live move of ${operation.scope.class === 'host' ? `the VMs of ${operation.scope.name}` : going.map((choice) => choice.vm.name).join(', ')} to ${[...new Set(going.map((choice) => choice.to))].join(', ')}`,
    loss: { words: 'none: the VMs go on running', boundMs: null }, irreversible: [], urgency: operation.validateOnly ? 'verification' : 'planned', attest: null, evidence: seen.sources.map((each) => each.evidence),
    facts: Object.fromEntries(going.map((choice) => [`${choice.vm.name} goes to`, choice.to])),
  });
}
