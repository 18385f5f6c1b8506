import { describe, expect, test } from '@jest/globals';
import { quorumOf } from '../../src/core/approval-quorum.js';
import { authorityLost, decide, mayHold, peopleBehind, type Decision, type Vote } from '../../src/core/approval.js';
import type { Estate } from '../../src/core/estate.js';
import type { JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import type { Plan } from '../../src/core/plan.js';
import type { RunState } from '../../src/core/run-state.js';
import { demoEstate } from '../scenarios/lab/estates.js';
import { aPerson, aPlan, approved, aRoster, aRun, minute, noon } from './support.js';

const ana = aPerson('ana');
const ben = aPerson('ben');
const dora = aPerson('dora', ['viewer'], ['cluster01']);
const olga = aPerson('olga', ['operator']);
const erik = aPerson('erik', ['operator', 'approver'], ['cluster02']);
const everybody = [ana, ben, aPerson('chris'), dora, olga, erik];
const at = (now: number) => aRoster(everybody, now);
const missing = (run: RunState): number => quorumOf(run, at(noon)).missing;
const lostIn = (run: RunState, { people }: Pick<Estate, 'people'>): readonly string[] => authorityLost(run, aRoster(people))?.names ?? [];
const own = aPlan();
const lifeboats = aPlan({ requestedBy: lifeboat('monitor') });
const three = aPlan({ gate: { ...own.gate, people: 3 } });
const attested = aPlan({ requestedBy: lifeboat('monitor'), gate: { ...own.gate, attest: 'pbrazos' } });
const aVote = (change: Partial<Vote>): Vote => ({ by: ben, answer: 'approve', epoch: 1, attest: null, reason: null, number: 'none', target: null, glass: null, ...change });
const granted: JournalEvent[] = [approved('ben'), { type: 'plan.granted', run: 'R-1', epoch: 1, digest: own.digest, by: ['ana', 'ben'] }];
const revised: JournalEvent = { type: 'plan.revised', plan: { ...own, epoch: 2 }, expiresAt: noon + 30 * minute, changes: [], voided: ['ben'] };

describe('two distinct people stand behind every move', () => {
  test.each<[string, Plan, readonly JournalEvent[], Partial<Vote>, Decision['kind']]>([
    ['the requester and one approver grant a plan', own, [], {}, 'granted'],
    ['the requester alone never does', own, [], { by: ana }, 'own-request'],
    ['a plan that Lifeboat proposed needs two approvers: the first one waits', lifeboats, [], {}, 'waiting'],
    ['a plan that Lifeboat proposed is granted by the second one', lifeboats, [approved('ana')], {}, 'granted'],
    ['one approver twice is one vote', lifeboats, [approved('ben')], {}, 'already-voted'],
    ['a runbook may ask for more people', three, [], {}, 'waiting'],
    ['and is granted by the last of them', three, [approved('chris')], {}, 'granted'],
    ['a viewer does not decide', own, [], { by: dora }, 'not-an-approver'],
    ['an operator who is no approver does not decide', own, [], { by: olga }, 'not-an-approver'],
    ['people of another tenant see nothing, whatever their roles', own, [], { by: erik }, 'not-your-tenant'],
    ['people of another tenant see nothing, also of what is over', own, granted, { by: erik }, 'not-your-tenant'],
    ['a vote on an older plan does not count', own, [revised], { epoch: 1 }, 'plan-changed'],
    ['approvals of an older plan do not count', { ...lifeboats }, [approved('ana'), { ...revised, plan: { ...lifeboats, epoch: 2 } } as JournalEvent], { epoch: 2 }, 'waiting'],
    ['a vote on the newest plan counts', own, [revised], { epoch: 2 }, 'granted'],
    ['the host must be attested where nobody can see it', attested, [], {}, 'attestation-missing'],
    ['another host does not do', attested, [], { attest: 'raichu' }, 'attestation-missing'],
    ['attested by name it counts', attested, [], { attest: 'pbrazos' }, 'waiting'],
    ['each approver attests', attested, [approved('ana', 1, 'pbrazos')], {}, 'attestation-missing'],
    ['both attested: granted', attested, [approved('ana', 1, 'pbrazos')], { attest: 'pbrazos' }, 'granted'],
    ['any approver rejects', own, [], { answer: 'reject' }, 'rejected'],
    ['the requester\'s no is a withdrawal', own, [], { by: ana, answer: 'reject' }, 'withdrawn'],
    ['a rejection needs no look at the newest plan', own, [revised], { answer: 'reject', epoch: 1 }, 'rejected'],
    ['a rejection needs no attestation', attested, [], { answer: 'reject' }, 'rejected'],
    ['a viewer does not reject', own, [], { by: dora, answer: 'reject' }, 'not-an-approver'],
    ['a decided plan is decided', own, granted, { by: aPerson('chris') }, 'already-decided'],
    ['a rejected plan is decided', own, [{ type: 'plan.rejected', run: 'R-1', by: 'ana', reason: null }], {}, 'already-decided'],
    ['an expired plan is expired', own, [{ type: 'plan.expired', run: 'R-1', why: null }], {}, 'expired'],
  ])('%s', (_title, plan, events, vote, kind) => expect(decide(aRun(events, plan), aVote(vote), at(noon + minute)).kind).toBe(kind));

  test.each([['a millisecond before the deadline counts', -1, 'granted'], ['at the very millisecond of the deadline is too late', 0, 'expired'], ['after it is too late', 1, 'expired']])('a vote %s', (_title, late, kind) => {
    const run = aRun();
    expect(decide(run, aVote({}), at(run.expiresAt! + late)).kind).toBe(kind);
  });

  test('a late rejection does not revive a plan either', () => {
    const run = aRun();
    expect(decide(run, aVote({ answer: 'reject' }), at(run.expiresAt!)).kind).toBe('expired');
  });

  test('the grant names everybody behind it', () => {
    expect(decide(aRun(), aVote({}), at(noon))).toEqual({ kind: 'granted', by: ['ana', 'ben'], standsFor: null });
    expect(decide(aRun([approved('chris')], lifeboats), aVote({}), at(noon))).toEqual({ kind: 'granted', by: ['chris', 'ben'], standsFor: null });
  });

  test('what is missing is said as a number', () => {
    expect(decide(aRun([], lifeboats), aVote({}), at(noon))).toMatchObject({ kind: 'waiting', missing: 1 });
    expect(decide(aRun([], three), aVote({}), at(noon))).toMatchObject({ kind: 'waiting', missing: 1 });
    expect(missing(aRun([], three))).toBe(2);
    expect(missing(aRun([], lifeboats))).toBe(2);
    expect(peopleBehind(aRun([], lifeboats))).toEqual([]);
  });

  test('deciding changes nothing: the same question has the same answer', () => {
    const run = aRun();
    const before = JSON.stringify(run);
    decide(run, aVote({}), at(noon));
    expect(JSON.stringify(run)).toBe(before);
  });

  test('an approval never counts for the requester, even if the journal held one', () => {
    expect(missing(aRun([approved('ana')]))).toBe(1);
  });
});

describe('hold is for everyone', () => {
  test.each([['a viewer of the tenant', dora, true], ['the provider\'s people', ben, true], ['people of another tenant', erik, false]])('%s: %s', (_title, person, may) => { expect(mayHold(person, own)).toBe(may); });
});

describe('authority is looked at again', () => {
  const estate = demoEstate();
  const without = (...names: string[]) => ({ ...estate, people: estate.people.map((person) => (names.includes(person.name) ? { ...person, roles: ['viewer' as const] } : person)) });
  const gone = (...names: string[]) => ({ ...estate, people: estate.people.filter((person) => !names.includes(person.name)) });

  test('as long as the approvers may still approve, nothing is lost', () => { expect(lostIn(aRun(granted), estate)).toEqual([]); });
  test('an approver who lost the role takes the quorum along', () => { expect(lostIn(aRun(granted), without('ben'))).toEqual(['ben']); });
  test('an approver who left takes the quorum along', () => { expect(lostIn(aRun(granted), gone('ben'))).toEqual(['ben']); });
  test('an approver who does not see the tenant any more takes the quorum along', () => {
    expect(lostIn(aRun(granted), { ...estate, people: estate.people.map((person) => (person.name === 'ben' ? { ...person, tenants: ['cluster02'] } : person)) })).toEqual(['ben']);
  });
  test('one more approver than needed makes the loss of one harmless', () => { expect(lostIn(aRun([approved('ben'), approved('chris')]), without('ben'))).toEqual([]); });
  test('approvers who let the run go on stand behind it instead', () => {
    const resumed: JournalEvent = { type: 'run.resumed', run: 'R-1', by: ['ana', 'chris'] };
    expect(lostIn(aRun([...granted, resumed]), without('ben'))).toEqual([]);
    expect(lostIn(aRun([...granted, resumed]), without('ben', 'chris'))).toEqual(['ben']);
  });
  test('the requester letting it go on is not a second person', () => { expect(lostIn(aRun([...granted, { type: 'run.resumed', run: 'R-1', by: ['ana'] }]), without('ben'))).toEqual(['ben']); });
  test('what needed nobody can lose nobody', () => { expect(lostIn(aRun([], aPlan({ gate: { ...own.gate, people: 0 } })), gone('ana', 'ben'))).toEqual([]); });
});
