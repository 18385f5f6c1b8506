import { approveCommand } from '../core/approval-command.js';
import { mayApprove } from '../core/approval-right.js';
import { quorumOf } from '../core/approval-quorum.js';
import { peopleBehind, type Decision } from '../core/approval.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import type { Person } from '../core/estate.js';
import type { RunOutcome } from '../core/event.js';
import { listed } from '../core/listed.js';
import { actorName, type Millis, type PersonName } from '../core/names.js';
import type { Plan } from '../core/plan.js';
import type { Roster } from '../core/roster.js';
import type { RunState } from '../core/run-state.js';
import { answerCommand, openQuestions } from '../core/step-answer.js';
import { windowAt } from '../core/start-window.js';

/** hh:mm:ss in the reader's zone, with the zone's name. */
export const clockTime = (at: Millis, timeZone: string): string => exactTime(at, timeZone, 'second', false);

/** People who could still approve: not yet behind the plan, and allowed to. */
export const couldApprove = (run: RunState, roster: Roster): PersonName[] => roster.people.filter((person) => mayApprove(person, run, roster).may && !run.approvals.some((approval) => approval.by === person.name && approval.epoch === run.plan.epoch)).map((person) => person.name);

/** `the role approver`, `one of the roles approver, operator`. */
export function roleWords({ gate }: Pick<Plan, 'gate'>): string {
  const roles = gate.seats?.map(({ role }) => role) ?? [gate.role];
  return roles.length === 1 ? `the role ${roles[0]}` : `one of the roles ${roles.join(', ')}`;
}

/** `1 more is needed (somebody of another team), from ben and chris.` */
export const neededWords = (missing: number, needs: readonly string[], from: readonly string[]): string =>
  `${missing} more ${missing === 1 ? 'is' : 'are'} needed${needs.length === 0 ? '' : ` (${needs.join('; ')})`}, from ${listed(from)}.`;

const endings: Record<RunOutcome, string> = { succeeded: 'it has succeeded', exceptions: 'it ended with exceptions', failed: 'it has failed', cancelled: 'it was cancelled' };

/** What became of a run that is not waiting for a decision any more. */
export function fate(run: RunState, timeZone: string): string {
  const id = run.plan.run;
  switch (run.status) {
    case 'rejected': return `${id} was rejected by ${run.rejectedBy!.by} at ${clockTime(run.rejectedBy!.at, timeZone)}. Nothing ran.`;
    case 'withdrawn': return `${id} was withdrawn by ${run.withdrawnBy!.by} at ${clockTime(run.withdrawnBy!.at, timeZone)}. Nothing ran.`;
    case 'expired': return run.expiredBecause === null ? `${id} expired at ${clockTime(run.finishedAt!, timeZone)}: it was not approved in time. Nothing ran.` : `${id} was withdrawn at ${clockTime(run.finishedAt!, timeZone)}: ${run.expiredBecause} Nothing ran.`;
    case 'proposed': return `${id} is waiting for approval.`;
    default: return `${id} ${peopleBehind(run).length === 0 ? 'needed no approval and began' : `was approved by ${listed(peopleBehind(run))}`} at ${clockTime(run.grantedAt ?? run.proposedAt, timeZone)}; ${run.outcome === null ? `it is ${run.status} now` : endings[run.outcome]}.`;
  }
}

const askerOf = ({ plan }: RunState): string => actorName(plan.requestedBy);

/** When an approved run starts: at once, or by itself in its window. */
const startWords = ({ plan }: RunState, timeZone: string, now: Millis): string => (windowAt(plan, now) !== 'ahead' ? 'It starts now.' : `It starts by itself between ${exactTime(plan.window!.from, timeZone, 'minute', true)} and ${exactTime(plan.window!.to, timeZone, 'minute', true)}, if the plan is still the same then.`);

export interface Told { readonly status: 0 | 1 | 2 | 3 | 4; readonly sentence: string; readonly next: readonly string[] }

/** The sentence for each outcome of a vote: what happened, what it means, what to do. */
export function tellDecision(decision: Decision, run: RunState, person: Person, estateZone: string, roster: Roster): Told {
  const id = run.plan.run;
  const zone = person.timeZone ?? estateZone;
  const able = couldApprove(run, roster).filter((name) => name !== person.name);
  const inPlace = (standsFor: PersonName | null): string => (standsFor === null ? '' : ` You decided in the place of ${standsFor}.`);
  switch (decision.kind) {
    case 'granted': if (decision.glass) return { status: 0, sentence: `You broke ${listed(decision.glass.rules)} of ${id}: "${decision.glass.reason}". ${startWords(run, zone, roster.now)} Everybody of the tenant and the provider is told now. It holds until ${clockTime(decision.glass.expiresAt, zone)}; a step that cannot be undone and comes later needs the whole quorum. The run ends with exceptions.`, next: [`query run ${id}`, `hold ${id}`] };
    return { status: 0, sentence: `${id} is approved by ${listed(decision.by)}.${inPlace(decision.standsFor)} ${startWords(run, zone, roster.now)}`, next: [`query run ${id}`, `hold ${id}`] };
    case 'waiting': return { status: 0, sentence: `Your approval of ${id} is recorded.${inPlace(decision.standsFor)} ${neededWords(decision.missing, decision.needs, decision.from)}`, next: [`query run ${id}`] };
    case 'rejected': return { status: 0, sentence: `${id} is rejected. Nothing ran.`, next: [] };
    case 'rejecting': return { status: 0, sentence: `Your no to ${id} is recorded, and an approval that you gave before counts no more. ${decision.missing} more ${decision.missing === 1 ? 'no ends' : 'noes end'} it; until then it may still be approved.`, next: [`hold ${id}`, `query run ${id}`] };
    case 'withdrawn': return { status: 0, sentence: `${id} is withdrawn. Nothing ran.`, next: [] };
    case 'reason-missing': return { status: 3, sentence: `${id} is not rejected yet: this gate wants the reason, for everybody to read.`, next: [`reject ${id} reason="..."`] };
    case 'already-decided': {
      const questions = openQuestions(run);
      return { status: 1, sentence: `${fate(run, zone)}${questions.length === 0 ? '' : ` It waits for an answer to ${listed(questions.map((step) => step.id))}, which has to be named.`}`, next: [...questions.map((step) => answerCommand(id, step)), `query run ${id}`] };
    }
    case 'already-voted': {
      const { missing, needs, waitingFor } = quorumOf(run, roster);
      return { status: 1, sentence: `You approved ${id} already; one person counts once. ${neededWords(missing, needs, waitingFor)}`, next: [`query run ${id}`] };
    }
    case 'counted-already': return { status: 1, sentence: `${decision.by} has approved ${id} already, and you two share one authority, as one stands in for the other: it counts once. Somebody else is needed: ${listed(able, 'nobody can')}.`, next: [`why ${id}`] };
    case 'expired': return { status: 1, sentence: `${fate({ ...run, status: 'expired', finishedAt: run.finishedAt ?? run.expiresAt }, zone)} Ask again if it is still wanted.`, next: [] };
    case 'plan-changed': return { status: 1, sentence: `The plan of ${id} has changed since you saw it, so this approval does not count. Please look again.`, next: [`review ${id}`, `approve ${id}`] };
    case 'not-your-tenant': return { status: 2, sentence: `There is no run ${id} that you can see.`, next: ['query run'] };
    case 'not-an-approver': return { status: 1, sentence: `You may not decide on ${id}: it needs ${roleWords(run.plan)}. ${listed(able)} can.`, next: [`why ${id}`] };
    case 'own-request': return { status: 1, sentence: `You asked for ${id}, so you can't approve it: a second person must. ${listed(able)} can.`, next: [`why ${id}`] };
    case 'attestation-missing': return { status: 4, sentence: `Nobody can see whether ${decision.host} is down, so whoever approves ${id} must attest it by name. Only do so if you know that it is powered off or cut off from its disks.`, next: [approveCommand(run.plan)] };
    case 'target-missing': return { status: 3, sentence: `Part of ${id} cannot be undone, so whoever approves it types what it is about: ${decision.target}.`, next: [approveCommand(run.plan)] };
    case 'target-wrong': return { status: 4, sentence: `${id} is about ${decision.target}; you typed something else, so nothing was recorded. Look at the plan again before you approve it.`, next: [`review ${id}`, approveCommand(run.plan)] };
    case 'number-missing': return { status: 3, sentence: `Whoever approves ${id} types the two digits that ${askerOf(run)} was shown. Ask ${askerOf(run)} by voice or in person, and put them in the place of NN.`, next: [approveCommand(run.plan)] };
    case 'number-wrong': return { status: 4, sentence: decision.triesLeft > 0 ? `That is not the number of ${id}, so nothing was recorded; ${decision.triesLeft} more wrong ${decision.triesLeft === 1 ? 'one shuts' : 'ones shut'} you out of it. Hear it from ${askerOf(run)}. If ${askerOf(run)} knows of no such request, hold it.` : `That is not the number of ${id}, for the third time: you can no longer decide on it. ${listed(able, 'Nobody else')} can.`, next: decision.triesLeft > 0 ? [approveCommand(run.plan), `hold ${id}`] : [`why ${id}`, `hold ${id}`] };
    case 'glass-not-allowed': return { status: 4, sentence: decision.allowed.length === 0 ? `No rule of the gate of ${id} may be broken: its runbook allows none.` : `'${decision.rule}' is no rule that may be broken for ${id}. These may: ${decision.allowed.join(', ')}.`, next: decision.allowed.length === 0 ? [`why ${id}`] : [`${approveCommand(run.plan)} break_glass=${decision.allowed[0]} reason="..."`] };
    case 'glass-reason-missing': return { status: 3, sentence: `Breaking a rule takes a reason, which everybody reads at once and which stays in the report. Nothing was recorded.`, next: [`${approveCommand(run.plan)} break_glass=${run.plan.gate.breakGlass![0]} reason="..."`] };
    case 'glass-needless': return { status: 1, sentence: `Nothing needs to be broken for ${id}: your approval is enough. Nothing was recorded.`, next: [approveCommand(run.plan)] };
    case 'glass-not-enough': return { status: 1, sentence: `Even so ${neededWords(decision.missing, decision.needs, decision.from)} Another rule blocks, and you did not break that one, or cannot. Nothing was recorded.`, next: [`why ${id}`] };
    case 'number-locked': return { status: 1, sentence: `You typed three wrong numbers, so you can no longer decide on ${id}. ${listed(able, 'Nobody else')} can.`, next: [`why ${id}`, `hold ${id}`] };
  }
}
