import { describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../src/core/delegation.js';
import type { Estate, Person } from '../../src/core/estate.js';
import { readiness, readinessWords, type GatedRunbook, type Readiness } from '../../src/core/readiness.js';
import { emptyState, type State } from '../../src/core/state.js';
import { anEstate } from '../web/support.js';
import { aPerson, noon } from './support.js';

const gate = { people: 2, role: 'approver', expiresInMs: 1 } as const;
const unplanned: GatedRunbook = { name: 'unplanned-move', verb: 'move', drType: 'unplanned', when: ['HOST_FAILURE'], gate };
const planned: GatedRunbook = { name: 'planned-move', verb: 'move', drType: 'planned', when: [], gate };

/** A real estate: a person counts only where a question reaches. */
function ask(people: readonly Person[], runbook: GatedRunbook, change: Partial<State> = {}, estate: Partial<Estate> = {}): Readiness {
  const links = people.filter(({ name }) => !name.startsWith('un')).map(({ name }) => ({ person: name, surface: 'slack' as const, identity: `T1/${name}` }));
  return readiness({ state: { ...emptyState(), links, estate: { ...anEstate({ simulated: false }), people, ...estate }, ...change }, runbooks: [runbook], surfaces: ['web', 'slack', 'email'], now: noon }).find(({ tenant }) => tenant === 'cluster01')!;
}

const [ana, ben, chris] = [aPerson('ana'), aPerson('ben'), aPerson('chris', ['approver'])];
const at = (person: Person, site: string): Person => ({ ...person, site });
const away = (from: string, to: string, until = noon + 1): Delegation => ({ from, to, until, reason: null, at: noon - 1 });
const unreachable = aPerson('unlinked');

describe('a quorum could be met now', () => {
  test.each<[string, readonly Person[], GatedRunbook, Partial<State>]>([
    ['by two approvers where Lifeboat proposes it', [ana, ben], unplanned, {}],
    ['by who asks and one approver', [aPerson('ana', ['operator']), chris], planned, {}],
    ['by a customer\'s requester who asks for a planned move, and two approvers', [aPerson('dora', ['requester']), chris, aPerson('dan', ['approver'])], planned, {}],
    ['by a person with a mailbox, where mail is sent', [ana, { ...unreachable, email: 'u@example.com' }], planned, {}],
    ['by a person with a passkey', [ana, unreachable], planned, { passkeys: new Map([['k', { id: 'k', person: 'unlinked', name: 'key', publicKey: 'p', transports: [], addedAt: 0 }]]) }],
    ['by a person with a sign-in at the issuer', [ana, unreachable], planned, { links: [{ person: 'ana', surface: 'slack', identity: 'T1/ana' }, { person: 'unlinked', surface: 'web', identity: 'https://issuer u' }] }],
    ['by whoever stands in for somebody who is away', [ana, ben, aPerson('vic', ['viewer'])], unplanned, { delegations: [away('ben', 'vic')] }],
    ['by somebody who is back from leave', [ana, ben], planned, { delegations: [away('ben', 'ana', noon)] }],
    ['from the other site, when the source is lost', [at(ana, 'service_provider'), at(ben, 'service_provider'), at(chris, 'customerA')], unplanned, {}],
    ['by people at the source, as long as both sites work', [at(ana, 'customerA'), at(ben, 'customerA')], planned, {}],
  ])('%s', (_title, people, runbook, change) => expect(ask(people, runbook, change)).toMatchObject({ ready: true, missing: null, next: [] }));

  test('in a simulated estate without any link: anybody acts as anybody there', () => expect(ask([unreachable, aPerson('unknown')], unplanned, {}, { simulated: true }).ready).toBe(true));
  test('with the backups only, which is said, as they are asked late', () => {
    const [runbook, people] = [{ ...planned, gate: { ...gate, backups: ['vic'] } }, [aPerson('ana', ['operator']), aPerson('vic', ['viewer'])]];
    expect(ask(people, runbook)).toMatchObject({ ready: true, late: true });
    expect(ask([...people, chris], runbook)).toMatchObject({ ready: true, late: false });
  });
});

describe('a quorum could not be met now', () => {
  test.each<[string, readonly Person[], GatedRunbook, Partial<State>, string]>([
    ['an approver whom no question reaches', [ana, unreachable], planned, {}, '1 more with the role approver'],
    ['one approver, where Lifeboat proposes it', [aPerson('ana', ['operator']), chris], unplanned, {}, '1 more with the role approver, where Lifeboat proposes it'],
    ['nobody who could ask', [chris, aPerson('dan', ['approver'])], planned, {}, 'somebody with the role operator, who asks for it'],
    ['a requester who asks, as that counts for nothing else', [aPerson('dora', ['requester']), chris], planned, {}, '1 more with the role approver'],
    ['nobody but who asks', [ana], planned, {}, '1 more with the role approver'],
    ['an approver who left', [ana], unplanned, {}, '1 more with the role approver, where Lifeboat proposes it'],
    ['an approver who is away, with nobody new in that place', [ana, ben], planned, { delegations: [away('ben', 'ana')] }, '1 more with the role approver'],
    ['approvers who are all at the site that is lost', [at(ana, 'customerA'), at(ben, 'customerA')], unplanned, {}, '2 more with the role approver, where Lifeboat proposes it'],
    ['people of one team, where two are wanted', [{ ...ana, team: 'storage' }, { ...ben, team: 'storage' }], { ...planned, gate: { ...gate, diverse: { by: 'team', count: 2 } } }, {}, '1 more (somebody of another team)'],
    ['a seat that nobody can take', [ana, chris], { ...planned, gate: { ...gate, seats: [{ role: 'approver', count: 1 }, { role: 'operator', count: 1 }] } }, {}, '1 more (1 with the role operator)'],
    ['people of another tenant', [ana, aPerson('erik', ['operator', 'approver'], ['cluster02'])], planned, {}, '1 more with the role approver'],
  ])('%s', (_title, people, runbook, change, missing) => expect(ask(people, runbook, change)).toMatchObject({ ready: false, missing, next: expect.arrayContaining([expect.stringContaining('lifeboat estate apply FILE')]) }));

  test('when the group has moved, it is the people at its new site who do not count', () => {
    const groups: State['groups'] = new Map([['HG_A', { group: 'HG_A', tenant: 'cluster01', activeSite: 'service_provider', replication: { from: 'service_provider', to: 'customerA', state: 'SYNC', lagMs: 0 }, pending: [], drTest: null }]]);
    const people = [at(ana, 'service_provider'), at(ben, 'customerA'), at(chris, 'customerA')];
    expect(ask(people, unplanned, { groups })).toMatchObject({ ready: true, notThere: [{ person: 'ana', words: 'at service_provider, the site that would be lost' }] });
    expect(ask(people, unplanned).ready).toBe(false);
  });

  test('a change freeze takes one more', () => {
    const freezes = [{ from: new Date(noon - 1).toISOString(), to: new Date(noon + 1).toISOString(), tenant: null, reason: 'year end' }];
    expect(ask([ana, ben], planned, {}, { freezes })).toMatchObject({ ready: false, missing: '1 more with the role approver' });
    expect(ask([ana, ben], unplanned, {}, { freezes }).ready).toBe(true);
  });

  test('it says who is there, who is not and why, and what each of them can do', () => {
    const found = ask([ana, ben, unreachable], planned, { delegations: [away('ben', 'ana')] });
    expect(readinessWords(found)).toBe('planned-move for cluster01 could not be approved now. It needs 2 people; missing: 1 more with the role approver. There: ana. Not there: ben (away until 21 Nov 12:00 UTC, ana decides instead); unlinked (cannot be reached: no linked account, passkey or mail).');
    expect(found.next).toEqual(['unlinked: link your chat account (code slack), or sign in to the console and add a passkey', 'ben: back already? delegate off', 'Give one more person the role approver: edit people in the estate file, then lifeboat estate apply FILE']);
  });
});

test('whoever it could not do without is named', () => {
  expect(ask([ana, ben], planned).indispensable).toEqual(['ana', 'ben']);
  expect(ask([ana, ben, chris], planned).indispensable).toEqual([]);
  expect(ask([aPerson('ana', ['operator']), ben, chris], { ...planned, gate: { ...gate, people: 3 } }).indispensable).toEqual(['ana', 'ben', 'chris']);
});

test('a runbook that needs nobody is not asked about', () => {
  expect(readiness({ state: { ...emptyState(), estate: anEstate() }, runbooks: [{ ...planned, gate: { ...gate, people: 0 } }], surfaces: ['web'], now: noon })).toEqual([]);
});
