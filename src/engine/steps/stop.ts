import type { Step } from '../../core/plan.js';
import type { StepContext, StepResult } from '../../ports/controller.js';
import { DriverError } from '../../ports/world.js';
import { isLive, lparOn, observeHost, requireSiteOfHost, throughHmc } from '../site-access.js';
import { changing, done, notDone, reading, text, unknown, type StepKind, type StepWorld } from '../step-kind.js';

/** Does it run on its host? A host in Error is believed where its HMC says of the partition itself that it is not activated. */
export async function stopStanding(step: Step, world: StepWorld, { signal }: StepContext): Promise<StepResult> {
  const [vm, host] = [text(step, 'vm'), text(step, 'host')];
  const seen = await observeHost(world, world.estate, host, signal);
  const lpar = lparOn(seen, vm);
  const evidence = [{ saw: `${vm} on ${host}: ${seen.power === 'Operating' ? lpar?.state ?? 'no definition' : `host is ${seen.power}`}`, by: seen.evidence.by, at: seen.evidence.at }];
  if (seen.power === 'No Connection') return unknown(`The HMC has no connection to ${host}: nobody can say whether ${vm} runs.`, evidence);
  if (seen.power === 'Error' && lpar && lpar.state !== 'Not Activated' && lpar.state !== 'Error') return unknown(`Host ${host} is in Error, and its HMC says of ${vm}: ${lpar.state}.`, evidence);
  if (lpar?.state === 'Shutting Down') return unknown(`VM ${vm} is still shutting down.`, evidence);
  return isLive(seen, lpar) ? notDone(`VM ${vm} still runs on ${host}.`, `Shut ${vm} down by hand or find out why it does not stop, then ask again.`, { retry: true, evidence }) : done(evidence);
}

async function isStopped(step: Step, world: StepWorld, context: StepContext): Promise<StepResult> {
  const result = await stopStanding(step, world, context);
  return result.kind === 'done' ? done(result.evidence, [{ kind: 'vm', vm: text(step, 'vm'), state: 'MOVING', reason: null, power: 'off' }]) : result;
}

const stop = (how: 'graceful' | 'immediate') => async (step: Step, world: StepWorld, context: StepContext): Promise<void> =>
  throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.stop(hmc, text(step, 'host'), text(step, 'vm'), how, `${context.key}#${context.attempt}`, context.signal));

/** Graceful OS shutdown at the source (reference/ksys.md 4.3 row 3). A VM that does not stop is never forced in a planned move. */
export const stopVm = changing((step, _plan, world, context) => isStopped(step, world, context), (step, _plan, world, context) => stop('graceful')(step, world, context));

/** Cleanup powers a stray VM off first (seeds/1 section 6). Its state stays what it is at the other site. */
export const powerOffVm = changing(
  (step, _plan, world, context) => stopStanding(step, world, context),
  (step, _plan, world, context) => stop('immediate')(step, world, context),
);

/** Unplanned: try to stop at the source, and do not wait for success (reference/ksys.md 4.4 row 2). What must be proven comes in `confirm-stopped`. */
export const tryStopVm = reading(async (step, _plan, world, context) => {
  try {
    const before = await isStopped(step, world, context);
    if (before.kind === 'done') return before;
    await stop('immediate')(step, world, context);
    return await isStopped(step, world, context);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return done([{ saw: `could not stop ${text(step, 'vm')} at the source: ${error.message}`, by: 'Lifeboat', at: world.now() }]);
  }
});

/**
 * Death evidence for one VM (invariant 6): confirmed off through the HMC, or attested by a named person in this run's approval.
 * Unreachable is never evidence.
 */
export const proveStopped: StepKind['check'] = async (step, plan, world, context) => {
  const attested = context.state.runs.get(plan.run)?.approvals.find((approval) => approval.epoch === plan.epoch && approval.attested !== null);
  try {
    const result = await isStopped(step, world, context);
    if (result.kind !== 'unknown') return result;
    if (!attested) return notDone(`${result.why} Nobody has attested that ${text(step, 'host')} is down.`, `Ask again, so that an approver can attest it: move ... dr_type=unplanned`);
  } catch (error) {
    if (!(error instanceof DriverError) || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error;
    if (!attested) return notDone(`Nobody can see whether ${text(step, 'vm')} still runs: ${error.message} Unreachable is not proof that it is down.`, 'Ask again, so that an approver can attest it: move ... dr_type=unplanned');
  }
  return done([{ saw: `${attested.by} attested that ${attested.attested} is down`, by: attested.by, at: attested.at }], [{ kind: 'vm', vm: text(step, 'vm'), state: 'MOVING', reason: null, power: 'off' }]);
};
export const confirmStopped = reading(proveStopped);
