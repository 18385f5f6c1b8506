import type { Vm } from '../../core/estate.js';
import type { SiteName } from '../../core/names.js';
import type { PlanDraft } from '../../core/plan.js';
import type { PlanResult } from '../../ports/controller.js';
import { groupRef, step, vmRank, vmRef } from '../plan-steps.js';
import { isMirrored, unmirroredDisks } from '../../core/policies.js';
import { arraySlot, groupLocks, hmcSlot, placeOf, sharedHostLocks, verifySteps, vmsOf, vmState, type Scope } from './scope.js';

const reads: Pick<PlanDraft, 'loss' | 'irreversible' | 'evidence' | 'attest'> = { loss: { words: 'none: nothing is changed', boundMs: null }, irreversible: [], evidence: [], attest: null };

/** A VM outside its disk group did not come along when the group moved. */
const staysBehind = (scope: Scope, vm: Vm, site: SiteName): boolean => !isMirrored(vm) && vmState(scope, vm).site !== site;

/** seeds/1 section 3: hosts through the HMCs, then each VM of the active site, then the disk groups. */
export function planDiscover(scope: Scope): PlanResult {
  const { operation } = scope;
  const site = operation.from;
  const here = scope.groups.map(({ group, vms }) => ({ group, vms: vms.filter((vm) => !staysBehind(scope, vm, site)) }));
  const excluded = scope.groups.flatMap(({ vms }) => vms.filter((vm) => staysBehind(scope, vm, site)).map((vm) => ({ vm: vm.name, why: `stayed at ${vmState(scope, vm).site}: not mirrored: ${unmirroredDisks(vm).join(', ')}` })));
  const hosts = [...new Set(scope.groups.flatMap(({ vms }) => vms.map((vm) => placeOf(scope, vm, site))))];
  const steps = [
    ...hosts.map((host) => step('discover-host', { class: 'host', name: host }, `read host ${host} through its HMC`, { host }, { slots: [hmcSlot(scope, site)] })),
    ...here.flatMap(({ vms }) => vms.map((vm) => {
      const host = placeOf(scope, vm, site);
      return step('discover-vm', vmRef(vm.name), `read ${vm.name} on ${host}: state, address, disks, mirroring`, { vm: vm.name, host }, { after: [`discover-host:${host}`], slots: [hmcSlot(scope, site)], rank: vmRank(scope.tenant, vm) });
    })),
    ...here.map(({ group, vms }) => step('discover-disk-group', groupRef(group), `read replication of disk group ${group}`, { group, site }, { after: vms.map((vm) => `discover-vm:${vm.name}`), slots: [arraySlot(scope, site)], onFailure: 'warn' })),
  ];
  return { ok: true, draft: { ...reads, operation, title: `discovery of ${site}`, steps, vms: here.flatMap(({ vms }) => vms.map((vm) => vm.name)), excluded, facts: {}, locks: groupLocks(scope), urgency: 'verification' } };
}

/** seeds/1 section 4: NAME is the active site, the work is done on the other one. */
export function planVerify(scope: Scope): PlanResult {
  const { operation } = scope;
  const vms = vmsOf(scope);
  const fit = vms.filter((vm) => isMirrored(vm) && vmState(scope, vm).state !== 'INIT');
  const fits = new Set(fit);
  const excluded = vms.filter((vm) => !fits.has(vm)).map((vm) => ({ vm: vm.name, why: isMirrored(vm) ? 'not discovered' : `not mirrored: ${unmirroredDisks(vm).join(', ')}` }));
  if (fit.length === 0) return { ok: false, refusal: { code: 'not-discovered', what: `No VM of ${operation.scope.name} has been discovered, so there is nothing to verify.`, next: 'Run discovery first.', command: `discover site ${operation.from}` } };
  const steps = verifySteps(scope, fit, operation.to, { mark: operation.drTest !== true, replication: true, onFailure: 'drop', ...(operation.drTest ? { rehearsal: true } : {}) });
  return { ok: true, draft: { ...reads, operation, title: `verification of ${operation.from} against ${operation.to}`, steps, vms: fit.map((vm) => vm.name), excluded, facts: {}, locks: [...groupLocks(scope), ...sharedHostLocks(scope, [operation.to])], urgency: 'verification' } };
}
