import type { StepId } from '../core/names.js';
import { stepOf, type Step } from '../core/plan.js';
import { Dispatcher } from '../core/schedule.js';
import type { RunState } from '../core/run-state.js';
import type { VmState } from '../core/state.js';
import { tallyOf } from '../core/tally.js';
import type { ExecutionResult } from '../ports/runs.js';
import type { Execution } from './execution.js';
import { runStep, startingPoint } from './step-runner.js';
import { afterUnknown } from './unknown-outcome.js';

/** `null`: as the steps say. What was done is taken back first where that is safe. */
export async function end(execution: Execution, outcome: 'cancelled' | 'failed' | null): Promise<ExecutionResult> {
  await takeBack(execution);
  const { id, run, writer } = execution;
  const unknown = [...run.steps.values()].find((step) => step.status === 'unknown' || step.status === 'started');
  if (unknown && !run.cancelling) {
    await writer.append({ type: 'run.parked', run: id, step: unknown.step, why: `Nobody can tell whether ${unknown.step} happened: ${unknown.why ?? 'no answer'}`, next: afterUnknown(id, unknown.step, stepOf(execution.plan, unknown.step), execution.state.estate) });
    return 'waiting';
  }
  return finish(execution, outcome);
}

async function takeBack(execution: Execution): Promise<void> {
  const [done, waived, unresolved, failed] = [new Set<StepId>(), new Set<StepId>(), new Set<StepId>(), new Set<StepId>()];
  for (const { step, status } of execution.run.steps.values()) {
    if (status === 'done') done.add(step);
    if (status === 'skipped') waived.add(step);
    if (status === 'failed') failed.add(step);
    if (status === 'started' || status === 'unknown') unresolved.add(step);
  }
  const undone = execution.parts.controller.undo(execution.plan, done, unresolved);
  const compensations = (execution.plan.compensations ?? []).filter((step) => failed.has(step.compensates!));
  const steps = [...undone, ...compensations].filter((step) => !done.has(step.id) && !waived.has(step.id));
  // What comes first may stand in the plan itself; only the order among these counts, and an act that fails keeps none of the others back.
  const listed = new Set(steps.map((step) => step.id));
  const dispatcher = new Dispatcher(steps.map((step) => ({ ...step, after: step.after.filter((id) => listed.has(id)) })), () => false, () => false);
  const working = new Set<Promise<void>>();
  for (;;) {
    if (!execution.held) for (const step of dispatcher.take()) {
      const work: Promise<void> = runStep(execution.stepEnvironment(() => !execution.held, false), execution.plan, step, startingPoint(execution.run.steps.get(step.id))).then(({ outcome }) => {
        if (outcome === 'not-started') dispatcher.again(step);
        else if (outcome !== 'done' && decides(step)) dispatcher.drop(new Set(dispatcher.downstream(step.id)));
        else dispatcher.satisfy(step.id);
        dispatcher.release(step);
        working.delete(work);
      });
      working.add(work);
    }
    if (working.size === 0 && dispatcher.readyCount === 0) return;
    await Promise.race([execution.watch.change(), ...working]);
    execution.stopIfAborted();
  }
}

/** A No, silence, or a condition that does not hold: what was to come after it is not done, here as anywhere else. */
const decides = ({ kind, entity }: Step): boolean => entity.class === 'runbook' && ['approval', 'ask', 'wait', 'check'].includes(kind);

/** What the runbook wanted and the run never came to. A cancelled run is not expected to come to its end, but what should have made up for a failure is missed there, too. */
function neverDone({ plan, steps: states }: RunState, cancelled: boolean): StepId[] {
  const never = ({ id }: Step): boolean => (states.get(id)?.status ?? 'pending') === 'pending';
  const somethingFailed = [...states.values()].some(({ status }) => status === 'failed');
  // After a failure nobody misses a look or a question, and what is left open of the controller's is told with the failure.
  const missed = (step: Step): boolean => !somethingFailed || (step.entity.class === 'runbook' && ['ask', 'notify', 'http', 'ssh', 'command'].includes(step.kind));
  const own = cancelled ? [] : plan.steps.filter((step) => never(step) && missed(step));
  return [...own, ...(plan.compensations ?? []).filter((step) => never(step) && states.get(step.compensates!)?.status === 'failed')].map(({ id }) => id);
}

/** Where a cancelled move has left a VM (invariant 27): active at its source, active at its target, or nowhere, and then nothing starts it by itself. */
function standing({ plan: { operation, steps }, steps: states }: RunState, vm: VmState): string {
  if (operation.verb !== 'move') return '';
  const unclear = steps.some((step) => step.entity.class === 'vm' && step.entity.name === vm.vm && ['started', 'unknown'].includes(states.get(step.id)?.status ?? 'pending'));
  if (unclear) return ' (nobody knows: look at it)';
  if (vm.power === 'running') return vm.site === operation.to ? ' (active at the target)' : ' (active at the source)';
  return ' (quarantined: it starts nowhere by itself)';
}

/** Says how it ended, per VM and in KSYS's tail line, and gives the locks back in the same append. */
export async function finish({ run, state, writer, id }: Execution, wanted: 'cancelled' | 'failed' | null): Promise<ExecutionResult> {
  const tally = tallyOf(run);
  const failed = [...run.steps.values()].filter((step) => step.status === 'failed' || step.status === 'unknown');
  const waived = [...run.steps.values()].flatMap(({ step, why, waived }) => (waived === null ? [] : [`${step} was waived by ${waived.by.join(' and ')}: ${waived.waiver} (${why ?? 'failed'})`]));
  const broken = run.glass === null ? [] : [`${run.glass.by} broke ${run.glass.rules.join(', ')}: ${run.glass.reason}`];
  const never = run.startedAt === null ? [] : neverDone(run, wanted === 'cancelled').map((id) => `${id}: not done, since the run ended before.`);
  const exceptions = [...failed.map((step) => `${step.step}: ${step.why ?? 'failed'}${step.remedy === null ? '' : ` ${step.remedy}`}`), ...never, ...waived, ...broken];
  // Skipped, waived or failed work never ends as a plain success (invariant 18).
  const outcome = wanted ?? (exceptions.length === 0 ? 'succeeded' : failed.length > 0 && tally.done === 0 ? 'failed' : 'exceptions');
  const touched = run.startedAt === null ? [] : run.plan.vms;
  const vms = touched.map((name) => { const vm = state.vms.get(name); return { vm: name, at: vm ? `${vm.site} on ${vm.host ?? 'no host'}, ${vm.power}${outcome === 'cancelled' ? standing(run, vm) : ''}` : 'unknown' }; });
  await writer.append({ type: 'run.finished', run: id, outcome, tally: run.startedAt === null ? 'Nothing was started.' : tally.line, exceptions, vms }, { type: 'lock.released', run: id });
  return 'finished';
}
