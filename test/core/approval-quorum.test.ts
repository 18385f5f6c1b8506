import { describe, expect, test } from '@jest/globals';
import { mayApprove } from '../../src/core/approval-right.js';
import { quorumOf } from '../../src/core/approval-quorum.js';
import { authorityLost, decide, resumeMissing, type Vote } from '../../src/core/approval.js';
import type { Delegation } from '../../src/core/delegation.js';
import type { Freeze, Person } from '../../src/core/estate.js';
import type { JournalEvent } from '../../src/core/event.js';
import { freezeOf } from '../../src/core/freeze.js';
import { gateFor } from '../../src/core/gate.js';
import { gateWords } from '../../src/core/gate-words.js';
import { lifeboat } from '../../src/core/names.js';
import { digestOf, type Gate, type Operation } from '../../src/core/plan.js';
import { planChanges } from '../../src/core/plan-diff.js';
import type { RunState } from '../../src/core/run-state.js';
import { aPerson, aPlan, approved, aRoster, aRun, minute, noon } from './support.js';

const of = (name: string, team: string, roles: Person['roles'] = ['operator', 'approver'], site?: string): Person => ({ ...aPerson(name, roles), team, ...(site ? { site } : {}) });
const ana = of('ana', 'storage', ['operator', 'approver'], 'customerA');
const ben = of('ben', 'storage', ['approver'], 'customerA');
const chris = of('chris', 'network', ['approver'], 'service_provider');
const olga = of('olga', 'network', ['operator']);
const nemo = aPerson('nemo', ['approver']);
const everybody = [ana, ben, chris, olga, nemo];
const gate = aPlan().gate;
const asks = (rules: Partial<Gate>, by = 'ana'): ReturnType<typeof aPlan> => aPlan({ gate: { ...gate, ...rules }, requestedBy: by === 'lifeboat' ? lifeboat('monitor') : { kind: 'person', person: by, surface: 'cli' } });
const run = (rules: Partial<Gate>, events: readonly JournalEvent[] = [], by?: string): RunState => aRun(events, asks(rules, by));
const vote = (by: Person, change: Partial<Vote> = {}): Vote => ({ by, answer: 'approve', epoch: 1, attest: null, reason: null, number: 'none', target: null, glass: null, ...change });
const says = (state: RunState, people = everybody, delegations: readonly Delegation[] = []) => { const { missing, needs, waitingFor } = quorumOf(state, aRoster(people, noon, delegations)); return { missing, needs, waitingFor }; };

describe('a gate that wants people of different teams', () => {
  const diverse = { diverse: { by: 'team', count: 2 } } as const;
  test.each<[string, RunState, { missing: number; needs: string[]; waitingFor: string[] }]>([
    ['waits for somebody of another team than the requester\'s', run(diverse), { missing: 1, needs: ['somebody of another team'], waitingFor: ['chris'] }],
    ['is not met by a second person of the same team; only others are waited for', run(diverse, [approved('ben')]), { missing: 1, needs: ['somebody of another team'], waitingFor: ['chris'] }],
    ['is met by one of another team', run(diverse, [approved('chris')]), { missing: 0, needs: [], waitingFor: [] }],
    ['is not met by a person of no team', run(diverse, [approved('nemo')]), { missing: 1, needs: ['somebody of another team'], waitingFor: ['chris'] }],
    ['may want three', run({ diverse: { by: 'team', count: 3 }, people: 3 }), { missing: 2, needs: ['people of 2 other teams'], waitingFor: ['chris'] }],
    ['counts sites as it counts teams', run({ ...diverse, diverse: { by: 'site', count: 3 } }), { missing: 2, needs: ['people of 2 other sites'], waitingFor: ['chris'] }],
  ])('%s', (_title, state, expected) => expect(says(state)).toEqual(expected));

  test('or of different sites', () => {
    const sites = { diverse: { by: 'site', count: 2 } } as const;
    expect(says(run(sites, [approved('ben')])).needs).toEqual(['somebody of another site']);
    expect(says(run(sites, [approved('chris')])).missing).toBe(0);
  });
  test('a vote of the same team is recorded and told what is missing', () => {
    expect(decide(run(diverse), vote(ben), aRoster(everybody))).toEqual({ kind: 'waiting', missing: 1, needs: ['somebody of another team'], from: ['chris'], standsFor: null });
  });
  test('somebody who changes the team afterwards takes the quorum along', () => {
    const granted = run(diverse, [approved('chris'), { type: 'plan.granted', run: 'R-1', epoch: 1, digest: 'd', by: ['ana', 'chris'] }]);
    expect(authorityLost(granted, aRoster(everybody))).toBeNull();
    expect(authorityLost(granted, aRoster(everybody.map((each) => (each.name === 'chris' ? { ...each, team: 'storage' } : each))))?.why).toBe('1 more person must stand behind it now (somebody of another team)');
  });
});

describe('a gate with seats by role', () => {
  const seats = { seats: [{ role: 'approver', count: 2 }, { role: 'operator', count: 1 }] } as const;
  test.each<[string, RunState, number, string[]]>([
    ['wants them all', run(seats, [], 'lifeboat'), 3, ['2 with the role approver', '1 with the role operator']],
    ['counts one person once, whatever roles he has', run(seats, [approved('ana')], 'lifeboat'), 2, ['1 with the role approver', '1 with the role operator']],
    ['places people as well as can be: ana sits as operator once two others are approvers', run(seats, [approved('ana'), approved('ben'), approved('chris')], 'lifeboat'), 0, []],
    ['is not met by approvers alone', run(seats, [approved('nemo'), approved('ben'), approved('chris')], 'lifeboat'), 1, ['1 with the role operator']],
    ['does not seat the requester', run(seats, [approved('ben'), approved('chris')], 'ana'), 1, ['1 with the role operator']],
  ])('%s', (_title, state, missing, needs) => {
    expect(quorumOf(state, aRoster(everybody))).toMatchObject({ missing });
    expect([...quorumOf(state, aRoster(everybody)).needs].toSorted()).toEqual(needs.toSorted());
  });
  test('lets an operator decide, whom a gate for approvers refuses', () => {
    expect(mayApprove(olga, run(seats, [], 'lifeboat'), aRoster(everybody)).may).toBe(true);
    expect(mayApprove(olga, run({}, [], 'lifeboat'), aRoster(everybody)).may).toBe(false);
  });
  test('waits only for people whose seat is empty', () => expect(says(run(seats, [approved('ben'), approved('chris')], 'lifeboat')).waitingFor).toEqual(['ana', 'olga']));
});

describe('rejections', () => {
  const no = (by: string): JournalEvent => ({ type: 'rejection.given', run: 'R-1', epoch: 1, by, surface: 'cli', reason: 'too early' });
  const three = { deny: 3 };
  test.each<[string, RunState, Vote, string]>([
    ['one no ends it where the gate says nothing else', run({}), vote(ben, { answer: 'reject' }), 'rejected'],
    ['one of three does not', run(three), vote(ben, { answer: 'reject' }), 'rejecting'],
    ['the third does', run(three, [no('ben'), no('chris')]), vote(nemo, { answer: 'reject' }), 'rejected'],
    ['one person three times is one no', run(three, [no('ben'), no('chris')]), vote(chris, { answer: 'reject' }), 'rejecting'],
    ['whoever may not approve cannot reject', run(three), vote(olga, { answer: 'reject' }), 'not-an-approver'],
    ['the requester withdraws at once', run(three), vote(ana, { answer: 'reject' }), 'withdrawn'],
    ['a gate that wants reasons wants one here', run({ reason: 'required' }), vote(ben, { answer: 'reject' }), 'reason-missing'],
    ['and takes it', run({ reason: 'required' }), vote(ben, { answer: 'reject', reason: 'not tonight' }), 'rejected'],
  ])('%s', (_title, state, given, kind) => expect(decide(state, given, aRoster(everybody)).kind).toBe(kind));
  test('the last word of a person counts: a no takes back the yes, and a yes the no', () => {
    expect(run(three, [approved('ben'), no('ben')])).toMatchObject({ approvals: [], rejections: [{ by: 'ben' }] });
    expect(run(three, [no('ben'), approved('ben')])).toMatchObject({ approvals: [{ by: 'ben' }], rejections: [] });
  });
  test('the no of somebody who lost the right counts no more', () => {
    const state = run({ deny: 2 }, [no('chris')]);
    expect(decide(state, vote(ben, { answer: 'reject' }), aRoster(everybody)).kind).toBe('rejected');
    expect(decide(state, vote(ben, { answer: 'reject' }), aRoster(everybody.filter(({ name }) => name !== 'chris'))).kind).toBe('rejecting');
  });
});

describe('somebody who stands in', () => {
  const away = (from: string, to: string): Delegation => ({ from, to, until: noon + minute, reason: 'on leave', at: noon - minute });
  const roster = (...delegations: Delegation[]) => aRoster(everybody, noon, delegations);
  test('may decide in the place of one who may', () => {
    expect(mayApprove(olga, run({}, [], 'ben'), roster(away('chris', 'olga')))).toEqual({ may: true, code: 'ok', standsFor: 'chris', roles: ['approver'] });
    expect(decide(run({}), vote(olga), roster(away('chris', 'olga')))).toEqual({ kind: 'granted', by: ['ana', 'olga'], standsFor: 'chris' });
  });
  test.each<[string, RunState, Person, Delegation]>([
    ['not for one who asked for it', run({}, [], 'chris'), olga, away('chris', 'olga')],
    ['not where the one in place asked for it', run({}, [], 'olga'), olga, away('chris', 'olga')],
    ['not for one who stands in himself: it does not go on', run({}), aPerson('zoe', ['viewer']), away('olga', 'zoe')],
    ['not where the one in place has no sight of the tenant', run({}), aPerson('zoe', ['viewer'], ['cluster02']), away('chris', 'zoe')],
  ])('%s', (_title, state, person, delegation) => expect(mayApprove(person, state, aRoster([...everybody, person], noon, [delegation, away('chris', 'olga')].slice(0, delegation.from === 'olga' ? 2 : 1))).may).toBe(false));
  test('one with the role counts as himself', () => expect(mayApprove(ben, run({}), roster(away('chris', 'ben')))).toMatchObject({ standsFor: null }));
  test('and the one he stands for are one authority: it counts once', () => {
    const lifeboats = run({}, [approved('chris')], 'lifeboat');
    expect(decide(lifeboats, vote(olga), roster(away('chris', 'olga')))).toEqual({ kind: 'counted-already', by: 'chris' });
    const other = run({}, [approved('olga')], 'lifeboat');
    expect(decide(other, vote(chris), roster(away('chris', 'olga')))).toEqual({ kind: 'counted-already', by: 'olga' });
    expect(quorumOf(run({}, [approved('olga'), approved('chris')], 'lifeboat'), roster(away('chris', 'olga'))).missing).toBe(1);
  });
  test('counts no longer when the time is over, at the start and at each irreversible step', () => {
    const granted = run({}, [approved('olga')]);
    expect(authorityLost(granted, roster(away('chris', 'olga')))).toBeNull();
    expect(authorityLost(granted, roster())).toEqual({ names: ['olga'], why: 'olga no longer may approve' });
  });
});

describe('backups', () => {
  const escalated: JournalEvent = { type: 'approval.escalated', run: 'R-1', epoch: 1, to: ['olga'] };
  const backups = { backups: ['olga'] };
  test('may not decide before the question reaches them, and may from then on', () => {
    expect(mayApprove(olga, run(backups), aRoster(everybody)).may).toBe(false);
    expect(decide(run(backups, [escalated]), vote(olga), aRoster(everybody)).kind).toBe('granted');
  });
  test('who left since takes the quorum along', () => expect(authorityLost(run(backups, [escalated, approved('olga')]), aRoster(everybody.filter(({ name }) => name !== 'olga')))?.names).toEqual(['olga']));
  test('of an older plan are none of the new one', () => {
    const revised: JournalEvent = { type: 'plan.revised', plan: { ...asks(backups), epoch: 2 }, expiresAt: noon + 30 * minute, changes: [], voided: [] };
    expect(mayApprove(olga, run(backups, [escalated, revised]), aRoster(everybody)).may).toBe(false);
  });
});

describe('what an approver types', () => {
  const wrong = (by: string): JournalEvent => ({ type: 'approval.refused', run: 'R-1', by, surface: 'cli', code: 'number-wrong' });
  const both = { numberMatching: true, typedTarget: 'customerA' } as const;
  test.each<[string, Partial<Gate>, readonly JournalEvent[], Partial<Vote>, unknown]>([
    ['the number, or nothing is recorded', { numberMatching: true }, [], {}, { kind: 'number-missing' }],
    ['the right one counts', { numberMatching: true }, [], { number: 'right' }, { kind: 'granted' }],
    ['a wrong one says how many tries are left', { numberMatching: true }, [], { number: 'wrong' }, { kind: 'number-wrong', triesLeft: 2 }],
    ['the third wrong one is the last', { numberMatching: true }, [wrong('ben'), wrong('ben')], { number: 'wrong' }, { kind: 'number-wrong', triesLeft: 0 }],
    ['after three the right one does not count either', { numberMatching: true }, [wrong('ben'), wrong('ben'), wrong('ben')], { number: 'right' }, { kind: 'number-locked' }],
    ['others\' wrong ones shut nobody else out', { numberMatching: true }, [wrong('chris'), wrong('chris'), wrong('chris')], { number: 'right' }, { kind: 'granted' }],
    ['the target, where something cannot be undone', { typedTarget: 'customerA' }, [], {}, { kind: 'target-missing', target: 'customerA' }],
    ['another one does not do', { typedTarget: 'customerA' }, [], { target: 'customerB' }, { kind: 'target-wrong', target: 'customerA' }],
    ['the very one does', { typedTarget: 'customerA' }, [], { target: 'customerA' }, { kind: 'granted' }],
    ['a slip in the target uses up no try of the number', both, [], { target: 'customerB', number: 'wrong' }, { kind: 'target-wrong' }],
    ['a no needs neither', both, [], { answer: 'reject' }, { kind: 'rejected' }],
  ])('%s', (_title, rules, events, given, expected) => expect(decide(run(rules, events), vote(ben, given), aRoster(everybody))).toMatchObject(expected as object));
  test('whoever is shut out is waited for no more', () => expect(says(run({ numberMatching: true }, [wrong('ben'), wrong('ben'), wrong('ben')])).waitingFor).toEqual(['chris', 'nemo']));
});

describe('a plan gets its gate from its runbook\'s rules', () => {
  const rules = { ...gate, typedTarget: true, numberMatching: true } as const;
  const needs = { attest: null, operation: aPlan().operation, irreversible: ['writes stay behind'], requestedBy: aPlan().requestedBy, freezes: [], now: noon };
  test('the target is what the plan is about', () => expect(gateFor(rules, needs)).toMatchObject({ typedTarget: 'customerA', numberMatching: true }));
  test('where everything can be undone, none is typed', () => expect(gateFor(rules, { ...needs, irreversible: [] })).not.toHaveProperty('typedTarget'));
  test('what Lifeboat asks for has no number, since nobody could tell it', () => expect(gateFor(rules, { ...needs, requestedBy: lifeboat('monitor') })).not.toHaveProperty('numberMatching'));
});

describe('a change freeze', () => {
  const iso = (at: number): string => new Date(at).toISOString();
  const freeze = (from: number, to: number, tenant: string | null = null): Freeze => ({ from: iso(noon + from * minute), to: iso(noon + to * minute), tenant, reason: 'quarter end' });
  const operation = aPlan().operation;
  test.each<[string, Freeze, Partial<Operation>, boolean]>([
    ['holds for a planned move', freeze(-1, 1), {}, true], ['not for an unplanned one', freeze(-1, 1), { drType: 'unplanned' }, false], ['for a cleanup', freeze(-1, 1), { verb: 'cleanup', drType: null }, true], ['for a resync', freeze(-1, 1), { verb: 'resync', drType: null }, true],
    ['not for recover', freeze(-1, 1), { verb: 'recover', drType: null }, false], ['not for a verification', freeze(-1, 1), { verb: 'verify', drType: null }, false],
    ['from its very first millisecond', freeze(0, 1), {}, true], ['until its last, exclusively', freeze(-1, 0), {}, false], ['for its tenant', freeze(-1, 1, 'cluster01'), {}, true], ['for no other tenant', freeze(-1, 1, 'cluster02'), {}, false],
  ])('%s', (_title, each, change, frozen) => expect(freezeOf([each], { ...operation, ...change }, noon) !== null).toBe(frozen));
  test('of several, the one that ends last is told', () => expect(freezeOf([freeze(-2, 1), { ...freeze(-1, 5), reason: 'year end' }, freeze(-3, 2)], operation, noon)?.reason).toBe('year end'));
  test('adds one person and wants a reason, which changes what people approve', () => {
    const frozen = gateFor({ people: gate.people, role: gate.role, expiresInMs: gate.expiresInMs }, { attest: null, operation, irreversible: [], requestedBy: aPlan().requestedBy, freezes: [freeze(-1, 5)], now: noon });
    expect(frozen).toEqual({ ...gate, people: 3, reason: 'required', freeze: { reason: 'quarter end', until: noon + 5 * minute } });
    expect(planChanges(asks({}), asks(frozen)).map((change) => change.what)).toEqual(['people needed', 'reason', 'change freeze']);
  });
  test('that begins later asks for its person, too: at the click, at the start and at each irreversible step', () => {
    const during = aRoster(everybody, noon, [], [freeze(-1, 5)]);
    expect(authorityLost(run({}, [approved('ben')]), during)?.why).toBe('1 more person must stand behind it now (a change freeze has begun: quarter end)');
    expect(authorityLost(run({}, [approved('ben'), approved('chris')]), during)).toBeNull();
    expect(authorityLost(run({ people: 3, freeze: { reason: 'quarter end', until: noon } }, [approved('ben'), approved('chris')]), during)).toBeNull();
  });
});

describe('breaking glass', () => {
  const allowed: Partial<Gate> = { breakGlass: ['no-second-person', 'freeze'] };
  const alone = { glass: ['no-second-person'], reason: 'nobody answers' };
  const freeze: Freeze = { from: new Date(noon - minute).toISOString(), to: new Date(noon + 60 * minute).toISOString(), tenant: null, reason: 'quarter end' };
  test.each<[string, RunState, Vote, unknown]>([
    ['who asked goes on alone, where the gate allows it', run(allowed), vote(ana, alone), { kind: 'granted', by: ['ana'], glass: { rules: ['no-second-person'], by: 'ana', reason: 'nobody answers', expiresAt: noon + 15 * minute } }],
    ['one approver does, where Lifeboat asked', run(allowed, [], 'lifeboat'), vote(ben, alone), { kind: 'granted', by: ['ben'] }],
    ['no gate allows it unless it says so', run({}), vote(ana, alone), { kind: 'glass-not-allowed', rule: 'no-second-person', allowed: [] }],
    ['a rule that the gate does not list stays', run(allowed), vote(ana, { ...alone, glass: ['no-second-person', 'no-diversity'] }), { kind: 'glass-not-allowed', rule: 'no-diversity' }],
    ['a rule that does not exist is none', run(allowed), vote(ana, { ...alone, glass: ['all'] }), { kind: 'glass-not-allowed', rule: 'all' }],
    ['without a reason nothing is broken', run(allowed), vote(ana, { ...alone, reason: null }), { kind: 'glass-reason-missing' }],
    ['without the role nothing is broken', run(allowed, [], 'lifeboat'), vote(olga, alone), { kind: 'not-an-approver' }],
    ['an operator who asked has no role for it either', run(allowed, [], 'olga'), vote(olga, alone), { kind: 'not-an-approver' }],
    ['another rule still blocks: different teams', run({ ...allowed, diverse: { by: 'team', count: 2 } }), vote(ana, alone), { kind: 'glass-not-enough', needs: ['somebody of another team'] }],
    ['the number is not asked of the one who was shown it', run({ ...allowed, numberMatching: true }), vote(ana, alone), { kind: 'granted' }],
    ['it is of anybody else', run({ ...allowed, numberMatching: true, people: 3 }), vote(ben, alone), { kind: 'number-missing' }],
    ['another rule still blocks: the typed target', run({ ...allowed, typedTarget: 'customerA' }), vote(ana, alone), { kind: 'target-missing' }],
    ['another rule still blocks: the attestation', run({ ...allowed, attest: 'pbrazos' }), vote(ana, alone), { kind: 'attestation-missing' }],
    ['another rule still blocks: time', aRun([{ type: 'plan.expired', run: 'R-1', why: null }], asks(allowed)), vote(ana, alone), { kind: 'expired' }],
    ['another rule still blocks: an older plan', run(allowed), vote(ana, { ...alone, epoch: 0 }), { kind: 'plan-changed' }],
    ['nothing is broken where an ordinary approval does', run(allowed), vote(ben, alone), { kind: 'glass-needless' }],
    ['breaking the freeze alone does not let anybody approve the own request', run({ ...allowed, people: 3, freeze: { reason: 'quarter end', until: noon + minute } }), vote(ana, { ...alone, glass: ['freeze'] }), { kind: 'own-request' }],
    ['breaking the freeze takes its extra person away', run({ ...allowed, people: 3, freeze: { reason: 'quarter end', until: noon + minute } }), vote(ben, { ...alone, glass: ['freeze'] }), { kind: 'granted', by: ['ana', 'ben'] }],
    ['alone in a freeze takes both', run({ ...allowed, people: 3, freeze: { reason: 'quarter end', until: noon + minute } }), vote(ana, alone), { kind: 'glass-not-enough', missing: 1 }],
    ['and both named do', run({ ...allowed, people: 3, freeze: { reason: 'quarter end', until: noon + minute } }), vote(ana, { ...alone, glass: ['no-second-person', 'freeze'] }), { kind: 'granted' }],
  ])('%s', (_title, state, given, expected) => expect(decide(state, given, aRoster(everybody))).toMatchObject(expected as object));
  test('seats are people, too: alone means alone', () => expect(decide(run({ ...allowed, seats: [{ role: 'approver', count: 2 }] }), vote(ana, alone), aRoster(everybody)).kind).toBe('granted'));

  const broken: JournalEvent = { type: 'glass.broken', run: 'R-1', epoch: 1, rules: ['no-second-person'], reason: 'nobody answers', by: 'ana', expiresAt: noon + 15 * minute };
  test('holds at the start and at each irreversible step until it expires, and no longer', () => {
    expect(authorityLost(run(allowed, [broken]), aRoster(everybody, noon + 14 * minute))).toBeNull();
    expect(authorityLost(run(allowed, [broken]), aRoster(everybody, noon + 15 * minute))?.why).toBe('1 more person must stand behind it now (the break-glass is over)');
  });
  test('ends with the right of who broke it', () => expect(authorityLost(run(allowed, [broken]), aRoster(everybody.filter(({ name }) => name !== 'ana')))).not.toBeNull());
  test('does not relax a freeze that begins afterwards', () => expect(authorityLost(run(allowed, [broken]), aRoster(everybody, noon, [], [freeze]))?.why).toContain('a change freeze has begun'));
  test('is of one version of the plan: a revised one has its whole gate', () => {
    const revised: JournalEvent = { type: 'plan.revised', plan: { ...asks(allowed), epoch: 2 }, expiresAt: noon + 30 * minute, changes: [], voided: [] };
    expect(says(run(allowed, [broken, revised])).missing).toBe(1);
  });
  test('lets nobody resume a stopped run alone', () => expect(resumeMissing(run(allowed, [broken]), ['ana'], aRoster(everybody))).toBe(1));
});

describe('a gate in words', () => {
  test('names what it asks for besides people and a role', () => {
    const rules = { people: 2, role: 'approver', expiresInMs: minute, seats: [{ role: 'approver', count: 1 }, { role: 'operator', count: 1 }], diverse: { by: 'team', count: 2 }, deny: 2, reason: 'required', numberMatching: true, typedTarget: true, backups: ['vic'], breakGlass: ['freeze'] } as const;
    expect(gateWords(rules)).toEqual(['approvals by role: 1 approver, 1 operator', 'people of 2 different teams', 'a reason from who asks and from who rejects', 'two digits that only who asked was shown', 'the target, typed, where something cannot be undone', '2 rejections to end it', 'vic as backup, after two thirds of the time', 'may be broken in an emergency: freeze']);
    expect(gateWords({ people: 2, role: 'approver', expiresInMs: minute })).toEqual([]);
  });
});

describe('letting a stopped run go on', () => {
  test.each<[string, Partial<Gate>, string[], number]>([
    ['takes as many people as the approval', {}, ['ben'], 1], ['the requester and an approver do', {}, ['ana', 'ben'], 0], ['two approvers do, without the requester', {}, ['ben', 'chris'], 0],
    ['of different teams, where the gate wants that', { diverse: { by: 'team', count: 2 } }, ['ana', 'ben'], 1], ['with every seat taken', { seats: [{ role: 'operator', count: 1 }, { role: 'approver', count: 1 }] }, ['ben', 'chris'], 1],
  ])('%s', (_title, rules, people, missing) => expect(resumeMissing(run(rules), people, aRoster(everybody))).toBe(missing));
});

describe('the gate is part of what people approve', () => {
  test.each<[string, Partial<Gate>, string]>([
    ['seats', { seats: [{ role: 'operator', count: 1 }] }, 'people needed by role'], ['different teams', { diverse: { by: 'team', count: 2 } }, 'people from different'], ['rejections', { deny: 2 }, 'rejections that end it'],
    ['a number', { numberMatching: true }, 'number to type'], ['a target', { typedTarget: 'customerA' }, 'target to type'], ['rules that may be broken', { breakGlass: ['freeze'] }, 'rules that may be broken'], ['a reason', { reason: 'required' }, 'reason'], ['backups', { backups: ['olga'] }, 'backups'],
  ])('%s: another digest, and the difference in words', (_title, rules, what) => {
    expect(digestOf(asks(rules))).not.toBe(digestOf(asks({})));
    expect(planChanges(asks({}), asks(rules)).map((change) => change.what)).toEqual([what]);
  });
  test('how long there is to decide is not', () => expect(digestOf(asks({ expiresInMs: minute }))).toBe(digestOf(asks({}))));
  test('a plan from before these options keeps its digest', () => {
    const { people, role, attest } = gate;
    expect(digestOf(asks({}))).toBe(digestOf({ ...asks({}), gate: { people, role, attest, expiresInMs: 1 } }));
  });
});
