import { groupOfVmNamed, hostGroupOf, otherSite, tenantOfVm, vmIn } from '../../core/estate.js';
import type { StateChange, VmLifecycle } from '../../core/event.js';
import { hostAt } from '../../core/placement.js';
import type { Plan, Step } from '../../core/plan.js';
import type { State } from '../../core/state.js';
import type { StepContext } from '../../ports/controller.js';
import { DriverError } from '../../ports/world.js';
import { isLive, lparOn, observeHost, requireSiteOfHost, throughHmc } from '../site-access.js';
import { changing, done, notDone, settle, text, unknown, type StepKind, type StepWorld } from '../step-kind.js';
import { shapeAt } from './restart.js';
import { proveStopped } from './stop.js';

/** How a VM stands once it has arrived. */
function standingAfter(world: StepWorld, state: State, vm: string): { readonly state: VmLifecycle; readonly reason: string } {
  const open = state.groups.get(groupOfVmNamed(world.estate, vm) ?? '')?.pending ?? [];
  if (open.some((work) => work.work === 'cleanup')) return { state: 'ACTIVE_NEEDS_CLEANUP', reason: `${open[0]!.site} is not cleaned up yet` };
  return open.some((work) => work.work === 'resync') ? { state: 'ACTIVE_NEEDS_RESYNC', reason: `replication to ${open[0]!.site} is not re-established yet` } : { state: 'DISCOVERED', reason: 'not verified since the move' };
}

/** Creates the LPAR definition at the target and maps its disks and adapters (reference/ksys.md 4.3 row 6). A definition left from before is used again. With skip_power_on the VM has arrived so, and stays off. */
export const defineVm = changing(
  async (step, _plan, world, { signal, state }) => {
    const [vm, host] = [text(step, 'vm'), text(step, 'host')];
    const seen = await observeHost(world, world.estate, host, signal);
    const tenant = tenantOfVm(world.estate, vm)!;
    const arrived: StateChange[] = hostGroupOf(tenant, vmIn(tenant, vm)!).skipPowerOn === true ? [{ kind: 'vm', vm, ...standingAfter(world, state, vm), power: isLive(seen, lparOn(seen, vm)) ? 'running' : 'off', host, site: requireSiteOfHost(world.estate, host).name }] : [];
    return lparOn(seen, vm) ? done([{ saw: `${vm} is defined on ${host}`, by: seen.evidence.by, at: seen.evidence.at }], arrived) : notDone(`VM ${vm} is not defined on ${host}.`, `Look at the HMC's messages for ${host}, then: recover site ${requireSiteOfHost(world.estate, host).name}`, { retry: true, evidence: [seen.evidence] });
  },
  (step, _plan, world, { signal, key, attempt }) => throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.define(hmc, text(step, 'host'), text(step, 'vm'), shapeAt(world, text(step, 'vm'), text(step, 'host')), `${key}#${attempt}`, signal)),
);

const started = changing(
  async (step, _plan, world, { signal, state }) => {
    const [vm, host, site] = [text(step, 'vm'), text(step, 'host'), text(step, 'site')];
    const seen = await observeHost(world, world.estate, host, signal);
    const lpar = lparOn(seen, vm);
    const evidence = [{ saw: `${vm} on ${host}: ${lpar?.state ?? 'no definition'}`, by: seen.evidence.by, at: seen.evidence.at }];
    if (lpar?.state === 'Running') {
      return done(evidence, [{ kind: 'vm', vm, ...standingAfter(world, state, vm), power: 'running', host, site }]);
    }
    if (lpar?.state === 'Starting') return unknown(`VM ${vm} is still starting on ${host}.`, evidence);
    return notDone(`VM ${vm} does not run on ${host}: it is ${lpar?.state ?? 'not defined'}.`, `Look at the reference code of ${vm} on the HMC of ${host}, then: recover site ${site}`, {
      retry: true, evidence, changes: [{ kind: 'vm', vm, state: 'MOVE_FAILED', reason: `did not start on ${host}`, power: isLive(seen, lpar) ? 'unknown' : 'off', host, site }],
    });
  },
  async (step, plan, world, context) => {
    await runsNowhereElse(step, plan, world, context);
    await throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.start(hmc, text(step, 'host'), text(step, 'vm'), `${context.key}#${context.attempt}`, context.signal));
  },
);

/** Starts the VM at the target and proves that it runs there. One whose start was refused has not moved, and says why. */
export const startVm: StepKind = {
  check: started.check,
  async act(step, plan, world, context) {
    const result = await settle(step, () => started.act(step, plan, world, context));
    return result.kind === 'not-done' && result.changes.length === 0 ? { ...result, changes: [{ kind: 'vm', vm: text(step, 'vm'), state: 'MOVE_FAILED', reason: `did not start on ${text(step, 'host')}: ${result.why}` }] } : result;
  },
};

/** Right before the start (invariants 1 and 6): a source that has come back since may run the VM. Whoever cannot be seen is as dead as the move itself proved or a person attested. */
async function runsNowhereElse(step: Step, plan: Plan, world: StepWorld, context: StepContext): Promise<void> {
  const [name, site] = [text(step, 'vm'), text(step, 'site')];
  const refuse = (why: string): DriverError => new DriverError('refused', `${why} ${name} was not started at ${site}: it would run twice. Power it off there, then: recover site ${site}`);
  const proof = plan.steps.find((each) => each.kind === 'confirm-stopped' && each.args.vm === name);
  if (proof) {
    const now = await proveStopped(proof, plan, world, context);
    if (now.kind !== 'done') throw refuse(now.why);
    return;
  }
  if (plan.operation.verb !== 'recover') return;
  const tenant = tenantOfVm(world.estate, name)!;
  const other = hostAt(tenant, tenant.vms.find((vm) => vm.name === name)!, otherSite(tenant, site));
  const seen = other === undefined ? null : await observeHost(world, world.estate, other, context.signal).catch((error: unknown) => {
    if (error instanceof DriverError && (error.code === 'unreachable' || error.code === 'timeout')) return null;
    throw error;
  });
  const lpar = seen && lparOn(seen, name);
  if (seen && lpar && isLive(seen, lpar)) throw refuse(`${name} runs on ${other}.`);
}
