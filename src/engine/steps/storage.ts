import { groupOfVmNamed } from '../../core/estate.js';
import type { Plan, Step } from '../../core/plan.js';
import type { StepContext } from '../../ports/controller.js';
import { DriverError } from '../../ports/world.js';
import { agentAt, observeGroup } from '../site-access.js';
import { changing, done, notDone, text, unknown, type StepWorld } from '../step-kind.js';
import { proveStopped } from './stop.js';

const look = (step: Step, site: string, world: StepWorld, context: StepContext) => observeGroup(world, world.estate, text(step, 'group'), site, context.signal);

/** Planned: swap roles; replication runs the opposite way (seeds/1 section 5). The group switches as one. */
export const reverseGroup = changing(
  async (step, plan, world, context) => {
    const [group, to] = [text(step, 'group'), text(step, 'to')];
    const seen = await look(step, to, world, context);
    if (seen.role === 'primary' && seen.link === 'SYNCING') return unknown(`Disk group ${group} is still being reversed.`, [seen.evidence]);
    if (seen.role === 'primary') return done([seen.evidence], [{ kind: 'group', group, activeSite: to, replication: { from: to, to: plan.operation.from, state: seen.link, lagMs: seen.lagMs } }]);
    if (seen.role === 'secondary') return notDone(`Disk group ${group} is still primary at ${plan.operation.from}.`, 'Look at the array, then ask again.', { retry: true, evidence: [seen.evidence] });
    return unknown(`Disk group ${group} is ${seen.role} at ${to}: neither reversed nor as before.`, [seen.evidence]);
  },
  (step, _plan, world, context) => world.storage.reverse(agentAt(world.estate, text(step, 'to')), text(step, 'group'), text(step, 'to'), `${context.key}#${context.attempt}`, context.signal),
);

/**
 * The proof that each VM of the group does not run is looked at once more, right before its disks are taken away: between the proof and the act a process may have died, and the
 * source may have come back and started what it had (invariants 6, 7 and 23).
 */
async function stillStopped(step: Step, plan: Plan, world: StepWorld, context: StepContext): Promise<void> {
  const proofs = plan.steps.filter((each) => each.kind === 'confirm-stopped' && step.after.includes(each.id));
  for (const proof of proofs) {
    const now = await proveStopped(proof, plan, world, context);
    if (now.kind !== 'done') throw new DriverError('refused', `${now.why} It was proven stopped before, so its site has come back since; disk group ${text(step, 'group')} was not failed over.`);
  }
}

/** Unplanned: make the replica writable; direction is not reversed, cleanup and resync stay to be done (seeds/1 section 5). */
export const failOverGroup = changing(
  async (step, plan, world, context) => {
    const [group, to] = [text(step, 'group'), text(step, 'to')];
    const seen = await look(step, to, world, context);
    if (seen.role === 'secondary') return notDone(`Disk group ${group} has not been failed over to ${to}.`, 'Look at the array, then ask again.', { retry: true, evidence: [seen.evidence], changes: [{ kind: 'group', group, replication: { from: plan.operation.from, to, state: seen.link, lagMs: seen.lagMs ?? context.state.groups.get(group)?.replication.lagMs ?? null } }] });
    // What was left behind is older than production: people must not be told that it has taken over.
    if (seen.role === 'stale') return unknown(`Disk group ${group} at ${to} is the copy that an earlier move left behind: it has not been failed over, and must not be before it is mirrored again.`, [seen.evidence]);
    const because = `unplanned move ${plan.run}`;
    return done([seen.evidence], [
      { kind: 'group', group, activeSite: to, replication: { from: to, to: plan.operation.from, state: 'SUSPENDED', lagMs: null } },
      { kind: 'pending', group, work: 'cleanup', site: plan.operation.from, open: true, because },
      { kind: 'pending', group, work: 'resync', site: plan.operation.from, open: true, because },
    ]);
  },
  async (step, plan, world, context) => {
    await stillStopped(step, plan, world, context);
    await world.storage.failOver(agentAt(world.estate, text(step, 'to')), text(step, 'group'), text(step, 'to'), `${context.key}#${context.attempt}`, context.signal);
  },
);

/** Mirrors the active site onto the one that was left; what only that one had is discarded (reference/ksys.md 4.8). */
export const resyncGroup = changing(
  async (step, plan: Plan, world, context) => {
    const [group, from, onto] = [text(step, 'group'), text(step, 'from'), text(step, 'onto')];
    const seen = await look(step, from, world, context);
    if (seen.role !== 'primary') return notDone(`Disk group ${group} is not mirrored from ${from} yet.`, 'Look at both arrays, then ask again.', { retry: true, evidence: [seen.evidence] });
    if (seen.link === 'SYNCING') return unknown(`Disk group ${group} is still copying.`, [seen.evidence]);
    if (seen.link !== 'SYNC') return unknown(`Disk group ${group} is primary at ${from}, but its link is ${seen.link}.`, [seen.evidence]);
    return done([seen.evidence], [
      { kind: 'group', group, replication: { from, to: onto, state: 'SYNC', lagMs: seen.lagMs } },
      { kind: 'pending', group, work: 'resync', site: onto, open: false, because: plan.run },
      ...plan.vms.filter((vm) => context.state.vms.get(vm)?.state === 'ACTIVE_NEEDS_RESYNC' && groupOfVmNamed(world.estate, vm) === group).map((vm) => ({ kind: 'vm' as const, vm, state: 'DISCOVERED' as const, reason: 'not verified since the resync' })),
    ]);
  },
  (step, _plan, world, context) => world.storage.resync(agentAt(world.estate, text(step, 'from')), text(step, 'group'), text(step, 'from'), `${context.key}#${context.attempt}`, context.signal),
);
