import { quorumOf, type Quorum } from './approval-quorum.js';
import { sees, type Person } from './estate.js';
import { lifeboat, type PersonName } from './names.js';
import type { Gate, Operation } from './plan.js';
import type { Roster } from './roster.js';
import type { StandingState } from './standing-authority.js';

/** Who of these people stands behind a standing authority now, by the one rule of the gate: as if Lifeboat had proposed the move and they had approved it. */
function couldStandBehind({ operation, gate }: { readonly operation: Operation; readonly gate: Gate }, names: readonly PersonName[], roster: Roster): Quorum {
  const plan = { gate, operation, tenant: operation.tenant, epoch: 1, requestedBy: lifeboat('monitor') };
  const approvals = names.map((by) => ({ by, surface: 'cli' as const, at: roster.now, epoch: 1, attested: null }));
  return quorumOf({ plan, approvals, escalatedTo: [], wrongNumbers: [], glass: null }, roster);
}

/** Why those who signed are not enough any more; null: they are. */
export function signersGone({ authority, signed }: Pick<StandingState, 'authority' | 'signed'>, roster: Roster): string | null {
  const { missing, lost } = couldStandBehind(authority, signed.map(({ by }) => by), roster);
  if (missing === 0) return null;
  return `${lost.length > 0 ? `${lost.join(', ')} may not approve any more` : 'not enough of those who signed may approve now'}, so the quorum is gone`;
}

export type Signing =
  | { readonly kind: 'signed'; readonly inForce: boolean; readonly missing: number; readonly needs: readonly string[]; readonly from: readonly PersonName[] }
  | { readonly kind: 'not-yours' | 'over' | 'in-force' | 'expired' | 'own-request' | 'not-an-approver' | 'already-signed' };

/** A signature is an approval: the same rights, and never of one's own proposal. */
export function sign({ authority, status, signed }: StandingState, person: Person, roster: Roster): Signing {
  if (!sees(person, authority.tenant)) return { kind: 'not-yours' };
  if (status !== 'proposed') return { kind: status === 'in-force' ? 'in-force' : 'over' };
  if (roster.now >= authority.expiresAt) return { kind: 'expired' };
  if (person.name === authority.proposedBy) return { kind: 'own-request' };
  const names = signed.map(({ by }) => by);
  if (names.includes(person.name)) return { kind: 'already-signed' };
  const { behind, missing, needs, waitingFor } = couldStandBehind(authority, [...names, person.name], roster);
  if (!behind.some((each) => each.person === person.name)) return { kind: 'not-an-approver' };
  return { kind: 'signed', inForce: missing === 0, missing, needs, from: waitingFor.filter((name) => name !== authority.proposedBy) };
}
