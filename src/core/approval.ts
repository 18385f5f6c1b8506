import { sees, type Person } from './estate.js';
import { isRequester, mayApprove, wrongNumbersMax, wrongNumbersOf, type Right } from './approval-right.js';
import { quorumOf } from './approval-quorum.js';
import { glassLifeMs, type BrokenGlass, type GlassRule } from './glass.js';
import { lifeboat, type PersonName } from './names.js';
import type { Plan } from './plan.js';
import type { Roster } from './roster.js';
import type { Approval, RunState } from './run-state.js';

/** What a click or a typed decision says. `epoch` is that of the plan that the person saw. */
export interface Vote {
  readonly by: Person;
  readonly answer: 'approve' | 'reject';
  readonly epoch: number;
  /** The host that this person attests to be down, by name. */
  readonly attest: string | null;
  readonly reason: string | null;
  /** Whether the number that was typed is the one that who asked was shown. */
  readonly number: 'none' | 'right' | 'wrong';
  /** What was typed as the target. */
  readonly target: string | null;
  /** Rules to break, as typed. null: an ordinary vote. */
  readonly glass: readonly string[] | null;
}

/** Every vote gets an answer, the late, second and unauthorised one too (approval-ux.md rule 5). */
export type Decision =
  | { readonly kind: 'granted'; readonly by: readonly PersonName[]; readonly standsFor: PersonName | null; /** What was broken for it. */ readonly glass?: BrokenGlass }
  | { readonly kind: 'waiting'; readonly missing: number; readonly needs: readonly string[]; readonly from: readonly PersonName[]; readonly standsFor: PersonName | null }
  | { readonly kind: 'rejected' }
  /** A no that does not end it yet. */
  | { readonly kind: 'rejecting'; readonly missing: number }
  /** The requester's own no. */
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'reason-missing' }
  | { readonly kind: 'already-decided' }
  | { readonly kind: 'already-voted' }
  /** This authority has spoken: `by` is away and decided himself, or is who stands in. */
  | { readonly kind: 'counted-already'; readonly by: PersonName }
  | { readonly kind: 'expired' }
  | { readonly kind: 'plan-changed' }
  | { readonly kind: 'not-your-tenant' }
  | { readonly kind: 'not-an-approver' }
  | { readonly kind: 'own-request' }
  | { readonly kind: 'attestation-missing'; readonly host: string }
  | { readonly kind: 'target-missing' | 'target-wrong'; readonly target: string }
  | { readonly kind: 'number-missing' }
  | { readonly kind: 'number-wrong'; readonly triesLeft: number }
  | { readonly kind: 'number-locked' }
  | { readonly kind: 'glass-not-allowed'; readonly rule: string; readonly allowed: readonly GlassRule[] }
  | { readonly kind: 'glass-reason-missing' }
  /** Nothing needs to be broken: an ordinary approval does. */
  | { readonly kind: 'glass-needless' }
  /** Another rule still blocks, and was not named. */
  | { readonly kind: 'glass-not-enough'; readonly missing: number; readonly needs: readonly string[]; readonly from: readonly PersonName[] };

/** Distinct people who have stood behind the plan's current epoch, whatever became of their rights since: for the record, not for a decision. */
export function peopleBehind(run: Pick<RunState, 'plan' | 'approvals' | 'under'>): PersonName[] {
  const requester = run.plan.requestedBy.kind === 'person' ? [run.plan.requestedBy.person] : [];
  const approvers = run.approvals.filter((approval) => approval.epoch === run.plan.epoch).map((approval) => approval.by);
  return [...new Set([...requester, ...approvers, ...(run.under?.by ?? [])])];
}

/**
 * The gate's rule, pure (DESIGN.md section 6). Two distinct people stand behind every move: the requester and an approver,
 * or two approvers where Lifeboat proposed it. Rejecting is easier than approving.
 */
export function decide(run: RunState, vote: Vote, roster: Roster): Decision {
  const { plan } = run;
  if (!sees(vote.by, plan.tenant)) return { kind: 'not-your-tenant' };
  if (run.status !== 'proposed') return run.status === 'expired' ? { kind: 'expired' } : { kind: 'already-decided' };
  if (run.expiresAt !== null && roster.now >= run.expiresAt) return { kind: 'expired' };
  const right = mayApprove(vote.by, run, roster);
  if (!right.may && right.code === 'number-locked') return { kind: 'number-locked' };
  if (vote.answer === 'reject') return isRequester(run, vote.by.name) ? { kind: 'withdrawn' } : right.may ? rejection(run, vote, roster) : { kind: 'not-an-approver' };
  if (vote.glass !== null) return vote.epoch === plan.epoch ? breakGlass(run, vote, vote.glass, right, roster) : { kind: 'plan-changed' };
  if (!right.may) return { kind: right.code === 'own-request' ? 'own-request' : 'not-an-approver' };
  if (vote.epoch !== plan.epoch) return { kind: 'plan-changed' };
  if (run.approvals.some((approval) => approval.by === vote.by.name && approval.epoch === plan.epoch)) return { kind: 'already-voted' };
  const same = quorumOf(run, roster).behind.find(({ person, standsFor }) => standsFor === vote.by.name || (right.standsFor !== null && person === right.standsFor));
  if (same) return { kind: 'counted-already', by: same.person };
  if (plan.gate.attest !== null && vote.attest !== plan.gate.attest) return { kind: 'attestation-missing', host: plan.gate.attest };
  const typed = typedWords(run, vote);
  if (typed) return typed;
  const after = { ...run, approvals: [...run.approvals, approvalOf(vote.by.name, run, roster)] };
  const { missing, needs, waitingFor, behind } = quorumOf(after, roster);
  if (missing > 0) return { kind: 'waiting', missing, needs, from: waitingFor, standsFor: right.standsFor };
  return { kind: 'granted', by: behind.map(({ person }) => person), standsFor: right.standsFor };
}

/** One person goes on in an emergency. What was named is broken and nothing else: every other rule blocks as ever (invariant 38). */
function breakGlass(run: RunState, vote: Vote, named: readonly string[], right: Right, roster: Roster): Decision {
  const allowed = run.plan.gate.breakGlass ?? [];
  const rules = allowed.filter((rule) => named.includes(rule));
  const refused = named.find((rule) => !(allowed as readonly string[]).includes(rule));
  if (refused !== undefined || rules.length === 0) return { kind: 'glass-not-allowed', rule: refused ?? '', allowed };
  const own = !right.may && right.code === 'own-request';
  if (own && !rules.includes('no-second-person')) return { kind: 'own-request' };
  // Who stands in for somebody has no right of his own to break anything.
  if (!own && (!right.may || right.standsFor !== null)) return { kind: 'not-an-approver' };
  if (vote.reason === null) return { kind: 'glass-reason-missing' };
  const voted = own || run.approvals.some(({ by, epoch }) => by === vote.by.name && epoch === run.plan.epoch);
  const approvals = voted ? run.approvals : [...run.approvals, approvalOf(vote.by.name, run, roster)];
  if (!own && quorumOf({ ...run, approvals, glass: null }, roster).missing === 0) return { kind: 'glass-needless' };
  if (run.plan.gate.attest !== null && vote.attest !== run.plan.gate.attest) return { kind: 'attestation-missing', host: run.plan.gate.attest };
  // The number proves that who approves has spoken with who asked: to that one it proves nothing.
  const typed = typedWords(run, own ? { ...vote, number: 'right' } : vote);
  if (typed) return typed;
  const glass: BrokenGlass = { rules, by: vote.by.name, reason: vote.reason, at: roster.now, expiresAt: roster.now + glassLifeMs };
  const { missing, needs, waitingFor, behind } = quorumOf({ ...run, approvals, glass }, roster);
  return missing > 0 ? { kind: 'glass-not-enough', missing, needs, from: waitingFor } : { kind: 'granted', by: behind.map(({ person }) => person), standsFor: null, glass };
}

/** What must be typed besides: the target of what cannot be undone, then the number, which a slip in the target must not use up. */
function typedWords(run: RunState, vote: Vote): Decision | null {
  const { typedTarget, numberMatching } = run.plan.gate;
  if (typedTarget !== undefined && vote.target !== typedTarget) return { kind: vote.target === null ? 'target-missing' : 'target-wrong', target: typedTarget };
  if (!numberMatching || vote.number === 'right') return null;
  return vote.number === 'none' ? { kind: 'number-missing' } : { kind: 'number-wrong', triesLeft: wrongNumbersMax - wrongNumbersOf(run, vote.by.name) - 1 };
}

function rejection(run: RunState, vote: Vote, roster: Roster): Decision {
  const { deny = 1, reason } = run.plan.gate;
  if (reason === 'required' && vote.reason === null) return { kind: 'reason-missing' };
  const missing = deny - rejectionsThatCount(run, roster).filter((by) => by !== vote.by.name).length - 1;
  return missing > 0 ? { kind: 'rejecting', missing } : { kind: 'rejected' };
}

/** Of people who may still decide. */
const rejectionsThatCount = (run: RunState, roster: Roster): PersonName[] =>
  run.rejections.map(({ by }) => by).filter((name) => { const person = roster.people.find((each) => each.name === name); return person !== undefined && mayApprove(person, run, roster).may; });

const approvalOf = (by: PersonName, run: RunState, { now }: Roster): Approval => ({ by, surface: 'cli', at: now, epoch: run.plan.epoch, attested: run.plan.gate.attest });

/** How many more people must want a stopped run to go on: the quorum again, counted from nobody. */
export function resumeMissing(run: RunState, people: readonly PersonName[], roster: Roster): number {
  const { plan } = run;
  const asker = people.find((name) => isRequester(run, name));
  // The requester stands behind it only by saying so again; until then everybody else is counted as if Lifeboat had asked.
  const asked = asker === undefined ? { ...plan, requestedBy: lifeboat('engine') } : plan;
  return quorumOf({ ...run, plan: asked, glass: null, approvals: people.filter((name) => !isRequester(run, name)).map((name) => approvalOf(name, run, roster)) }, roster).missing;
}

/**
 * Authority again, when the run starts and before each irreversible step (DESIGN.md section 6): enough of the people who stood behind the
 * plan must still have the right. Null while the quorum holds; otherwise why it does not, as a clause.
 */
export function authorityLost(run: RunState, roster: Roster): { readonly names: readonly PersonName[]; readonly why: string } | null {
  // Whoever signed in advance, or let it go on since then, stands behind it too.
  const since = [...(run.under?.by ?? []), ...run.resumedBy].map((name) => approvalOf(name, run, roster));
  const quorum = quorumOf({ ...run, approvals: [...run.approvals, ...since] }, roster);
  if (quorum.missing === 0) return null;
  const names = quorum.lost.filter((name) => run.approvals.some(({ by }) => by === name) || run.under?.by.includes(name));
  const needs = quorum.needs.length === 0 ? '' : ` (${quorum.needs.join('; ')})`;
  return { names, why: names.length > 0 ? `${names.join(', ')} no longer may approve` : `${quorum.missing} more ${quorum.missing === 1 ? 'person' : 'people'} must stand behind it now${needs}` };
}

/** Hold: anyone linked of that tenant or the provider, from any channel. */
export const mayHold = (person: Person, plan: Plan): boolean => sees(person, plan.tenant);
