import { personOf, sees, type Estate, type Person } from './estate.js';
import type { Millis, PersonName } from './names.js';
import type { Plan } from './plan.js';
import type { RunState } from './run-state.js';

/** What a click or a typed decision says. `digest` and `epoch` are those of the plan that the person saw. */
export interface Vote {
  readonly by: Person;
  readonly answer: 'approve' | 'reject';
  readonly epoch: number;
  /** The host that this person attests to be down, by name. */
  readonly attest: string | null;
}

/** Every vote gets an answer, the late, second and unauthorised one too (approval-ux.md rule 5). */
export type Decision =
  | { readonly kind: 'granted'; readonly by: readonly PersonName[] }
  | { readonly kind: 'waiting'; readonly missing: number }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'already-decided' }
  | { readonly kind: 'already-voted' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'plan-changed' }
  | { readonly kind: 'not-your-tenant' }
  | { readonly kind: 'not-an-approver' }
  | { readonly kind: 'own-request' }
  | { readonly kind: 'attestation-missing'; readonly host: string };

/** Distinct people already behind the plan's current epoch: a person who asked, and the approvers. */
export function peopleBehind(run: Pick<RunState, 'plan' | 'approvals'>): PersonName[] {
  const requester = run.plan.requestedBy.kind === 'person' ? [run.plan.requestedBy.person] : [];
  const approvers = run.approvals.filter((approval) => approval.epoch === run.plan.epoch).map((approval) => approval.by);
  return [...new Set([...requester, ...approvers])];
}

/** Approvals still missing: at least one by somebody other than the requester, whatever the count says. */
export function approvalsMissing(run: Pick<RunState, 'plan' | 'approvals'>): number {
  const { gate, requestedBy } = run.plan;
  if (gate.people === 0) return 0;
  const approvers = peopleBehind(run).filter((person) => requestedBy.kind !== 'person' || person !== requestedBy.person).length;
  return Math.max(gate.people - peopleBehind(run).length, approvers === 0 ? 1 : 0);
}

/** May this person decide on this plan at all? A sentence when not. */
export function mayApprove(person: Person, plan: Plan): { readonly may: boolean; readonly code: 'ok' | 'not-your-tenant' | 'not-an-approver' | 'own-request' } {
  if (!sees(person, plan.tenant)) return { may: false, code: 'not-your-tenant' };
  if (!person.roles.includes(plan.gate.role)) return { may: false, code: 'not-an-approver' };
  if (plan.requestedBy.kind === 'person' && plan.requestedBy.person === person.name) return { may: false, code: 'own-request' };
  return { may: true, code: 'ok' };
}

/**
 * The gate's rule, pure (DESIGN.md section 6). Two distinct people stand behind every move: the requester and an approver,
 * or two approvers where Lifeboat proposed it. Rejecting is easier than approving: any approver or the requester may.
 */
export function decide(run: RunState, vote: Vote, now: Millis): Decision {
  const { plan } = run;
  if (!sees(vote.by, plan.tenant)) return { kind: 'not-your-tenant' };
  if (run.status !== 'proposed') return run.status === 'expired' ? { kind: 'expired' } : { kind: 'already-decided' };
  if (run.expiresAt !== null && now >= run.expiresAt) return { kind: 'expired' };
  const allowed = mayApprove(vote.by, plan);
  if (vote.answer === 'reject') return allowed.may || allowed.code === 'own-request' ? { kind: 'rejected' } : { kind: 'not-an-approver' };
  if (!allowed.may) return { kind: allowed.code === 'own-request' ? 'own-request' : 'not-an-approver' };
  if (vote.epoch !== plan.epoch) return { kind: 'plan-changed' };
  if (run.approvals.some((approval) => approval.by === vote.by.name && approval.epoch === plan.epoch)) return { kind: 'already-voted' };
  if (plan.gate.attest !== null && vote.attest !== plan.gate.attest) return { kind: 'attestation-missing', host: plan.gate.attest };
  const after = { plan, approvals: [...run.approvals, { by: vote.by.name, surface: 'cli' as const, at: now, epoch: plan.epoch, attested: vote.attest }] };
  const missing = approvalsMissing(after);
  return missing > 0 ? { kind: 'waiting', missing } : { kind: 'granted', by: peopleBehind(after) };
}

/**
 * Authority again, when the run starts and before each irreversible step (DESIGN.md section 6): enough of the people who stood behind the
 * plan must still have the right. Returns the names whose authority is gone when the quorum no longer holds.
 */
export function authorityLost(run: RunState, estate: Estate): PersonName[] {
  if (run.plan.gate.people === 0) return [];
  const lost = run.approvals.filter((approval) => approval.epoch === run.plan.epoch).filter((approval) => {
    const person = personOf(estate, approval.by);
    return !person || !mayApprove(person, run.plan).may;
  }).map((approval) => approval.by);
  if (lost.length === 0) return [];
  // Whoever let it go on since then stands behind it too.
  const since = run.resumedBy.filter((name) => { const person = personOf(estate, name); return person !== undefined && mayApprove(person, run.plan).may; })
    .map((by) => ({ by, surface: 'cli' as const, at: run.lastAt, epoch: run.plan.epoch, attested: null }));
  const still = { plan: run.plan, approvals: [...run.approvals.filter((approval) => !lost.includes(approval.by)), ...since] };
  return approvalsMissing(still) > 0 ? lost : [];
}

/** Hold: anyone linked of that tenant or the provider, from any channel. */
export const mayHold = (person: Person, plan: Plan): boolean => sees(person, plan.tenant);
