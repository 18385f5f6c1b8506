import { clockTime as exactTime } from '../core/clock-time.js';
import type { Estate, Person } from '../core/estate.js';
import { approvalsMissing, mayApprove, peopleBehind, type Decision } from '../core/approval.js';
import type { Millis, PersonName } from '../core/names.js';
import type { RunState } from '../core/run-state.js';

/** hh:mm:ss in the reader's zone, with the zone's name. */
export const clockTime = (at: Millis, timeZone: string): string => exactTime(at, timeZone, 'second', false);

export const listed = (names: readonly string[], none = 'nobody'): string => (names.length === 0 ? none : names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);

/** People who could still approve: not yet behind the plan, and allowed to. */
export const couldApprove = (run: RunState, estate: Estate): PersonName[] => estate.people.filter((person) => mayApprove(person, run.plan).may && !run.approvals.some((approval) => approval.by === person.name && approval.epoch === run.plan.epoch)).map((person) => person.name);

/** What became of a run that is not waiting for a decision any more. */
export function fate(run: RunState, timeZone: string): string {
  const id = run.plan.run;
  switch (run.status) {
    case 'rejected': return `${id} was rejected by ${run.rejectedBy!.by} at ${clockTime(run.rejectedBy!.at, timeZone)}. Nothing ran.`;
    case 'expired': return run.expiredBecause === null ? `${id} expired at ${clockTime(run.finishedAt!, timeZone)}: it was not approved in time. Nothing ran.` : `${id} was withdrawn at ${clockTime(run.finishedAt!, timeZone)}: ${run.expiredBecause} Nothing ran.`;
    case 'proposed': return `${id} is waiting for approval.`;
    default: return `${id} was approved by ${listed(peopleBehind(run))} at ${clockTime(run.grantedAt ?? run.proposedAt, timeZone)}; it is ${run.status} now.`;
  }
}

export interface Told { readonly status: 0 | 1 | 2 | 4; readonly sentence: string; readonly next: readonly string[] }

/** The sentence for each outcome of a vote: what happened, what it means, what to do. */
export function tellDecision(decision: Decision, run: RunState, person: Person, estate: Estate): Told {
  const id = run.plan.run;
  const zone = person.timeZone ?? estate.timeZone;
  const able = couldApprove(run, estate).filter((name) => name !== person.name);
  switch (decision.kind) {
    case 'granted': return { status: 0, sentence: `${id} is approved by ${listed(decision.by)}. It starts now.`, next: [`query run ${id}`, `hold ${id}`] };
    case 'waiting': return { status: 0, sentence: `Your approval of ${id} is recorded. ${decision.missing} more ${decision.missing === 1 ? 'is' : 'are'} needed, from ${listed(able)}.`, next: [`query run ${id}`] };
    case 'rejected': return { status: 0, sentence: `${id} is rejected. Nothing ran.`, next: [] };
    case 'already-decided': return { status: 1, sentence: fate(run, zone), next: [`query run ${id}`] };
    case 'already-voted': return { status: 1, sentence: `You approved ${id} already; one person counts once. ${approvalsMissing(run)} more needed, from ${listed(able)}.`, next: [`query run ${id}`] };
    case 'expired': return { status: 1, sentence: `${fate({ ...run, status: 'expired', finishedAt: run.finishedAt ?? run.expiresAt }, zone)} Ask again if it is still wanted.`, next: [] };
    case 'plan-changed': return { status: 1, sentence: `The plan of ${id} has changed since you saw it, so this approval does not count. Please look again.`, next: [`review ${id}`, `approve ${id}`] };
    case 'not-your-tenant': return { status: 2, sentence: `There is no run ${id} that you can see.`, next: ['query run'] };
    case 'not-an-approver': return { status: 1, sentence: `You may not decide on ${id}: it needs the role ${run.plan.gate.role}. ${listed(able)} can.`, next: [`why ${id}`] };
    case 'own-request': return { status: 1, sentence: `You asked for ${id}, so you can't approve it: a second person must. ${listed(able)} can.`, next: [`why ${id}`] };
    case 'attestation-missing': return { status: 4, sentence: `Nobody can see whether ${decision.host} is down, so whoever approves ${id} must attest it by name. Only do so if you know that it is powered off or cut off from its disks.`, next: [`approve ${id} attest=${decision.host}`] };
  }
}
