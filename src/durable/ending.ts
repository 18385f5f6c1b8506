import type { StepId } from '../core/names.js';
import { Dispatcher } from '../core/schedule.js';
import { tallyOf } from '../core/tally.js';
import type { ExecutionResult } from '../ports/runs.js';
import type { Execution } from './execution.js';
import { runStep, startingPoint } from './step-runner.js';

/** `null`: as the steps say. What was done is taken back first where that is safe. */
export async function end(execution: Execution, outcome: 'cancelled' | 'failed' | null): Promise<ExecutionResult> {
  await takeBack(execution);
  const { id, run, writer } = execution;
  const unknown = [...run.steps.values()].find((step) => step.status === 'unknown' || step.status === 'started');
  if (unknown && !run.cancelling) {
    await writer.append({ type: 'run.parked', run: id, step: unknown.step, why: `Nobody can tell whether ${unknown.step} happened: ${unknown.why ?? 'no answer'}`, next: `Look at it, then: resume ${id} or cancel ${id}` });
    return 'waiting';
  }
  return finish(execution, outcome);
}

async function takeBack(execution: Execution): Promise<void> {
  const [done, unresolved, failed] = [new Set<StepId>(), new Set<StepId>(), new Set<StepId>()];
  for (const { step, status } of execution.run.steps.values()) {
    if (status === 'done') done.add(step);
    if (status === 'failed') failed.add(step);
    if (status === 'started' || status === 'unknown') unresolved.add(step);
  }
  const undone = execution.parts.controller.undo(execution.plan, done, unresolved);
  const compensations = (execution.plan.compensations ?? []).filter((step) => failed.has(step.compensates!));
  const steps = [...undone, ...compensations].filter((step) => !done.has(step.id));
  // What comes first may stand in the plan itself; only the order among these counts, and one that fails keeps none of the others back.
  const listed = new Set(steps.map((step) => step.id));
  const dispatcher = new Dispatcher(steps.map((step) => ({ ...step, after: step.after.filter((id) => listed.has(id)) })), () => false, () => false);
  const working = new Set<Promise<void>>();
  for (;;) {
    for (const step of dispatcher.take()) {
      const work: Promise<void> = runStep(execution.stepEnvironment(() => true, false), execution.plan, step, startingPoint(execution.run.steps.get(step.id))).then(() => { dispatcher.satisfy(step.id); dispatcher.release(step); working.delete(work); });
      working.add(work);
    }
    if (working.size === 0) return;
    await Promise.race(working);
  }
}

/** Says how it ended, per VM and in KSYS's tail line, and gives the locks back in the same append. */
export async function finish({ run, state, writer, id }: Execution, wanted: 'cancelled' | 'failed' | null): Promise<ExecutionResult> {
  const tally = tallyOf(run);
  const failed = [...run.steps.values()].filter((step) => step.status === 'failed' || step.status === 'unknown');
  const waived = [...run.steps.values()].flatMap(({ step, why, waived }) => (waived === null ? [] : [`${step} was waived by ${waived.by.join(' and ')}: ${waived.waiver} (${why ?? 'failed'})`]));
  const exceptions = [...failed.map((step) => `${step.step}: ${step.why ?? 'failed'}${step.remedy === null ? '' : ` ${step.remedy}`}`), ...waived];
  // Skipped, waived or failed work never ends as a plain success (invariant 18).
  const outcome = wanted ?? (exceptions.length === 0 ? 'succeeded' : failed.length > 0 && tally.done === 0 ? 'failed' : 'exceptions');
  const touched = run.startedAt === null ? [] : run.plan.vms;
  const vms = touched.map((name) => { const vm = state.vms.get(name); return { vm: name, at: vm ? `${vm.site} on ${vm.host ?? 'no host'}, ${vm.power}` : 'unknown' }; });
  await writer.append({ type: 'run.finished', run: id, outcome, tally: run.startedAt === null ? 'Nothing was started.' : tally.line, exceptions, vms }, { type: 'lock.released', run: id });
  return 'finished';
}
