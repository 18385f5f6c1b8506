import { peopleCount } from '../../core/gate-words.js';
import { changesTheWorld, found, isChangingVerb, type Rule } from './rule.js';
import { allSteps, type RunbookStep } from '../runbook.js';

/** DESIGN.md section 6: two distinct people stand behind everything that changes a site; a runbook may only ask for more. */
export const twoPeople: Rule = function* ({ steps, file }) {
  // The cleanup of a rehearsal takes away copies only.
  const change = steps.find(({ step }) => isChangingVerb(step) && !(step.kind === 'verb' && step.verb === 'cleanup' && step.drTest));
  if (change && file.runbook.gate.people < 2) yield found(change.step, `'${change.step.kind === 'verb' ? change.step.verb : ''}' changes a site, but the gate asks for ${file.runbook.gate.people === 0 ? 'nobody' : 'one person'}.`, 'Write people: 2 or more in the gate.');
};

/** The gate of a called runbook is not asked: who calls it asks for no fewer people. */
export const callKeepsGate: Rule = function* ({ file, all }) {
  for (const step of allSteps(file.runbook.steps)) {
    if (step.kind !== 'call') continue;
    const called = all.find((each) => each.runbook.name === step.runbook);
    if (called && called.runbook.gate.people > file.runbook.gate.people) yield found(step, `'${step.runbook}' asks for ${peopleCount(called.runbook.gate.people)} when it is run by itself; called from here ${file.runbook.gate.people === 0 ? 'nobody is' : `only ${file.runbook.gate.people} ${file.runbook.gate.people === 1 ? 'is' : 'are'}`} asked.`, `Write people: ${called.runbook.gate.people} in the gate of this one.`);
  }
};

/** What cannot be undone, or changes something outside the controller, is decided by people before it happens. */
export const approvalBefore: Rule = function* (subject) {
  if (subject.file.runbook.gate.people >= 2) return;
  for (const { step, before } of subject.steps) {
    if (isChangingVerb(step) || !changesTheWorld(step, subject)) continue;
    if (!before.some((each) => each.kind === 'approval')) yield found(step, `'${step.id}' ${step.irreversible ? 'cannot be undone' : 'changes something'}, and nobody has approved it when its turn comes.`, 'Write people: 2 in the gate, or put an approval step before it.');
  }
};

export const waitHasOwner: Rule = function* (subject) {
  for (const step of allSteps(subject.file.runbook.steps)) {
    if (step.kind !== 'wait') continue;
    if (step.owner === null) yield found(step, `'${step.id}' waits, and nobody is named who looks after it.`, 'Add the role inside the wait: owner: operator');
    if (step.for.kind === 'time' && step.timeoutMs !== null && step.timeoutMs <= step.for.ms) yield found(step, `'${step.id}' waits longer than its timeout allows, so that it would always fail.`, 'Take the timeout out: a wait for a time needs none.');
    if (step.for.kind !== 'time' && step.timeoutMs === null) yield found(step, `'${step.id}' waits without a limit.`, 'Add to the step: timeout: 30m');
  }
};

/** A timeout never approves: silence and a No end the run or go to people. */
export const silenceIsNoYes: Rule = function* (subject) {
  const acts = (step: RunbookStep): boolean => changesTheWorld(step, subject);
  for (const [index, { step }] of subject.steps.entries()) {
    if (step.onFailure !== 'warn') continue;
    if (step.kind === 'approval' || step.kind === 'ask') yield found(step, `With onFailure: warn a No, or no answer in time, to '${step.id}' would count as a yes.`, 'Write stop or park.');
    else if (step.kind === 'wait' && subject.steps.slice(index + 1).some((each) => each.before.includes(step) && acts(each.step))) yield found(step, `With onFailure: warn, '${step.id}' lets the run change something although what it waited for never came.`, 'Write stop or park.');
  }
};
