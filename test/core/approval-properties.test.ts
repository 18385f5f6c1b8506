import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quorumOf } from '../../src/core/approval-quorum.js';
import { authorityLost, decide } from '../../src/core/approval.js';
import type { Delegation } from '../../src/core/delegation.js';
import type { Person, Role } from '../../src/core/estate.js';
import type { JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import type { Gate } from '../../src/core/plan.js';
import type { Roster } from '../../src/core/roster.js';
import { foldRun, isTerminal, type RunState } from '../../src/core/run-state.js';
import { aPlan, aRun, entriesOf, minute, noon } from './support.js';

const names = ['ana', 'ben', 'chris', 'dora', 'erik'] as const;
const somebody = fc.constantFrom(...names);
const roles = fc.oneof(fc.constant<Role[]>(['operator', 'approver']), fc.constant<Role[]>(['approver']), fc.constant<Role[]>(['viewer']), fc.subarray<Role>(['viewer', 'requester', 'operator', 'approver'], { minLength: 1 }));
const person = (name: string): fc.Arbitrary<Person> => fc.record({ roles, team: fc.constantFrom('storage', 'network', undefined), tenants: fc.constantFrom('all' as const, 'all' as const, ['cluster01'], ['cluster02']) })
  .map(({ team, ...rest }) => ({ name, displayName: name, email: null, phone: null, timeZone: null, ...rest, ...(team === undefined ? {} : { team }) }));
const people = fc.tuple(...names.map(person));
const gates: fc.Arbitrary<Gate> = fc.record({
  people: fc.integer({ min: 1, max: 3 }), diverse: fc.boolean(), deny: fc.integer({ min: 1, max: 3 }), typedTarget: fc.boolean(), numberMatching: fc.boolean(), glass: fc.boolean(),
  seats: fc.option(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })).filter(([a, b]) => a + b > 0)),
}).map(({ people: count, diverse, deny, typedTarget, numberMatching, glass, seats }) => ({
  people: count, role: 'approver', expiresInMs: 30 * minute, attest: null, deny, ...(diverse ? { diverse: { by: 'team' as const, count: 2 } } : {}), ...(typedTarget ? { typedTarget: 'customerA' } : {}), ...(numberMatching ? { numberMatching } : {}),
  ...(glass ? { breakGlass: ['no-second-person' as const] } : {}), ...(seats ? { seats: [{ role: 'approver' as const, count: seats[0] }, { role: 'operator' as const, count: seats[1] }].filter((seat) => seat.count > 0) } : {}),
}));
type Act =
  | { readonly kind: 'vote'; readonly who: string; readonly answer: 'approve' | 'reject'; readonly number: 'none' | 'right' | 'wrong'; readonly target: string | null; readonly glass: readonly string[] | null; readonly times: number; readonly older: boolean }
  | { readonly kind: 'pass'; readonly minutes: number } | { readonly kind: 'people'; readonly people: readonly Person[] } | { readonly kind: 'away'; readonly from: string; readonly to: string } | { readonly kind: 'revise' };
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('vote' as const), who: somebody, answer: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'approve' as const, 'reject' as const), number: fc.constantFrom('none' as const, 'right' as const, 'right' as const, 'right' as const, 'wrong' as const), target: fc.constantFrom('customerA', 'customerA', 'customerA', 'customerB', null), glass: fc.constantFrom(null, null, null, ['no-second-person']), times: fc.integer({ min: 1, max: 3 }), older: fc.constantFrom(false, false, false, false, true) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(1, 5, 16, 31) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('people' as const), people }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('away' as const), from: somebody, to: somebody }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'revise' as const }) },
);

/** What the rules mean, written down a second time and without cleverness. */
function truly(run: RunState, roster: Roster): boolean {
  const { gate, requestedBy } = run.plan;
  const asker = requestedBy.kind === 'person' ? requestedBy.person : null;
  const of = (name: string): Person | undefined => roster.people.find((each) => each.name === name);
  const deciding = gate.seats?.map(({ role }) => role) ?? [gate.role];
  const sighted = (each: Person | undefined): each is Person => each !== undefined && (each.tenants === 'all' || each.tenants.includes('cluster01'));
  const locked = (name: string): boolean => run.wrongNumbers.filter((each) => each === name).length >= 3;
  const authorities = new Map<string, { origin: string | undefined; roles: readonly Role[] }>();
  for (const { by, epoch } of run.approvals) {
    const self = of(by);
    if (epoch !== run.plan.epoch || by === asker || !sighted(self) || locked(by)) continue;
    const principal = deciding.some((role) => self.roles.includes(role)) ? self : roster.delegations.map((each) => (each.to === by && each.from !== asker ? of(each.from) : undefined)).find((each) => sighted(each) && deciding.some((role) => each.roles.includes(role)));
    if (principal && !authorities.has(principal.name)) authorities.set(principal.name, { origin: self.team, roles: principal.roles });
  }
  const breaker = run.glass && roster.now < run.glass.expiresAt ? of(run.glass.by) : undefined;
  const alone = sighted(breaker) && !locked(breaker.name) && deciding.some((role) => breaker.roles.includes(role));
  const asks = asker === null ? undefined : of(asker);
  const behind = sighted(asks) && asks.roles.includes('operator') ? asks : undefined;
  const teams = new Set([behind?.team, ...[...authorities.values()].map(({ origin }) => origin)].filter((team) => team !== undefined));
  if (gate.diverse && teams.size < gate.diverse.count) return false;
  const count = authorities.size + (behind === undefined ? 0 : 1);
  if (alone) return count >= 1;
  const seats = (gate.seats ?? []).flatMap((seat) => Array.from({ length: seat.count }, () => seat.role));
  const seated = (left: readonly Role[], voices: readonly (readonly Role[])[]): boolean => left.length === 0 || voices.some((voice, index) => voice.includes(left[0]!) && seated(left.slice(1), voices.filter((_, other) => other !== index)));
  return authorities.size >= 1 && count >= gate.people && seated(seats, [...authorities.values()].map((each) => each.roles));
}

describe('whatever people do, in whatever order', () => {
  test('a plan is granted once at most, in time, never without its quorum, and says so again at the start', () => {
    let granted = 0;
    fc.assert(fc.property(gates, people, fc.constantFrom('ana', 'ben', null), fc.array(act, { maxLength: 30 }), (gate, crowd, asker, acts) => {
      const run = aRun([], aPlan({ gate, requestedBy: asker === null ? lifeboat('monitor') : { kind: 'person', person: asker, surface: 'cli' } }));
      let roster: Roster = { people: crowd, delegations: [], freezes: [], now: noon };
      const add = (...events: JournalEvent[]): void => { for (const entry of entriesOf(events, 'run:R-1', run.streamSeq)) foldRun(run, { ...entry, at: roster.now }); };
      let grants = 0;
      for (const each of acts) {
        if (each.kind === 'pass') { roster = { ...roster, now: roster.now + each.minutes * minute }; continue; }
        if (each.kind === 'people') { roster = { ...roster, people: each.people }; continue; }
        if (each.kind === 'away') { const other: Delegation = { from: each.from, to: each.to, until: Infinity, reason: null, at: roster.now }; roster = { ...roster, delegations: [...roster.delegations.filter(({ from }) => from !== each.from), other] }; continue; }
        if (each.kind === 'revise') { if (run.status === 'proposed') add({ type: 'plan.revised', plan: { ...run.plan, epoch: run.plan.epoch + 1 }, expiresAt: run.expiresAt, changes: [], voided: [] }); continue; }
        const by = roster.people.find(({ name }) => name === each.who)!;
        // A double click, a webhook sent again: the same vote once more.
        for (let time = 0; time < each.times; time++) {
          const before = run.status;
          const decision = decide(run, { by, answer: each.answer, epoch: run.plan.epoch - (each.older ? 1 : 0), attest: null, reason: 'because', number: each.number, target: each.target, glass: each.glass }, roster);
          if (isTerminal(before) || before === 'granted') expect(['already-decided', 'expired', 'not-your-tenant']).toContain(decision.kind);
          const approval: JournalEvent = { type: 'approval.given', run: 'R-1', epoch: run.plan.epoch, by: by.name, surface: 'cli', attested: null };
          switch (decision.kind) {
            case 'waiting': add(approval); expect(truly(run, roster)).toBe(false); break;
            case 'granted':
              if (decision.glass) add({ type: 'glass.broken', run: 'R-1', epoch: run.plan.epoch, ...decision.glass });
              if (asker !== by.name) add(approval);
              grants++; granted++;
              expect(roster.now).toBeLessThan(run.expiresAt!);
              expect(each.older).toBe(false);
              expect(truly(run, roster)).toBe(true);
              expect(authorityLost(run, roster)).toBeNull();
              add({ type: 'plan.granted', run: 'R-1', epoch: run.plan.epoch, digest: 'd', by: decision.by });
              break;
            case 'rejected': add({ type: 'plan.rejected', run: 'R-1', by: by.name, reason: null }); break;
            case 'rejecting': add({ type: 'rejection.given', run: 'R-1', epoch: run.plan.epoch, by: by.name, surface: 'cli', reason: null }); break;
            case 'withdrawn': add({ type: 'plan.withdrawn', run: 'R-1', by: by.name, reason: null }); break;
            default: add({ type: 'approval.refused', run: 'R-1', by: by.name, surface: 'cli', code: decision.kind });
          }
        }
        // At any later moment, whether it may still go is the same question.
        expect(authorityLost(run, roster) === null).toBe(truly(run, roster));
        expect(quorumOf(run, roster).missing === 0).toBe(truly(run, roster));
      }
      expect(grants).toBeLessThanOrEqual(1);
    }), { numRuns: 3_000, seed: 20_261_121 });
    // A property that never comes to a grant would hold for anything.
    expect(granted).toBeGreaterThan(100);
  });
});
