import type { StateChange } from '../../core/event.js';
import { groupOfVmNamed, vmOf, vmsOfGroup, type Estate } from '../../core/estate.js';
import type { HostName, SiteName, VmName } from '../../core/names.js';
import { isMirrored, managedDisks } from '../../core/policies.js';
import type { State } from '../../core/state.js';
import type { GroupSeen } from '../../ports/world.js';
import { agentAt, lparOn, observeGroup, observeHost, requireSiteOfHost } from '../site-access.js';
import { done, notDone, reading, text } from '../step-kind.js';

/** Reads a host through its HMC: state, VIOS, WWPNs, LPARs (seeds/1 section 3). */
export const discoverHost = reading(async (step, _plan, world, { signal }) => {
  const seen = await observeHost(world, world.estate, text(step, 'host'), signal);
  const down = seen.vioses.filter((vios) => !vios.up).map((vios) => vios.name);
  const evidence = [{ ...seen.evidence, data: { wwpns: [...seen.wwpns], viosDown: down, freeMemoryMb: seen.freeMemoryMb, freeProcessors: seen.freeProcessors } }];
  return seen.power === 'Operating' ? done(evidence) : notDone(`Host ${seen.host} is ${seen.power}.`, `Bring ${seen.host} back, or move its VMs: see query event.`, { evidence });
});

/** Reads one VM: state, address, disks; names every volume that is not mirrored (seeds/1 section 3). */
export const discoverVm = reading(async (step, plan, world, { signal, state }) => {
  const [vm, host] = [text(step, 'vm'), text(step, 'host')];
  const seen = await observeHost(world, world.estate, host, signal);
  const lpar = lparOn(seen, vm);
  const known = state.vms.get(vm);
  // What a move left behind stays so until it runs where it belongs: `recover` looks for it (reference/ksys.md 5.2).
  const left = known && ['MOVE_FAILED', 'MOVING'].includes(known.state) && lpar?.state !== 'Running' ? known : null;
  if (!lpar) return notDone(`VM ${vm} was not found on ${host}.`, left ? `A move left it behind: recover site ${plan.operation.from}` : 'Compare the estate file with the HMC.', { evidence: [seen.evidence], changes: left ? [] : [{ kind: 'vm', vm, state: 'INIT', reason: `not found on ${host}`, power: 'unknown' }] });
  // What the machine really has counts; what somebody left out on purpose does not (reference/ksys.md 2.5).
  const leftOut = vmOf(world.estate, vm)!.disks.filter((disk) => disk.unmanaged === true).map((disk) => disk.name);
  const unmirrored = lpar.disks.filter((disk) => !disk.mirrored && !leftOut.includes(disk.name)).map((disk) => disk.name);
  const keeps = known && (left || (['READY_TO_MOVE', 'ACTIVE_NEEDS_CLEANUP', 'ACTIVE_NEEDS_RESYNC'].includes(known.state) && unmirrored.length === 0)) ? known.state : 'DISCOVERED';
  const change: StateChange = {
    kind: 'vm', vm, ...placeFound(world.estate, state, vm, host), unmirrored, power: lpar.state === 'Running' ? 'running' : lpar.state === 'Not Activated' ? 'off' : 'unknown',
    state: keeps, reason: unmirrored.length > 0 ? `not mirrored: ${unmirrored.join(', ')}` : keeps === 'DISCOVERED' ? 'not verified yet' : known?.reason ?? null,
  };
  return done([{ saw: `${vm} on ${host} is ${lpar.state}${unmirrored.length > 0 ? `; not mirrored: ${unmirrored.join(', ')}` : ''}`, by: seen.evidence.by, at: seen.evidence.at }], [change]);
});

/** A host is recorded together with its site: where a move came only half-way, the VM is found where its group is now. What is found at another site is no place of it. */
function placeFound(estate: Estate, state: State, vm: VmName, host: HostName): { readonly host?: HostName; readonly site?: SiteName } {
  const site = requireSiteOfHost(estate, host).name;
  if (state.vms.get(vm)?.site === site) return { host };
  return state.groups.get(groupOfVmNamed(estate, vm) ?? '')?.activeSite === site ? { host, site } : {};
}

/**
 * Reads replication of one disk group at the active site and checks that each protected VM's disks are in it. Where production is, the arrays know: a switch that nobody could
 * tell the outcome of, in a run that was cancelled, is found here, and from there people can go on (invariant 28).
 */
export const discoverDiskGroup = reading(async (step, plan, world, { signal }) => {
  const [group, site] = [text(step, 'group'), text(step, 'site')];
  const seen = await observeGroup(world, world.estate, group, site, signal);
  const tenant = world.estate.tenants.find((each) => each.name === plan.tenant)!;
  const peer = site === tenant.homeSite ? tenant.backupSite : tenant.homeSite;
  if (seen.role === 'secondary' || seen.role === 'stale') {
    const other = await observeGroup(world, world.estate, group, peer, signal);
    if (other.role === 'primary' || other.role === 'failed-over') return done([seen.evidence, other.evidence], foundAt(peer, site, other, plan.run));
  }
  const members = vmsOfGroup(tenant, group).filter((vm) => plan.vms.includes(vm.name) && isMirrored(vm));
  const evidence = [{ saw: `${seen.evidence.saw}; ${members.length} VMs, ${seen.volumes.length} volumes in the composite group`, by: seen.evidence.by, at: seen.evidence.at }];
  const change: StateChange = { kind: 'group', group, replication: { from: site, to: peer, state: seen.link, lagMs: seen.lagMs } };
  // `symcg list` (seeds/2 step 7): a volume that the array does not switch with the others would be left behind.
  const wanted = members.flatMap((vm) => managedDisks(vm).map((disk) => `${vm.name}:${disk.name}`));
  const missing = wanted.filter((volume) => !seen.volumes.includes(volume));
  if (missing.length > 0) return notDone(`The composite group ${group} of ${agentAt(world.estate, site)} lacks ${missing.join(', ')}.`, 'Let the storage administrator add them, then discover again.', { evidence, changes: [change] });
  return done(evidence, [change]);
});

/** Production is there, and what it left behind is still to be cleared up. */
function foundAt(active: string, left: string, { group, role, link, lagMs }: GroupSeen, run: string): StateChange[] {
  const pending = (work: 'cleanup' | 'resync'): StateChange => ({ kind: 'pending', group, work, site: left, open: true, because: `discovery ${run}` });
  return [{ kind: 'group', group, activeSite: active, replication: { from: active, to: left, state: link, lagMs } }, pending('cleanup'), ...(role === 'failed-over' ? [pending('resync')] : [])];
}
