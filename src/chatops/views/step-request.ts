import { personOf } from '../../core/estate.js';
import type { PersonName } from '../../core/names.js';
import type { Step } from '../../core/plan.js';
import { isTerminal, type RunState } from '../../core/run-state.js';
import { answerCommand, answered, formFields, mayAnswer, openQuestions } from '../../core/step-answer.js';
import type { State } from '../../core/state.js';
import type { ViewData } from './schemas.js';
import type { ViewContext, ViewOf } from './view.js';
import { personWords, planHead } from './words.js';

/** What a run waits for people to say, with who may. */
export function asksOf(run: RunState, state: State): ViewData<'run'>['asks'] {
  return openQuestions(run).map((step) => {
    const { yes, missing } = answered(run, step, state.estate!);
    const able = state.estate!.people.filter((person) => mayAnswer(person, run.plan, step) === 'ok' && !yes.some((answer) => answer.by === person.name));
    return { step: step.id, text: textOf(step), behind: yes.map((answer) => personWords(state.estate, answer.by)), missing, from: able.map((person) => person.displayName), command: answerCommand(run.plan.run, step) };
  });
}

/** Comes to one person alone, with the buttons; an approver's or an operator's. */
export function stepRequestView(run: RunState, step: Step, reader: PersonName, state: State, context: ViewContext): ViewOf<'step-request'> {
  const closed = stepClosedBecause(run, step, reader, state);
  return { name: 'step-request', names: ['step-request'], tone: closed === null ? 'warning' : 'info', data: {
    ...planHead(run.plan, state, context), reader: personWords(state.estate, reader), step: step.id, text: textOf(step), task: step.kind === 'ask', open: closed === null, closed,
    fields: formFields(step).map(({ name, label, required }) => ({ name, label, required })),
    next: closed === null ? [{ does: step.kind === 'ask' ? 'say that it is done' : 'approve', command: answerCommand(run.plan.run, step) }, { does: 'say no', command: `reject ${run.plan.run} step=${step.id} reason="..."` }] : [{ does: 'see it', command: `why ${run.plan.run}` }],
  } };
}

/** Null while this person can still answer. */
export function stepClosedBecause(run: RunState, step: Step, reader: PersonName, state: State): string | null {
  const { yes, no } = answered(run, step, state.estate!);
  const own = yes.some((answer) => answer.by === reader);
  const names = yes.map((answer) => personWords(state.estate, answer.by)).join(', ');
  if (no) return `${personWords(state.estate, no.by)} said no${no.reason === null ? '' : `: ${no.reason}`}.`;
  const status = run.steps.get(step.id)?.status;
  if (status === 'done') return `${step.kind === 'ask' ? 'Confirmed' : 'Approved'} by ${names}. The run went on.`;
  if (isTerminal(run.status) || status !== 'started') return status === 'failed' ? 'Nobody answered in time, or the run was cancelled. Silence is not a yes.' : 'The run does not wait for this any more.';
  if (own) return 'You said yes. It waits for the others.';
  const person = state.estate && personOf(state.estate, reader);
  return !person || mayAnswer(person, run.plan, step) !== 'ok' ? 'You may no longer answer this: your role in the estate has changed.' : null;
}

const textOf = (step: Step): string => String(step.args.text);
