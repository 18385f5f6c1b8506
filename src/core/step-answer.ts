import { personOf, sees, type Estate, type Person, type Role } from './estate.js';
import type { RunId } from './names.js';
import { everyStep, type Plan, type Step } from './plan.js';
import type { RunState, StepAnswer } from './run-state.js';

/** Steps that wait for people's answers: an approval in the middle of a run, or a task that somebody does and confirms. */
export const asksPeople = (step: Pick<Step, 'kind'>): boolean => step.kind === 'approval' || step.kind === 'ask';

/** Questions that are open now. */
export function openQuestions(run: RunState): Step[] {
  return everyStep(run.plan).filter((step) => asksPeople(step) && run.steps.get(step.id)?.status === 'started');
}

/** May this person answer? An approval in the middle of a run is no self-approval either: whoever asked for the run does not count. */
export function mayAnswer(person: Person, plan: Plan, step: Step): 'ok' | 'not-your-tenant' | 'lacks-role' | 'own-request' {
  if (!sees(person, plan.tenant)) return 'not-your-tenant';
  if (!person.roles.includes(step.args.role as Role)) return 'lacks-role';
  return step.kind === 'approval' && plan.requestedBy.kind === 'person' && plan.requestedBy.person === person.name ? 'own-request' : 'ok';
}

export interface Answered { readonly yes: readonly StepAnswer[]; readonly no: StepAnswer | null; readonly missing: number }

/** Answers that count now: of people who may still answer, each once. One No is enough. */
export function answered(run: RunState, step: Step, estate: Estate): Answered {
  const counting = (run.steps.get(step.id)?.answers ?? []).filter((answer) => { const person = personOf(estate, answer.by); return person !== undefined && mayAnswer(person, run.plan, step) === 'ok'; });
  const yes = counting.filter((answer, index) => answer.answer === 'yes' && counting.findIndex((each) => each.by === answer.by && each.answer === 'yes') === index);
  const needed = step.kind === 'approval' && typeof step.args.people === 'number' ? step.args.people : 1;
  return { yes, no: counting.find((answer) => answer.answer === 'no') ?? null, missing: Math.max(0, needed - yes.length) };
}

/** One thing that somebody fills in when confirming a manual task. */
export interface FormField { readonly name: string; readonly label: string; /** null: any text. */ readonly pattern: string | null; readonly required: boolean }

/** What has to be filled in. Empty: a yes or a no is enough. */
export const formFields = (step: Step): readonly FormField[] => (Array.isArray(step.args.form) ? (step.args.form as unknown as FormField[]) : []);

/** The line that answers yes. */
export const answerCommand = (run: RunId, step: Step): string => `${step.kind === 'ask' ? 'confirm' : 'approve'} ${run} step=${step.id}${formFields(step).map(({ name }) => ` ${name}=...`).join('')}`;
