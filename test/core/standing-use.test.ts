import { describe, expect, test } from '@jest/globals';
import type { Estate, Freeze, Person } from '../../src/core/estate.js';
import type { Incident } from '../../src/core/dr-event.js';
import { lifeboat, type Millis, type PersonName } from '../../src/core/names.js';
import { digestOfStanding, estateBound, type StandingAuthority, type StandingConditions, type StandingState } from '../../src/core/standing-authority.js';
import { sign } from '../../src/core/standing-quorum.js';
import { againstUse, endsBecause, inWindow, lostFor, voidBecause, type StandingLook } from '../../src/core/standing-use.js';
import { emptyState, type State } from '../../src/core/state.js';
import { demoEstate } from '../scenarios/lab/estates.js';
import { aPerson, aPlan, aRoster, aRun, minute, noon } from './support.js';

const hour = 60 * minute;
const people = [aPerson('ana'), aPerson('ben', ['approver']), aPerson('chris', ['approver']), aPerson('dan', ['approver']), aPerson('vic', ['viewer']), aPerson('erik', ['approver'], ['cluster02'])];
const estate: Estate = { ...demoEstate(), clockRate: 1, people, standingAuthority: true };
const operation = { verb: 'move', tenant: 'cluster01', scope: { class: 'site', name: 'customerA' }, hostGroups: ['HG_A'], from: 'customerA', to: 'service_provider', drType: 'unplanned' } as const;
const conditions: StandingConditions = { from: '11:00', until: '13:00', days: null, lostForMs: 5 * minute, lagMaxMs: 10_000 };

function anAuthority(change: Partial<StandingAuthority> = {}): StandingAuthority {
  const pinned = { id: 'S-1', tenant: 'cluster01', operation, runbook: 'unplanned-move', conditions, gate: { people: 2, role: 'approver' as const, expiresInMs: hour, attest: null }, bound: { runbook: 'v1', estate: estateBound(estate, operation) }, expiresAt: noon + hour, reason: 'night', proposedBy: 'ana', ...change };
  return { ...pinned, digest: digestOfStanding(pinned) };
}
const standing = (change: Partial<StandingState> = {}, authority: Partial<StandingAuthority> = {}): StandingState => ({ authority: anAuthority(authority), status: 'in-force', proposedAt: noon - hour, signed: [{ by: 'ben', at: noon - hour }, { by: 'chris', at: noon - hour }], inForceAt: noon - hour, over: null, granted: null, ...change });

const incident = (key: string, openedAt: Millis): Incident => ({ id: key, key, tenant: 'cluster01', site: 'customerA', title: key, severity: 'critical', openedAt, lastAt: openedAt, resolvedAt: null, events: [], count: 1, proposedRun: null, causedBy: null });
const dead = 'HOST_FAILURE:pbrazos';
const silent = ['HMC_UNREACHABLE:vmhmc1', 'STG_UNREACHABLE:salocal_A'];

interface Facts { readonly failing?: readonly string[]; readonly seenFor?: Millis; readonly knownFor?: Millis; readonly lagMs?: Millis | null; readonly lagAge?: Millis; readonly estate?: Partial<Estate>; readonly state?: Partial<State>; readonly runbookVersion?: string | null }

/** The source has been seen dead for six minutes, and everything else is as it should be. */
function look({ failing = [dead], seenFor = 6 * minute, knownFor = seenFor, lagMs = 4_000, lagAge = hour, estate: change = {}, state = {}, runbookVersion = 'v1' }: Facts = {}): StandingLook {
  const groups: State['groups'] = new Map([['HG_A', { group: 'HG_A', tenant: 'cluster01', activeSite: 'customerA', replication: { from: 'customerA', to: 'service_provider', state: 'SYNC', lagMs }, replicationAt: noon - lagAge, pending: [], drTest: null }]]);
  const incidents = new Map(failing.map((key) => [key, incident(key, noon - knownFor)]));
  return { state: { ...emptyState(), estate: { ...estate, ...change }, groups, incidents, ...state }, since: new Map(failing.map((key) => [key, noon - seenFor])), runbookVersion, now: noon };
}
const plan = (change: Partial<Parameters<typeof aPlan>[0]> = {}) => aPlan({ operation, requestedBy: lifeboat('monitor'), ...change });
const without = (name: PersonName): Person[] => people.filter((person) => person.name !== name);
const freeze: Freeze = { from: new Date(noon - hour).toISOString(), to: new Date(noon + hour).toISOString(), tenant: null, reason: 'year end' };

test('with everything as it was signed for, nothing stands against it', () => {
  expect(againstUse(standing(), aRun([], plan()), look())).toEqual({ waits: false, why: [], unsure: null });
});

describe('one thing missing is enough for people to be asked, and is said', () => {
  const run = aRun([], plan());
  test.each<[string, StandingState, ReturnType<typeof aRun>, Facts, string]>([
    ['not signed by all', standing({ status: 'proposed' }), run, {}, 'it is not in force'],
    ['revoked', standing({ status: 'revoked' }), run, {}, 'it is not in force'],
    ['used before', standing({ status: 'used' }), run, {}, 'it is not in force'],
    ['its time is over', standing({}, { expiresAt: noon }), run, {}, 'it ended at 21 Nov 12:00 UTC'],
    ['another runbook', standing(), run, { runbookVersion: 'v2' }, 'the runbook unplanned-move has changed since it was signed'],
    ['no runbook any more', standing(), run, { runbookVersion: null }, 'the runbook unplanned-move has changed since it was signed'],
    ['another zone, in which its hours mean something else', standing(), run, { estate: { timeZone: 'Europe/London' } }, '(cluster01) has changed since it was signed'],
    ['an estate that allows none', standing(), run, { estate: { standingAuthority: false as never } }, 'the estate allows no standing authority any more'],
    ['outside its hours', standing({}, { conditions: { ...conditions, from: '02:00', until: '06:00' } }), run, {}, 'it holds between 02:00 and 06:00 UTC only'],
    ['on another day', standing({}, { conditions: { ...conditions, days: ['sun'] } }), run, {}, 'on sun only'],
    ['a signer has left', standing(), run, { estate: { people: without('chris') } }, 'chris may not approve any more, so the quorum is gone'],
    ['a signer lost the role', standing(), run, { estate: { people: [...without('ben'), aPerson('ben', ['viewer'])] } }, 'ben may not approve any more'],
    ['the run is held', standing(), aRun([{ type: 'run.held', run: 'R-1', by: { kind: 'person', person: 'vic', surface: 'cli' }, reason: null }], plan()), {}, 'the run is held'],
    ['automation is stopped', standing(), run, { state: { automation: { by: 'vic', reason: null, at: noon } } }, 'automation was stopped by vic'],
    ['somebody said no', standing(), aRun([{ type: 'rejection.given', run: 'R-1', epoch: 1, by: 'dan', surface: 'cli', reason: null }], plan()), {}, 'somebody said no'],
    ['a person asked for the run', standing(), aRun([], plan({ requestedBy: { kind: 'person', person: 'ana', surface: 'cli' } })), {}, 'a person asked for the run'],
    ['the run takes its target typed', standing(), aRun([], plan({ gate: { people: 2, role: 'approver', expiresInMs: hour, attest: null, typedTarget: 'customerA' } })), {}, 'takes customerA, typed'],
    ['nobody read the lag', standing(), run, { lagMs: null }, 'nobody has read the replication lag of HG_A'],
    ['the lag is at its limit', standing(), run, { lagMs: 10_000 }, 'HG_A lagged 10 s behind when it was read last; the limit is 10 s'],
    ['the lag was read too long ago', standing(), run, { lagAge: 27 * hour }, 'the lag of HG_A was read more than 26 hours ago'],
    ['a change freeze, even one that an unplanned move would pass', standing(), run, { estate: { freezes: [freeze] } }, 'a change freeze is in force: year end'],
    ['another was used within the hour', standing(), run, { state: { standing: new Map([['S-0', standing({ status: 'used', over: { at: noon - 59 * minute, words: '' } }, { id: 'S-0', tenant: 'cluster02' })]]) } }, 'S-0 was used within the last hour'],
    ['the target does not answer', standing(), run, { failing: [dead, 'STG_UNREACHABLE:sarmeote'] }, 'sarmeote at service_provider cannot be seen'],
    ['nothing of the source fails', standing(), run, { failing: [] }, 'customerA is not lost'],
    ['one observer of two is silent', standing(), run, { failing: [silent[0]!] }, 'customerA is not lost'],
    ['this process has not watched it for long enough', standing(), run, { seenFor: 4 * minute, knownFor: hour }, 'has not been lost for 300 s yet'],
    ['its incident is younger', standing(), run, { seenFor: hour, knownFor: 4 * minute }, 'has not been lost for 300 s yet'],
  ])('%s', (_title, state, asked, facts, words) => {
    const { why } = againstUse(state, asked, look(facts));
    expect(why).toHaveLength(1);
    expect(why[0]).toContain(words);
  });

  test('a run that takes an attestation: nothing signed in advance is one', () => {
    const attested = aRun([], plan({ gate: { people: 2, role: 'approver', expiresInMs: hour, attest: 'pbrazos' } }));
    expect(againstUse(standing(), attested, look({ failing: silent }))).toEqual({ waits: false, why: [], unsure: expect.stringMatching(/whether pbrazos is off.*attests nothing: unreachable is no proof of death/) });
  });

  test('time alone that is missing is no reason to tell anybody', () => {
    expect(againstUse(standing(), run, look({ seenFor: minute })).waits).toBe(true);
    expect(againstUse(standing({ status: 'revoked' }), run, look({ seenFor: minute })).waits).toBe(false);
    expect(againstUse(standing(), run, look({ failing: [] })).waits).toBe(false);
  });
});

test.each<[string, StandingState, Facts, string | null]>([
  ['stays while nothing has changed', standing(), {}, null],
  ['when its time is over', standing({}, { expiresAt: noon }), {}, 'its time is over'],
  ['when nobody signed it within a day', standing({ status: 'proposed', proposedAt: noon - 24 * hour }), {}, 'it was not signed within a day'],
  ['not after a day when it is in force', standing({ proposedAt: noon - 24 * hour }), {}, null],
  ['when the runbook has changed', standing(), { runbookVersion: 'v2' }, 'the runbook unplanned-move has changed since it was signed'],
])('it ends by itself: %s', (_title, state, facts, why) => expect(endsBecause(state, look(facts))).toBe(why));

describe('how long a site has been lost', () => {
  test('by its host seen down: as long as the incident is open and this process saw it, in estate time', () => {
    expect(lostFor(anAuthority(), look())).toEqual({ ms: 6 * minute, by: 'its HMC says that pbrazos is down' });
    expect(lostFor(anAuthority(), look({ estate: { clockRate: 10 } }))!.ms).toBe(60 * minute);
  });
  test('by all its observers silent', () => expect(lostFor(anAuthority(), look({ failing: silent }))).toEqual({ ms: 6 * minute, by: 'neither its HMCs nor its storage agents answer' }));
  test('without an incident that people know of it is not lost', () => expect(lostFor(anAuthority(), look({ state: { incidents: new Map() } }))).toBeNull());
  test('an incident that is over counts no more', () => expect(lostFor(anAuthority(), look({ state: { incidents: new Map([[dead, { ...incident(dead, noon - hour), resolvedAt: noon - minute }]]) } }))).toBeNull());
});

describe('its hours', () => {
  const at = (time: string, day = 21): Millis => Date.parse(`2026-11-${day}T${time}:00Z`); // the 21st is a Saturday
  test.each<[string, Partial<StandingConditions>, Millis, string, boolean]>([
    ['begin with their first minute', { from: '02:00', until: '06:00' }, at('02:00'), 'UTC', true],
    ['end before their last', { from: '02:00', until: '06:00' }, at('06:00'), 'UTC', false],
    ['are those of the zone of the estate', { from: '02:00', until: '06:00' }, at('01:30'), 'Europe/Berlin', true],
    ['run over midnight', { from: '22:00', until: '06:00' }, at('03:00'), 'UTC', true],
    ['do not hold by day when they run over midnight', { from: '22:00', until: '06:00' }, at('12:00'), 'UTC', false],
    ['hold on the days named', { from: '22:00', until: '06:00', days: ['sat'] }, at('23:00'), 'UTC', true],
    ['belong to the day on which they begin', { from: '22:00', until: '06:00', days: ['sat'] }, at('03:00', 22), 'UTC', true],
    ['so that the early morning is that of the day before', { from: '22:00', until: '06:00', days: ['sat'] }, at('03:00'), 'UTC', false],
  ])('%s', (_title, change, now, zone, inside) => expect(inWindow({ ...conditions, ...change }, now, zone)).toBe(inside));
});

describe('a signature', () => {
  const open = (signed: readonly PersonName[] = [], change: Partial<StandingState> = {}): StandingState => standing({ status: 'proposed', signed: signed.map((by) => ({ by, at: noon })), inForceAt: null, ...change });
  test.each<[string, StandingState, PersonName, string]>([
    ['of the first of two is recorded', open(), 'ben', 'signed'],
    ['of who proposed it does not count, whatever the role', open(), 'ana', 'own-request'],
    ['takes the role that the move takes', open(), 'vic', 'not-an-approver'],
    ['of a person of another tenant is for nothing that this one sees', open(), 'erik', 'not-yours'],
    ['counts once', open(['ben']), 'ben', 'already-signed'],
    ['comes too late when it is in force', standing(), 'dan', 'in-force'],
    ['comes too late when it was revoked', standing({ status: 'revoked' }), 'dan', 'over'],
    ['comes too late when its time is over', open([], { authority: anAuthority({ expiresAt: noon }) }), 'ben', 'expired'],
  ])('%s', (_title, state, name, kind) => expect(sign(state, people.find((person) => person.name === name)!, aRoster(people)).kind).toBe(kind));

  test('puts it in force when it is the last one that it takes, by those who may still approve', () => {
    expect(sign(open(), people[1]!, aRoster(people))).toMatchObject({ inForce: false, missing: 1, from: ['chris', 'dan'] });
    expect(sign(open(['ben']), people[2]!, aRoster(people))).toMatchObject({ inForce: true, missing: 0 });
    expect(sign(open(['ben']), people[2]!, aRoster(without('ben')))).toMatchObject({ inForce: false, missing: 1 });
  });
});

test('it is bound to the sites, hosts, pairs, VMs and disks of the move, and to nobody\'s phone number', () => {
  const changed = (tenants: Estate['tenants'], sites = estate.sites): string | null => voidBecause(anAuthority(), { ...emptyState(), estate: { ...estate, tenants, sites } }, 'v1');
  expect(changed(estate.tenants)).toBeNull();
  expect(changed(estate.tenants.map((tenant) => ({ ...tenant, vms: tenant.vms.map((vm) => (vm.name === 'billing' ? { ...vm, disks: [] } : vm)) })))).toContain('has changed');
  expect(changed(estate.tenants.map((tenant) => ({ ...tenant, vms: tenant.vms.map((vm) => (vm.name === 'crm' ? { ...vm, disks: [] } : vm)) })))).toBeNull();
  expect(changed(estate.tenants, estate.sites.map((site) => ({ ...site, hosts: site.hosts.map((host) => (host.name === 'snorlax' ? { ...host, uuid: 'another' } : host)) })))).toContain('has changed');
  expect(voidBecause(anAuthority(), { ...emptyState(), estate: { ...estate, people: people.map((person) => ({ ...person, phone: '+1555' })) } }, 'v1')).toBeNull();
});
