import type { ExternalAction } from '../../core/estate.js';
import type { Step } from '../../core/plan.js';
import type { StepContext, StepResult } from '../../ports/controller.js';
import type { ActionOutcome, ExternalActions } from '../../ports/external-actions.js';
import { definitionOf } from '../../core/waiver.js';

type How = 'do' | 'check';

/** Check-then-act where the estate names a probe; without one an unknown outcome goes to people and is never repeated by itself (invariant 16). */
export async function act(how: How, step: Step, actions: ExternalActions, context: StepContext, now: number): Promise<StepResult> {
  const { estate } = context.state;
  const action = estate?.actions?.find((each) => each.name === step.args.action);
  if (!action || definitionOf(action) !== step.args.definition) return { kind: 'not-done', why: `The action '${String(step.args.action)}' is not what it was when the run was approved.`, remedy: 'Ask for the run again, so that people see what would be done now.', retry: false, evidence: [], changes: [] };
  const run = (each: ExternalAction): Promise<ActionOutcome> => actions.run(each, parametersOf(step, each), `${context.key}#${context.attempt}`, context.signal);
  if (action.effect === 'none') return resultOf(await run(action), action, now, true);
  const probe = action.probe === null ? null : estate!.actions!.find((each) => each.name === action.probe)!;
  if (probe !== null) {
    const seen = await run(probe);
    if (seen.kind === 'succeeded') return { kind: 'done', evidence: [{ saw: seen.saw, by: probe.name, at: now }], changes: [] };
    if (seen.kind === 'unknown') return { kind: 'unknown', why: `${probe.name} could not tell: ${seen.saw}`, evidence: [] };
    if (how === 'check') return { kind: 'not-done', why: `${probe.name} says that '${action.name}' has not happened: ${seen.saw.replace(/\.$/, '')}.`, remedy: 'Look at that system.', retry: true, evidence: [], changes: [] };
  } else if (how === 'check') return { kind: 'unknown', why: `nothing tells whether '${action.name}' happened: the estate names no probe for it`, evidence: [] };
  return resultOf(await run(action), action, now, false);
}

/** A probe takes those of the action's parameters that it knows. */
const parametersOf = (step: Step, action: ExternalAction): { readonly [name: string]: string } =>
  Object.fromEntries(Object.entries(step.args.parameters as { [name: string]: string }).filter(([name]) => action.parameters.includes(name)));

function resultOf(outcome: ActionOutcome, { name }: ExternalAction, now: number, onlyLooks: boolean): StepResult {
  const evidence = [{ saw: outcome.saw, by: name, at: now }];
  if (outcome.kind === 'succeeded') return { kind: 'done', evidence, changes: [] };
  if (outcome.kind === 'failed' || onlyLooks) return { kind: 'not-done', why: `${name}: ${outcome.saw.replace(/\.$/, '')}.`, remedy: 'Look at that system.', retry: true, evidence, changes: [] };
  return { kind: 'unknown', why: `${name}: ${outcome.saw}`, evidence };
}
