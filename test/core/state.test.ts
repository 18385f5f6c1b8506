import { describe, expect, test } from '@jest/globals';
import type { DrEvent, Incident } from '../../src/core/dr-event.js';
import type { JournalEvent, StateChange } from '../../src/core/event.js';
import { emptyState, fold, nextRun, openIncidents, pendingWork, type State } from '../../src/core/state.js';
import { demoEstate } from '../scenarios/lab/estates.js';
import { aPlan, entriesOf, noon } from './support.js';

const estate = demoEstate();
const imported = (change = {}): JournalEvent => ({ type: 'estate.imported', estate: { ...estate, ...change }, source: 'estates/demo.yaml', digest: 'd' });
const proposed: JournalEvent = { type: 'plan.proposed', plan: aPlan(), expiresAt: null };
const proved = (...changes: StateChange[]): JournalEvent => ({ type: 'step.finished', run: 'R-1', step: 'start-vm:billing', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes });
const raised: DrEvent = { name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', uuid: null, tenant: 'cluster01', site: 'customerA', description: 'Host pbrazos is down.', occurredAt: noon, source: 'engine', evidence: [], key: 'HOST_FAILURE:pbrazos' };
const incident: Incident = { id: 'I-1', key: raised.key, tenant: 'cluster01', site: 'customerA', title: raised.description, severity: 'critical', openedAt: noon, lastAt: noon, resolvedAt: null, events: [raised], count: 0, proposedRun: null, causedBy: null };
const after = (events: readonly JournalEvent[], stream = 'run:R-1'): State => entriesOf(events, stream).reduce(fold, emptyState());

describe('an estate', () => {
  test('begins undiscovered: every VM at home, nobody knows how it is', () => {
    const state = after([imported()], 'estate');
    expect(state.vms.get('billing')).toMatchObject({ state: 'INIT', power: 'unknown', site: 'customerA', host: 'pbrazos', observedAt: null });
    expect(state.groups.get('HG_A')).toMatchObject({ activeSite: 'customerA', pending: [], replication: { state: 'UNKNOWN' } });
    expect(state.estateSince).toBe(noon);
  });

  test('imported again keeps what is known of everything that still exists', () => {
    const moved: StateChange = { kind: 'vm', vm: 'billing', state: 'ACTIVE_NEEDS_CLEANUP', reason: 'x', power: 'running', site: 'service_provider', host: 'snorlax' };
    const pending: StateChange = { kind: 'pending', group: 'HG_A', work: 'cleanup', site: 'customerA', open: true, because: 'unplanned move R-1' };
    const [first] = estate.tenants;
    const state = after([imported(), proposed, proved(moved, pending, { kind: 'group', group: 'HG_A', activeSite: 'service_provider' }), imported({ tenants: [{ ...first!, vms: first!.vms.filter((vm) => vm.name !== 'reports') }] })]);
    expect(state.vms.get('billing')).toMatchObject({ state: 'ACTIVE_NEEDS_CLEANUP', site: 'service_provider', host: 'snorlax' });
    expect(state.groups.get('HG_A')!.activeSite).toBe('service_provider');
    expect(pendingWork(state)).toHaveLength(1);
    expect(state.vms.has('reports')).toBe(false);
    expect(state.vms.has('crm')).toBe(false);
    expect(state.groups.has('HG_B')).toBe(false);
    expect(state.estateSince).toBe(noon);
  });
});

describe('what a finished step proved', () => {
  test('changes only what it names', () => {
    const state = after([imported(), proposed, proved({ kind: 'vm', vm: 'billing', state: 'READY_TO_MOVE', reason: null })]);
    expect(state.vms.get('billing')).toMatchObject({ state: 'READY_TO_MOVE', power: 'unknown', host: 'pbrazos', observedAt: noon + 2_000 });
    expect(state.vms.get('payroll')).toMatchObject({ state: 'INIT', observedAt: null });
  });
  test('pending work is opened once, and closed by its own kind', () => {
    const open = (work: 'cleanup' | 'resync', is: boolean): StateChange => ({ kind: 'pending', group: 'HG_A', work, site: 'customerA', open: is, because: 'R-1' });
    expect(pendingWork(after([imported(), proposed, proved(open('cleanup', true), open('cleanup', true), open('resync', true))])).map((work) => work.work)).toEqual(['cleanup', 'resync']);
    expect(pendingWork(after([imported(), proposed, proved(open('cleanup', true), open('resync', true)), proved(open('cleanup', false))])).map((work) => work.work)).toEqual(['resync']);
  });
  test('what is not in the estate is passed over', () => {
    expect(() => after([imported(), proposed, proved({ kind: 'vm', vm: 'nobody', state: 'INIT', reason: null }, { kind: 'group', group: 'HG_X' }, { kind: 'pending', group: 'HG_X', work: 'resync', site: 's', open: true, because: '' })])).not.toThrow();
  });
});

describe('incidents and events', () => {
  const opened: JournalEvent = { type: 'incident.opened', incident };
  const event: JournalEvent = { type: 'event.raised', event: raised, incident: 'I-1' };
  test('an incident counts its events, knows its proposal, and ends', () => {
    const state = after([imported(), opened, event, event, { type: 'incident.proposed', incident: 'I-1', run: 'R-1' }], 'incidents');
    expect(state.incidents.get('I-1')).toMatchObject({ count: 2, proposedRun: 'R-1' });
    expect(openIncidents(state)).toHaveLength(1);
    expect(openIncidents(after([imported(), opened, { type: 'incident.resolved', incident: 'I-1', evidence: [] }], 'incidents'))).toEqual([]);
  });
  test('the newest 500 events are at hand, the newest 20 of an incident', () => {
    const state = after([imported(), opened, ...Array.from({ length: 600 }, () => event)], 'incidents');
    expect(state.events).toHaveLength(500);
    expect(state.events.at(-1)!.seq).toBe(602);
    expect(state.incidents.get('I-1')!.events).toHaveLength(20);
    expect(state.incidents.get('I-1')!.count).toBe(600);
  });
  test('numbers go on', () => {
    const state = after([imported(), proposed, opened]);
    expect(nextRun(state)).toBe('R-2');
  });
});

describe('people', () => {
  const link = (person: string, identity: string): JournalEvent => ({ type: 'person.linked', person, surface: 'slack', identity });
  test('one identity belongs to one person: the newest link counts', () => { expect(after([link('ana', 'T/U1'), link('ben', 'T/U1')], 'people').links).toEqual([{ person: 'ben', surface: 'slack', identity: 'T/U1' }]); });
  test('whoever is taken out of the estate has no link, delegation, token or passkey left, and none by coming back', () => {
    const passkey: JournalEvent = { type: 'passkey.added', person: 'ana', id: 'key-1', name: 'laptop', publicKey: 'key', transports: [] };
    const token: JournalEvent = { type: 'token.issued', person: 'ana', name: 'nightly', scope: 'read', hash: 'hash', expiresAt: 1 };
    const away: JournalEvent = { type: 'delegation.given', from: 'ben', to: 'ana', until: 1e15, reason: null };
    const first = imported() as Extract<JournalEvent, { type: 'estate.imported' }>;
    const ana = { name: 'ana', displayName: 'Ana', roles: [], tenants: 'all' as const, email: null, phone: null, timeZone: null };
    const withAna: JournalEvent = { ...first, estate: { ...first.estate, people: [...first.estate.people.filter(({ name }) => name !== 'ana'), ana] } };
    const without: JournalEvent = { ...first, estate: { ...first.estate, people: first.estate.people.filter(({ name }) => name !== 'ana') } };
    const state = after([withAna, link('ana', 'T/U1'), token, passkey, away, without, withAna], 'people');
    expect([state.links, state.delegations, state.apiTokens.size, state.passkeys.size, state.leftAt.get('ana'), state.estate!.people.some(({ name }) => name === 'ana')]).toEqual([[], [], 0, 0, 6, true]);
  });
  test('a link that is undone is gone', () => { expect(after([link('ana', 'T/U1'), { type: 'person.unlinked', person: 'ana', surface: 'slack', identity: 'T/U1' }], 'people').links).toEqual([]); });
});

test('an entry of a kind that this version does not know moves the cursor and nothing else', () => {
  const state = after([imported(), { type: 'from-the-future', run: 'R-1' } as unknown as JournalEvent], 'estate');
  expect(state.seq).toBe(2);
  expect(state.heads.get('estate')).toBe(2);
});

test('the ledger of slots tells fired from missed', () => {
  const state = after([{ type: 'schedule.fired', tenant: 'cluster01', slot: '2026-11-21T02:00', runs: ['R-1'] }, { type: 'schedule.missed', tenant: 'cluster01', slot: '2026-11-22T02:00' }], 'schedule');
  expect(state.schedule.map(({ slot, missed }) => [slot, missed])).toEqual([['2026-11-21T02:00', false], ['2026-11-22T02:00', true]]);
});
