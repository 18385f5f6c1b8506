import type { StepContext, StepResult } from '../../ports/controller.js';
import { answered } from '../../core/step-answer.js';
import type { Plan, Step } from '../../core/plan.js';
import { listed } from '../../core/listed.js';

/** An approval, or a task that a person does: done when enough people said so, failed at the first No. Silence is neither. */
export function askPeople(step: Step, plan: Plan, { state }: StepContext): StepResult {
  const run = state.runs.get(plan.run)!;
  const { yes, no, missing } = answered(run, step, state.estate!);
  const evidence = yes.map(({ by, at, form }) => ({ saw: `${by} ${step.kind === 'approval' ? 'approved' : 'confirmed'}: ${String(step.args.text)}${Object.keys(form).length === 0 ? '' : ` (${Object.entries(form).map(([field, value]) => `${field}=${value}`).join(', ')})`}`, by, at }));
  if (no) return { kind: 'not-done', why: `${no.by} said no${no.reason === null ? '' : `: ${no.reason}`}.`, remedy: `Settle it with ${no.by}.`, retry: false, evidence: [...evidence, { saw: `${no.by} said no: ${String(step.args.text)}`, by: no.by, at: no.at }], changes: [] };
  if (missing === 0) return { kind: 'done', evidence, changes: [] };
  return { kind: 'waiting', why: `${missing === 1 ? 'one person' : `${missing} people`} with the role ${String(step.args.role)} to say: ${String(step.args.text)}${yes.length === 0 ? '' : ` (${listed(yes.map((each) => each.by))} did)`}`, evidence };
}
