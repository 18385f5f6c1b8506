import type { Estate } from '../../core/estate.js';
import type { RunbookProblem } from '../problem.js';
import type { RunbookFile } from '../read.js';
import { idOnce, knownAction, knownPlaceholder, knownRunbook, nameOnce, noCircle, oneForEachCommand } from './names.js';
import { fenceBeforePromote, hasVerb, lookAfterMove, oneChange, plainCompensation, verbOnFailure, verbOutsideForeach } from './order.js';
import { approvalBefore, callKeepsGate, silenceIsNoYes, twoPeople, waitHasOwner } from './people.js';
import { subjectOf, type Rule } from './rule.js';

/** Every rule by the name that its messages carry. */
export const rules: Readonly<Record<string, Rule>> = {
  'name-once': nameOnce, 'id-once': idOnce, 'known-runbook': knownRunbook, 'no-circle': noCircle, 'known-action': knownAction, 'known-placeholder': knownPlaceholder, 'one-for-each-command': oneForEachCommand,
  'has-verb': hasVerb, 'one-change': oneChange, 'fence-before-promote': fenceBeforePromote, 'look-after-move': lookAfterMove, 'verb-outside-foreach': verbOutsideForeach, 'verb-on-failure': verbOnFailure, 'plain-compensation': plainCompensation,
  'two-people': twoPeople, 'call-keeps-gate': callKeepsGate, 'approval-before': approvalBefore, 'wait-has-owner': waitHasOwner, 'silence-is-no-yes': silenceIsNoYes,
};

/** Everything that is wrong with a set of runbooks beyond their form. Without an estate its actions cannot be looked up; a plan that uses an unknown one is refused then. */
export function lint(files: readonly RunbookFile[], estate: Pick<Estate, 'actions'> | null): RunbookProblem[] {
  const actions = estate === null ? null : new Map((estate.actions ?? []).map((action) => [action.name, action]));
  return files.flatMap((file) => {
    const subject = subjectOf(file, files, actions);
    return Object.entries(rules).flatMap(([rule, check]) => [...check(subject)].map(({ line, what, remedy }) => ({ file: file.file, line, rule, what, remedy })));
  });
}
