import { changesTheWorld, effectOf, found, isChangingVerb, type Rule } from './rule.js';
import { allSteps, type RunbookStep } from '../runbook.js';

/** A verb's plan is made for the whole run at once. */
export const verbOutsideForeach: Rule = function* ({ steps }) {
  for (const { step, items } of steps) if (step.kind === 'verb' && items.length > 0) yield found(step, `'${step.verb}' stands inside a foreach, but the controller plans for the whole run at once: it would be done several times.`, 'Take it out of the foreach. For one host group alone, ask for the run with host_group=NAME.');
};

export const hasVerb: Rule = function* ({ file, steps }) {
  if (!steps.some(({ step }) => step.kind === 'verb')) yield found(file.runbook.steps[0] ?? null, 'No step has a verb of the controller, so that nobody knows what a run of it is about.', 'Add one, if only: verb: verify');
};

/** A plan is worked out from today's estate as a whole; a second change would start from an estate that is not there yet. */
export const oneChange: Rule = function* ({ steps }) {
  const [, ...more] = steps.filter(({ step }) => isChangingVerb(step));
  for (const { step } of more) yield found(step, 'A second verb that changes sites stands here, but its plan can only be made when the first is over.', 'Put it into a runbook of its own.');
};

/** Invariant 6: nothing is opened on the new side before the old side is proven not to write. The controller's own move does so by itself; what comes after it starts also when it has failed in part, so that a check has to stand between. */
export const fenceBeforePromote: Rule = function* (subject) {
  const stops = (each: RunbookStep): boolean => each.onFailure !== 'warn';
  const checks = (each: RunbookStep): boolean => each.kind === 'check' && stops(each) && (each.condition.vms !== undefined || each.condition.active_site !== undefined);
  for (const { step, before } of subject.steps) {
    if (effectOf(step, subject) !== 'promotes') continue;
    const move = before.findIndex((each) => each.kind === 'verb' && each.verb === 'move');
    if (before.some((each) => effectOf(each, subject) === 'fences' && stops(each)) || (move >= 0 && before.slice(move).some(checks))) continue;
    if (before.some((each) => effectOf(each, subject) === 'fences')) yield found(step, `'${step.id}' opens the new side for writing, although the fence before it may have failed: its onFailure is warn.`, 'Write stop or park at the fence.');
    else if (move >= 0) yield found(step, `'${step.id}' opens the new side for writing after a move that may have failed in part.`, 'Put a check: { vms: running } between them, without onFailure: warn.');
    else yield found(step, `'${step.id}' opens the new side for writing, and nothing before it makes sure that the old side cannot write.`, 'Put a move, or an action with effect: fences, before it.');
  }
};

/** What a move says of itself is not enough: somebody looks at what runs. */
export const lookAfterMove: Rule = function* (subject) {
  const looks = (step: RunbookStep): boolean => (step.kind === 'verb' && (step.verb === 'verify' || step.verb === 'discover')) || (step.kind === 'check' && step.condition.vms !== undefined);
  for (const [index, { step }] of subject.steps.entries()) {
    if (step.kind !== 'verb' || step.verb !== 'move' || step.drTest) continue;
    const after = subject.steps.slice(index + 1).filter(({ before }) => before.includes(step));
    if (!after.some((each) => looks(each.step))) yield found(step, 'Nothing looks at the VMs after this move.', 'Add after it: check: { vms: running }');
    const acts = after.find((each) => changesTheWorld(each.step, subject) && !each.before.some((earlier) => looks(earlier) && after.some((one) => one.step === earlier)));
    if (acts) yield found(acts.step, `'${acts.step.id}' acts on what was moved before anything has looked whether it runs.`, 'Put the check before it.');
  }
};

export const verbOnFailure: Rule = function* (subject) {
  for (const step of allSteps(subject.file.runbook.steps)) {
    if (step.kind !== 'verb' || step.onFailure === null) continue;
    if (typeof step.onFailure !== 'string') yield found(step, `'${step.verb}' takes no steps for onFailure: the controller itself takes back what is safe to take back.`, 'Write stop or park, or leave it out.');
    else if (isChangingVerb(step) && step.onFailure === 'warn') yield found(step, `'${step.verb}' changes sites, so going on after its failure is no choice.`, 'Write stop or park.');
  }
};

const structural: readonly string[] = ['verb', 'parallel', 'foreach', 'when', 'call'];
export const plainCompensation: Rule = function* (subject) {
  for (const step of allSteps(subject.file.runbook.steps)) {
    if (typeof step.onFailure === 'string' || step.onFailure === null || step.kind === 'verb') continue;
    for (const each of step.onFailure) if (structural.includes(each.kind)) yield found(each, `${each.kind} cannot make up for a failure: what is done then must not depend on a plan of its own.`, 'Write single steps there: notify, ask, approval, wait, check, http, ssh, command.');
  }
};
