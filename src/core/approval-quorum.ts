import { sees, type Role } from './estate.js';
import { mayApprove, type Asked } from './approval-right.js';
import { standingGate } from './standing-gate.js';
import type { PersonName, TenantName } from './names.js';
import type { Gate } from './plan.js';
import { memberOf, type Roster } from './roster.js';
import type { RunState } from './run-state.js';

/** One person whose word counts for a plan now. */
export interface Behind { readonly person: PersonName; readonly asked: boolean; /** Who is away, where this person decides in that one's place. */ readonly standsFor: PersonName | null }

/** Who stands behind a plan now, and what is still missing. */
export interface Quorum {
  readonly behind: readonly Behind[];
  /** Approved, and may not any more: these count for nothing. */
  readonly lost: readonly PersonName[];
  /** At least so many more approvals. 0: it may go. */
  readonly missing: number;
  /** What the missing ones must be besides being many, in words: `somebody of another team`. */
  readonly needs: readonly string[];
  /** Whose approval would bring it further. */
  readonly waitingFor: readonly PersonName[];
}

/** What a person is to a gate: which seats he may take, and where he comes from. */
interface Voice { readonly person: PersonName; readonly standsFor: PersonName | null; readonly roles: readonly Role[]; readonly origin: string | undefined }

/** The seats that nobody sits on, when the people are placed as well as can be: each on one seat, whatever roles he has. */
function emptySeats(seats: readonly Role[], voices: readonly Voice[]): Role[] {
  const sitting = new Map<number, Voice>();
  const place = (voice: Voice, tried: Set<number>): boolean => seats.some((role, seat) => {
    if (tried.has(seat) || !voice.roles.includes(role)) return false;
    tried.add(seat);
    const other = sitting.get(seat);
    if (other && !place(other, tried)) return false;
    sitting.set(seat, voice);
    return true;
  });
  for (const voice of voices) place(voice, new Set());
  return seats.filter((_, seat) => !sitting.has(seat));
}

interface Lack { readonly people: number; readonly seats: readonly Role[]; readonly origins: number }

function lackOf(gate: Gate, alone: boolean, requester: Voice | null, voices: readonly Voice[]): Lack {
  // Who is away and the one in that place are one authority: it counts once.
  const approvers = voices.filter((voice, index) => voices.findIndex((other) => authority(other) === authority(voice)) === index);
  const all = requester === null ? approvers : [requester, ...approvers];
  const origins = new Set(all.flatMap(({ origin }) => (origin === undefined ? [] : [origin])));
  return {
    // At least one approval is somebody else's than the requester's, whatever the count says.
    people: Math.max(gate.people - all.length, approvers.length === 0 && !alone ? 1 : 0),
    seats: emptySeats((gate.seats ?? []).flatMap(({ role, count }) => Array.from({ length: count }, () => role)), approvers),
    origins: gate.diverse === undefined ? 0 : Math.max(0, gate.diverse.count - origins.size),
  };
}

const authority = ({ person, standsFor }: Voice): PersonName => standsFor ?? person;
const approvalsIn = ({ people, seats, origins }: Lack): number => Math.max(people, seats.length, origins);
const weight = ({ people, seats, origins }: Lack): number => people + seats.length + origins;

/** Those who bring it nearer to its end; where no single one does, those who help at all. `after(null)`: as it stands. */
function helpers(candidates: readonly Voice[], after: (voice: Voice | null) => Lack): PersonName[] {
  const now = after(null);
  const nearer = candidates.filter((voice) => approvalsIn(after(voice)) < approvalsIn(now));
  return (nearer.length > 0 ? nearer : candidates.filter((voice) => weight(after(voice)) < weight(now))).map(({ person }) => person);
}

/** Who asks counts as one of the people behind it as an operator who is still there. A customer's requester asks, and the provider's people decide (seeds/2). */
function standsBehindOwnRequest(asker: PersonName, tenant: TenantName, roster: Roster): boolean {
  const person = memberOf(roster, asker);
  return person !== undefined && sees(person, tenant) && person.roles.includes('operator');
}

/** The one rule about how many people of which kind stand behind a plan: asked at the click, at the start and before each irreversible step (DESIGN.md section 6). */
export function quorumOf(run: Asked & Pick<RunState, 'approvals'>, roster: Roster): Quorum {
  const { plan, approvals } = run;
  const { requestedBy } = plan;
  const { gate, alone, begun, glassOver } = standingGate(run, roster);
  if (plan.gate.people === 0) return { behind: [], lost: [], missing: 0, needs: [], waitingFor: [] };
  const originOf = (name: PersonName): string | undefined => (gate.diverse === undefined ? undefined : memberOf(roster, name)?.[gate.diverse.by]);
  const voiceOf = (name: PersonName): Voice | null => {
    const person = memberOf(roster, name);
    const right = person && mayApprove(person, run, roster);
    return right?.may ? { person: name, standsFor: right.standsFor, roles: right.roles, origin: originOf(name) } : null;
  };
  const asker = requestedBy.kind === 'person' ? requestedBy.person : null;
  const names = [...new Set(approvals.filter(({ epoch, by }) => epoch === plan.epoch && by !== asker).map(({ by }) => by))];
  const voices = names.flatMap((name) => voiceOf(name) ?? []);
  const requester: Voice | null = asker === null || !standsBehindOwnRequest(asker, plan.tenant, roster) ? null : { person: asker, standsFor: null, roles: [], origin: originOf(asker) };
  const lack = lackOf(gate, alone, requester, voices);
  const missing = approvalsIn(lack);
  return {
    behind: [...(requester === null ? [] : [{ person: requester.person, asked: true, standsFor: null }]), ...voices.map(({ person, standsFor }) => ({ person, asked: false, standsFor }))],
    lost: names.filter((name) => !voices.some(({ person }) => person === name)),
    missing, needs: [...needsOf(gate, lack), ...(begun !== null && lack.people > 0 ? [`a change freeze has begun: ${begun}`] : []), ...(glassOver && missing > 0 ? ['the break-glass is over'] : [])],
    waitingFor: missing === 0 ? [] : helpers(roster.people.filter(({ name }) => !names.includes(name)).flatMap(({ name }) => voiceOf(name) ?? []), (voice) => lackOf(gate, alone, requester, voice === null ? voices : [...voices, voice])),
  };
}

function needsOf({ diverse }: Gate, { seats, origins }: Lack): string[] {
  const byRole = (['approver', 'operator', 'viewer'] as const).flatMap((role) => {
    const count = seats.filter((each) => each === role).length;
    return count === 0 ? [] : [`${count} with the role ${role}`];
  });
  if (origins === 0 || diverse === undefined) return byRole;
  return [...byRole, origins === 1 ? `somebody of another ${diverse.by}` : `people of ${origins} other ${diverse.by}s`];
}
