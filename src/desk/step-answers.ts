import type { Answer, Caller } from '../core/answer.js';
import type { RunId } from '../core/names.js';
import type { Step } from '../core/plan.js';
import { listed } from '../core/listed.js';
import { holdsSecret } from '../core/redact.js';
import type { RunState } from '../core/run-state.js';
import { answerCommand, answered, formFields, mayAnswer, openQuestions } from '../core/step-answer.js';
import { fitsPattern } from '../runbook/pattern.js';
import type { Decisions } from './decisions.js';
import type { DeskParts } from './parts.js';

const said = (run: RunId, code: string, status: 0 | 1 | 2 | 3 | 4, sentence: string, next: readonly string[] = []): Answer => ({ kind: 'decision', code, status, run, sentence, next });

export interface StepAnswering { readonly step: string | null; readonly answer: 'yes' | 'no'; /** How it was said. A button says the same for an approval and for a task. */ readonly verb: 'approve' | 'reject' | 'confirm' | 'press'; /** Which attempt a button was shown for; null: what is asked now. */ readonly attempt: number | null; readonly reason: string | null; readonly form: ReadonlyMap<string, string> }

/** Answers to steps that wait for people: approvals in the middle of a run, and tasks that somebody does and confirms. */
export function createStepAnswers(parts: DeskParts, { settle }: Decisions) {
  const estate = () => parts.live.current.estate!;

  function which(run: RunState, { step: named, verb }: StepAnswering): { readonly step: Step } | { readonly answer: Answer } {
    const id = run.plan.run;
    const open = openQuestions(run);
    const fit = open.filter((step) => (named === null ? step.kind === (verb === 'confirm' ? 'ask' : 'approval') : step.id === named));
    if (fit.length === 1) return { step: fit[0]! };
    if (open.length === 0) return { answer: said(id, 'asks-nothing', 1, `${id} asks nothing of anybody at the moment.`, [`why ${id}`]) };
    return { answer: said(id, 'which-step', named === null ? 3 : 2, named === null ? `${id} waits for ${listed(open.map((step) => step.id))}. Say which.` : `${id} does not wait for an answer to '${named}'.`, open.map((step) => answerCommand(id, step))) };
  }

  return (caller: Caller, id: RunId, answering: StepAnswering): Promise<Answer> => settle(caller, id, async (run) => {
    const refused = (code: string, status: 1 | 3 | 4, sentence: string, next: readonly string[] = []) => ({ answer: said(id, code, status, sentence, next), events: [{ type: 'approval.refused' as const, run: id, by: caller.person.name, surface: caller.surface, code: `step-${code}` }] });
    const meant = which(run, answering);
    if ('answer' in meant) return { answer: meant.answer, events: [] };
    const { step } = meant;
    if (answering.attempt !== null && answering.attempt !== run.steps.get(step.id)!.attempt) return refused('asked-anew', 1, `That button belongs to an earlier question: step ${step.id} of ${id} was tried again since, and asks anew. Nothing was recorded.`, [`why ${id}`, answerCommand(id, step)]);
    const able = estate().people.filter((person) => mayAnswer(person, run.plan, step) === 'ok').map((person) => person.name);
    const may = mayAnswer(caller.person, run.plan, step);
    if (may === 'own-request') return refused('own-request', 1, `You asked for ${id}, so you can't approve its step ${step.id}: a second person must. ${listed(able)} can.`);
    if (may !== 'ok') return refused('lacks-role', 1, `You may not answer step ${step.id} of ${id}: it needs the role ${String(step.args.role)}. ${listed(able)} can.`);
    if (answering.answer === 'yes' && answering.verb !== 'press' && (answering.verb === 'confirm') !== (step.kind === 'ask')) return refused('wrong-verb', 4, `Step ${step.id} is ${step.kind === 'ask' ? 'a task to confirm' : 'a question to approve'}.`, [answerCommand(id, step)]);
    const before = answered(run, step, estate());
    if (before.yes.some((each) => each.by === caller.person.name) && answering.answer === 'yes') return refused('already-voted', 1, `You said yes to step ${step.id} already; one person counts once. ${before.missing} more needed, from ${listed(able.filter((name) => !before.yes.some((each) => each.by === name)))}.`);
    const form = answering.answer === 'no' ? new Map<string, string>() : answering.form;
    const wrong = formProblems(step, form, answering.answer);
    if (wrong.length > 0) return refused('form', 4, `Step ${step.id} was not confirmed: ${wrong.join('; ')}.`, [answerCommand(id, step)]);
    const missing = before.missing - (answering.answer === 'yes' ? 1 : 0);
    const sentence = answering.answer === 'no' ? `Your No to step ${step.id} of ${id} is recorded: ${step.onFailure === 'park' ? 'the run stops and waits for people' : 'the run ends there'}.` : missing > 0 ? `Your yes to step ${step.id} of ${id} is recorded. ${missing} more ${missing === 1 ? 'is' : 'are'} needed.` : `Step ${step.id} of ${id} is ${step.kind === 'ask' ? 'confirmed' : 'approved'}; the run goes on.`;
    return { answer: said(id, answering.answer === 'no' ? 'rejected' : missing > 0 ? 'waiting' : 'granted', 0, sentence, [`query run ${id}`, `hold ${id}`]), events: [{ type: 'step.answered', run: id, step: step.id, by: caller.person.name, surface: caller.surface, answer: answering.answer, reason: answering.reason, form: Object.fromEntries(form) }], after: () => parts.runs.wake(id, run.plan.epoch).catch(() => undefined) };
  });
}

/** What is missing or wrong in a filled-in form, in words. */
function formProblems(step: Step, form: ReadonlyMap<string, string>, answer: 'yes' | 'no'): string[] {
  const fields = formFields(step);
  const unknown = [...form.keys()].filter((name) => !fields.some((field) => field.name === name)).map((name) => `'${name}' is not asked for`);
  const values = fields.flatMap(({ name, label, pattern, required }) => {
    const value = form.get(name);
    if (value === undefined || value === '') return required && answer === 'yes' ? [`${name} (${label}) is missing`] : [];
    if (value.length > 200) return [`${name} is longer than 200 characters`];
    if (holdsSecret(value)) return [`${name} holds what looks like a secret: it would stand in the report`];
    const fits = pattern === null || fitsPattern(pattern, value);
    if (fits === 'too-slow') return [`${name} (${label}) could not be checked in time: try a shorter value, and tell who wrote the runbook that its pattern is too slow`];
    return fits ? [] : [`${name} (${label}) does not look as it should`];
  });
  return [...unknown, ...values];
}
