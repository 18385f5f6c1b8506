import { mayApprove } from './approval-right.js';
import { quorumOf } from './approval-quorum.js';
import type { PersonName } from './names.js';
import type { Roster } from './roster.js';
import type { RunState } from './run-state.js';

/** What is due for a plan that waits: whom to ask again, and which backups the question reaches now. */
export interface Reminder { readonly which: 1 | 2; readonly to: readonly PersonName[]; readonly escalateTo: readonly PersonName[] }

/**
 * After a third of an approval's life and after two (approval-ux.md rule 12). Whoever was asleep through the first says only the second.
 * Backups come in at two thirds, and only where somebody is still missing.
 */
export function reminderDue(run: RunState, roster: Roster): Reminder | null {
  const { gate } = run.plan;
  if (run.status !== 'proposed' || run.expiresAt === null || gate.people === 0 || roster.now >= run.expiresAt) return null;
  const third = (run.expiresAt - run.plan.createdAt) / 3;
  const left = run.expiresAt - roster.now;
  const which = left <= third ? 2 : left <= 2 * third ? 1 : null;
  if (which === null || run.reminders.some((reminder) => reminder.epoch === run.plan.epoch && reminder.which >= which)) return null;
  const escalateTo = which === 1 ? [] : (gate.backups ?? []).filter((name) => {
    const person = roster.people.find((each) => each.name === name);
    return person !== undefined && !mayApprove(person, run, roster).may && mayApprove(person, { ...run, escalatedTo: [name] }, roster).may;
  });
  return { which, to: quorumOf(run, roster).waitingFor, escalateTo };
}
