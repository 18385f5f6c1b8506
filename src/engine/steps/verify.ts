import type { StateChange, VmLifecycle } from '../../core/event.js';
import { tenantOfVm } from '../../core/estate.js';
import { agentAt, isLive, lparOn, observeGroup, observeHost, requireSiteOfHost } from '../site-access.js';
import { managedDisks, networkAt, systemOf } from '../../core/policies.js';
import { rehearsalName } from '../../ports/world.js';
import { viosProblem } from '../planners/hosts.js';
import { amount, done, notDone, reading, text } from '../step-kind.js';

/**
 * Could the target host hold this VM now (seeds/1 section 4, reference/ksys.md 4.2)? Capacity together with the VMs planned before it, VIOS redundancy,
 * VLAN, name clash, replication, visibility of the target disks. `mark`: a plain verification changes the VM's state; inside a move it only proves.
 */
export const verifyVm = reading(async (step, _plan, world, { signal, state }) => {
  const [name, host, group] = [text(step, 'vm'), text(step, 'host'), text(step, 'group')];
  const vm = tenantOfVm(world.estate, name)!.vms.find((each) => each.name === name)!;
  const site = requireSiteOfHost(world.estate, host).name;
  const seen = await observeHost(world, world.estate, host, signal);
  const problems: string[] = [];
  if (seen.power !== 'Operating') problems.push(`host ${host} is ${seen.power}`);
  if (seen.freeMemoryMb < amount(step, 'memoryMb')) problems.push(`host ${host} has ${seen.freeMemoryMb} MB of memory free, ${amount(step, 'memoryMb')} MB are needed with the VMs before it`);
  if (seen.freeProcessors < amount(step, 'processors')) problems.push(`host ${host} has ${seen.freeProcessors} processors free, ${amount(step, 'processors')} are needed with the VMs before it`);
  const tenant = tenantOfVm(world.estate, name)!;
  const vios = viosProblem(seen, world.estate, tenant);
  if (vios !== null) problems.push(vios);
  const rehearsal = step.args.rehearsal === true;
  const network = networkAt(tenant, vm, site, rehearsal);
  if (!seen.vlans.includes(network.vlan)) problems.push(`VLAN ${network.vlan} is missing on ${host}`);
  if (!seen.vswitches.includes(network.vswitch)) problems.push(`virtual switch ${network.vswitch} is missing on ${host}`);
  const own = rehearsal ? rehearsalName(name) : name;
  if (isLive(seen, lparOn(seen, own))) problems.push(`a VM named ${own} runs on ${host} already`);
  const visible = await world.storage.visibleDisks(agentAt(world.estate, site), host, name, signal);
  const hidden = managedDisks(vm).map((disk) => disk.name).filter((disk) => !visible.includes(disk));
  if (hidden.length > 0) problems.push(`target disks not visible on ${host} (SAN zoning or mirror): ${hidden.join(', ')}`);
  const evidence = [seen.evidence];
  if (step.args.replication === true) {
    const replica = await observeGroup(world, world.estate, group, site, signal);
    evidence.push(replica.evidence);
    if (replica.link !== 'SYNC') problems.push(`replication of ${group} is ${replica.link}`);
    else if (systemOf(tenant).replicationType === 'sync' && replica.lagMs !== 0) problems.push(`replication of ${group} ${replica.lagMs === null ? 'does not say how far it lags' : `lags ${Math.ceil(replica.lagMs / 1_000)} s behind`}, and replication_type is sync: its pairs were made for async, or they do not keep up`);
  }
  const known = state.vms.get(name);
  const mark = (to: VmLifecycle, reason: string | null): StateChange[] => (step.args.mark === true && known ? [{ kind: 'vm', vm: name, ...(known.state === 'DISCOVERED' || known.state === 'READY_TO_MOVE' ? { state: to, reason } : { state: known.state, reason: known.reason }) }] : []);
  if (problems.length > 0) return notDone(`VM ${name} cannot move: ${problems.join('; ')}.`, 'Correct that, then run verify again.', { evidence, changes: mark('DISCOVERED', problems.join('; ')) });
  return done(evidence, mark('READY_TO_MOVE', null));
});

/** A joint of the plan: has no effect of its own, is done when everything before it is. */
export const joint = reading(async (step, _plan, world) => done([{ saw: step.says, by: 'Lifeboat', at: world.now() }]));
