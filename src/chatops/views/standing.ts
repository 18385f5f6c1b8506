import type { StandingState } from '../../core/standing-authority.js';
import type { State } from '../../core/state.js';
import type { ViewContext, ViewOf } from './view.js';
import { personWords } from './words.js';

/** What a quorum may sign, signs, or has signed in advance: where everybody looks, with the way to take it back. */
export function standingView({ authority, status, signed, over }: StandingState, state: State, { now }: Pick<ViewContext, 'now'>): ViewOf<'standing'> {
  const { id, operation, conditions } = authority;
  const person = (name: string): string => personWords(state.estate, name);
  return {
    name: 'standing', names: ['standing'], tone: status === 'in-force' ? 'warning' : 'info',
    data: {
      id, from: operation.from, to: operation.to, tenant: authority.tenant, hostGroups: [...operation.hostGroups], open: status === 'proposed', inForce: status === 'in-force', over: over?.words ?? null,
      hours: `${conditions.from} and ${conditions.until} ${state.estate?.timeZone ?? 'UTC'}`, days: conditions.days === null ? null : conditions.days.join(', '), lostMs: conditions.lostForMs, lagMs: conditions.lagMaxMs,
      expiresAt: authority.expiresAt, proposedBy: person(authority.proposedBy), reason: authority.reason, needed: authority.gate.people, signed: signed.map(({ by, at }) => ({ person: person(by), at })),
      next: over !== null ? [] : [...(status === 'proposed' ? [{ does: 'sign it, as an approver who did not propose it', command: `approve ${id}` }] : []), { does: 'take it back, anyone may', command: `revoke ${id}` }],
      asOf: now,
    },
  };
}
