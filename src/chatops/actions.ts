import { mayApprove } from '../core/approval-right.js';
import { mayHold } from '../core/approval.js';
import type { Person } from '../core/estate.js';
import { rosterOf } from '../core/roster.js';
import type { RunState } from '../core/run-state.js';
import type { Step } from '../core/plan.js';
import { isStanding, type StandingState } from '../core/standing-authority.js';
import type { State } from '../core/state.js';
import { formFields } from '../core/step-answer.js';
import type { CardAction } from '../ports/channel.js';
import type { ButtonStore } from '../ports/once.js';
import { closedBecause } from './views/approval.js';
import { stepClosedBecause } from './views/step-request.js';
import { kindWords, whatWords } from './views/words.js';

export type Wish = Omit<CardAction, 'id'> & { readonly subject: string; readonly epoch: number; readonly attest: string | null };

/** The channel's copy: everybody may read and stop; nobody decides there (DESIGN.md section 6). */
export function channelWishes(run: RunState): Wish[] {
  switch (run.status) {
    case 'proposed': case 'granted': case 'running': return [review(run), hold(run)];
    case 'held': return [review(run), resume(run)];
    case 'parked': return [review(run), resume(run), cancel(run)];
    case 'cancelling': return [review(run)];
    default: return [];
  }
}

/** An approver's private copy. Approve and Reject stand apart, and only Approve asks again. */
export function approverWishes(run: RunState, reader: string, epoch: number, state: State, now: number): Wish[] {
  return closedBecause(run, reader, epoch, state, now) === null ? [approve(run), review(run), reject(run)] : [];
}

/** A person's private copy of a question in the middle of a run. What takes a form is typed. */
export function stepWishes(run: RunState, step: Step, reader: string, state: State): Wish[] {
  if (stepClosedBecause(run, step, reader, state) !== null || formFields(step).length > 0) return [];
  // A running plan has no other version; a question that is asked again does.
  const about = { subject: `${run.plan.run}/${step.id}`, epoch: run.steps.get(step.id)!.attempt, attest: null };
  const yes = step.kind === 'ask' ? 'Done' : 'Approve';
  return [
    { ...about, verb: 'approve', label: yes, style: 'primary', confirm: { title: `${yes}: step ${step.id}?`, text: shorten(`${run.plan.run}: ${String(step.args.text)}`), accept: yes, deny: 'Not yet' } },
    { ...about, verb: 'reject', label: step.kind === 'ask' ? 'Cannot be done' : 'Reject', style: 'danger' },
  ];
}

/** The private answer to somebody who asks about a run: what this person may do now. */
export function personalWishes(run: RunState, person: Person, state: State, now: number): Wish[] {
  const { plan, status } = run;
  if (status === 'proposed' && mayApprove(person, run, rosterOf(state, now)).may && closedBecause(run, person.name, plan.epoch, state, now) === null) return [approve(run), hold(run), reject(run)];
  return mayHold(person, plan) ? channelWishes(run).filter((wish) => wish.verb !== 'review') : [];
}

export function incidentWishes(id: string, run: RunState | undefined, resolved: boolean): Wish[] {
  if (resolved) return [];
  return [...(run && run.status === 'proposed' ? [{ ...review(run), label: `Review ${run.plan.run}` }] : []), { verb: 'acknowledge', label: 'Acknowledge', style: 'plain', subject: id, epoch: 0, attest: null }];
}

/** One tap takes it back, for anybody; signing it is typed, after reading. */
export const standingWishes = (standing: StandingState): Wish[] => (isStanding(standing) ? [{ verb: 'revoke', label: `Revoke ${standing.authority.id}`, style: 'danger', subject: standing.authority.id, epoch: 0, attest: null }] : []);

export async function toActions(wishes: readonly Wish[], buttons: ButtonStore): Promise<CardAction[]> {
  return Promise.all(wishes.map(async ({ subject, epoch, attest, ...action }) => ({ ...action, id: await buttons.idFor({ verb: action.verb, subject, epoch, attest }) })));
}

const about = ({ plan }: RunState): { subject: string; epoch: number; attest: null } => ({ subject: plan.run, epoch: plan.epoch, attest: null });
const review = (run: RunState): Wish => ({ ...about(run), verb: 'review', label: 'Review', style: 'plain' });
const hold = (run: RunState): Wish => ({ ...about(run), verb: 'hold', label: 'Hold', style: 'danger' });
const reject = (run: RunState): Wish => ({ ...about(run), verb: 'reject', label: 'Reject', style: 'danger' });

function approve(run: RunState): Wish {
  const { plan } = run;
  const attest = plan.gate.attest;
  const text = `${plan.run}: ${kindWords(plan)} ${whatWords(plan)}. Loss: ${plan.loss.words}${plan.irreversible.length > 0 ? ' Cannot be undone in part.' : ''}${attest ? ` You attest by your name that ${attest} is down and stays down.` : ''}`;
  return { ...about(run), attest, verb: 'approve', label: attest ? `Approve, attest ${attest} down` : 'Approve', style: 'primary', confirm: { title: `Approve ${plan.run}?`, text: shorten(text), accept: 'Approve', deny: 'Not yet' } };
}
const resume = (run: RunState): Wish => ({ ...about(run), verb: 'resume', label: 'Resume', style: 'primary', confirm: { title: `Resume ${run.plan.run}?`, text: shorten(`${kindWords(run.plan)} ${whatWords(run.plan)} goes on from where it stopped.${run.parked ? ` It stopped because: ${run.parked.why}` : ''}`), accept: 'Resume', deny: 'Not yet' } });
const cancel = (run: RunState): Wish => ({ ...about(run), verb: 'cancel', label: 'Cancel run', style: 'danger', confirm: { title: `Cancel ${run.plan.run}?`, text: shorten(`${kindWords(run.plan)} ${whatWords(run.plan)} ends here. What was done stays as it is; the card will say where each VM is.`), accept: 'Cancel the run', deny: 'Keep it' } });

/** Slack's limit for the text of a confirmation is the smallest. */
const shorten = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 299)}…`);
