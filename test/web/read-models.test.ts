import { describe, expect, test } from '@jest/globals';
import { personOf } from '../../src/core/estate.js';
import { incidentStream, lockStream, runStream, standingStream } from '../../src/core/event.js';
import { estateFor } from '../../src/web/read-models/estate.js';
import { entriesFor, incidentsFor, mailFor, mayRead } from '../../src/web/read-models/lists.js';
import { meFor } from '../../src/web/read-models/me.js';
import { runDetail, runsFor } from '../../src/web/read-models/runs.js';
import { conversationsFor, runFor } from '../../src/web/read-models/visible.js';
import { aPlan, anEstate, anIncident, createWorld, outboxRow, start } from './support.js';

function bothTenantsInTrouble() {
  const world = createWorld();
  world.importEstate(anEstate());
  world.open(anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'));
  world.open({ ...anIncident('I-2', 'cluster02', 'raichu', 'customerB'), causedBy: 'I-1', proposedRun: 'R-2' });
  world.open(anIncident('I-3', null, 'snorlax', 'service_provider'));
  world.propose(aPlan('R-1', 'cluster01', ['billing', 'payroll']));
  world.propose(aPlan('R-2', 'cluster02', ['crm', 'shop']));
  for (const run of ['R-1', 'R-2']) {
    const tenant = run === 'R-1' ? 'cluster01' : 'cluster02';
    world.append(runStream(run), tenant, { type: 'plan.granted', run, epoch: 1, digest: 'd', by: ['ana', 'ben'] });
    world.append(lockStream, tenant, { type: 'lock.requested', run, keys: ['host:uuid-snorlax'], rank: [0, 1] });
  }
  world.append(lockStream, 'cluster01', { type: 'lock.acquired', run: 'R-1', keys: ['host:uuid-snorlax'] });
  // cluster02's shop now runs on the shared host.
  world.append(runStream('R-2'), 'cluster02', { type: 'step.finished', run: 'R-2', step: 'start-vm:shop', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes: [{ kind: 'vm', vm: 'shop', state: 'ACTIVE_NEEDS_CLEANUP', reason: null, power: 'running', site: 'service_provider', host: 'snorlax' }] });
  const state = world.live.current;
  const who = (name: string) => personOf(state.estate!, name)!;
  return { world, state, who };
}

/** All that belongs to the other tenant of the shared site: none of it may appear anywhere. */
const namesOf: Record<string, string[]> = {
  erik: ['cluster01', 'customerA', 'pbrazos', 'vmhmc1', 'salocal_A', 'HG_A', 'billing', 'payroll', 'orders', 'R-1', 'I-1', 'I-3', 'gengar'],
  dora: ['cluster02', 'customerB', 'raichu', 'vmhmc5', 'salocal_B', 'HG_B', 'crm', 'shop', 'R-2', 'I-2', 'I-3', 'gengar'],
};

describe.each(['dora', 'erik'])('what %s sees of a shared recovery site', (name) => {
  const { world, state, who } = bothTenantsInTrouble();
  const person = who(name);
  const rows = [outboxRow('m1', { tenant: 'cluster01', subject: { view: 'incident', id: 'I-1', seq: 1 } }), outboxRow('m2', { tenant: 'cluster02', subject: { view: 'incident', id: 'I-2', seq: 1 } }), outboxRow('m3', { tenant: null, subject: { view: 'incident', id: 'I-3', seq: 1 } })];
  test.each<[string, () => unknown]>([
    ['the estate', () => estateFor(state, person)],
    ['incidents', () => incidentsFor(state, person, 100)],
    ['runs', () => runsFor(state, person, 100)],
    ['run details', () => [...state.runs.keys()].map((run) => runFor(state, person, run)).map((run) => (run ? runDetail(state, run) : null))],
    ['the journal', () => entriesFor(person, world.entries)],
    ['mail and SMS', () => mailFor(state, person, rows)],
    ['conversations', () => conversationsFor(state, person)],
    ['the page\'s head', () => ({ ...meFor(state, person, { mayApprove: () => true, clock: { now: 0, rate: 1, wallNow: 0 }, canInject: false }), people: [] })],
  ])('%s hold something of the own tenant and nothing of the other', (_title, model) => {
    const seen = model();
    const names = (list: readonly string[]): string[] => list.filter((each) => new RegExp(`\\b${each}\\b`).test(JSON.stringify(seen)));
    expect(names(namesOf[name === 'dora' ? 'erik' : 'dora']!)).not.toEqual([]);
    expect(names(namesOf[name]!)).toEqual([]);
  });

  test('the shared host is there, with the own VMs alone', () => {
    const shared = estateFor(state, person).sites.find((site) => site.shared);
    expect(shared?.hosts.map((host) => [host.name, host.vms])).toEqual([['snorlax', name === 'erik' ? ['shop'] : []]]);
  });

  test('trouble of the shared host is told, the provider\'s incident about it is not', () => {
    expect(estateFor(state, person).sites.find((site) => site.shared)?.hosts[0]?.trouble).toEqual([{ incident: null, name: 'HOST_FAILURE', severity: 'critical', since: start }]);
  });

  test('journal entries carry no number that counts what others do', () => {
    const run = name === 'dora' ? 'R-1' : 'R-2';
    const places = entriesFor(person, world.entries).map((entry) => entry.place).filter((place) => place !== '');
    expect(places).toEqual(places.map((_place, index) => `run:${run} ${index + 1}`));
  });
});

test('a run behind another tenant\'s says its position and no name', () => {
  const { state, who } = bothTenantsInTrouble();
  expect(runsFor(state, who('erik'), 10).map((run) => run.says)).toEqual(['Approved; queued, position 1']);
});

test('the provider\'s people see both tenants, the unowned incident and the place of each entry', () => {
  const { world, state, who } = bothTenantsInTrouble();
  const ana = who('ana');
  expect(estateFor(state, ana).sites.find((site) => site.shared)?.hosts.map((host) => host.name)).toEqual(['snorlax', 'gengar']);
  expect(incidentsFor(state, ana, 10).map((incident) => incident.id).toSorted()).toEqual(['I-1', 'I-2', 'I-3']);
  expect(runsFor(state, ana, 10).map((run) => run.run)).toEqual(['R-2', 'R-1']);
  expect(entriesFor(ana, world.entries).at(-1)?.place).toBe(String(world.entries.length));
  expect(conversationsFor(state, ana).map((each) => each.id)).toEqual(['person:ana', 'channel:cluster01', 'channel:cluster02', 'channel:dr-provider']);
});

test('a channel that two tenants share is for those who see both', () => {
  const { state, who } = bothTenantsInTrouble();
  state.estate = { ...state.estate!, tenants: state.estate!.tenants.map((tenant) => ({ ...tenant, channel: 'together' })) };
  expect(conversationsFor(state, who('dora')).map((each) => each.id)).toEqual(['person:dora']);
  expect(conversationsFor(state, who('ana')).map((each) => each.id)).toContain('channel:together');
});

test('mail to another person is read by others in a simulated estate only', () => {
  const { state, who } = bothTenantsInTrouble();
  const toBen = outboxRow('m', { target: { kind: 'person', person: 'ben', identity: 'ben@provider.example' } });
  expect(mayRead(state, who('ana'), toBen)).toBe(true);
  state.estate = anEstate({ simulated: false });
  expect([who('ana'), who('ben'), who('erik')].map((person) => mayRead(state, person, toBen))).toEqual([false, true, false]);
});

test('a run counts the people behind its plan: the requester once, approvals of this version alone', () => {
  const { world, state, who } = bothTenantsInTrouble();
  world.propose({ ...aPlan('R-3', 'cluster01', ['billing']), epoch: 2, requestedBy: { kind: 'person', person: 'ana', surface: 'web' } });
  world.append(runStream('R-3'), 'cluster01', { type: 'approval.given', run: 'R-3', epoch: 1, by: 'chris', surface: 'web', attested: null });
  world.append(runStream('R-3'), 'cluster01', { type: 'approval.given', run: 'R-3', epoch: 2, by: 'ana', surface: 'web', attested: null });
  expect(runsFor(state, who('ana'), 1)).toMatchObject([{ run: 'R-3', peopleHave: 1, peopleNeeded: 2, says: 'Waits for approval: 1 of 2 people' }]);
});

test('open incidents stand before resolved ones', () => {
  const { world, state, who } = bothTenantsInTrouble();
  world.append(incidentStream, 'cluster01', { type: 'incident.resolved', incident: 'I-1', evidence: [] });
  expect(incidentsFor(state, who('ana'), 10).at(-1)).toMatchObject({ id: 'I-1', resolvedAt: start + world.entries.length * 1000 });
});

test('every step shows what was seen', () => {
  const { world, state, who } = bothTenantsInTrouble();
  const seen = { saw: 'Running', by: 'HMC vmhmc6', at: start };
  world.append(runStream('R-1'), 'cluster01', { type: 'step.started', run: 'R-1', step: 'start-vm:billing', attempt: 1, key: 'k' });
  world.append(runStream('R-1'), 'cluster01', { type: 'step.finished', run: 'R-1', step: 'start-vm:billing', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [seen], changes: [] });
  expect(runDetail(state, runFor(state, who('ana'), 'R-1')!).steps.find((step) => step.id === 'start-vm:billing')).toMatchObject({ status: 'done', says: 'start billing on snorlax', evidence: [seen], attempt: 1 });
  expect(runsFor(state, who('ana'), 5).find((run) => run.run === 'R-1')).toMatchObject({ stepsDone: 1, stepsTotal: 3 });
});

test('the estate shows a tenant\'s people what is to be known of approvals: a quorum that could not be met, a standing authority in force', () => {
  const world = createWorld();
  world.importEstate(anEstate());
  const incident = anIncident('I-1', 'cluster01', 'cluster01', 'customerA');
  world.open({ ...incident, severity: 'warning', site: null, title: 'unplanned-move could not be approved for cluster01 now', events: incident.events.map((event) => ({ ...event, entityClass: 'system' as const, entity: 'cluster01' })) });
  const { operation, gate } = aPlan('R-1', 'cluster01', []);
  const authority = { id: 'S-1', tenant: 'cluster01', operation, runbook: 'unplanned-move', conditions: { from: '02:00', until: '06:00', days: null, lostForMs: 1, lagMaxMs: 1 }, gate, bound: { runbook: '', estate: '' }, expiresAt: start, reason: '', proposedBy: 'ana', digest: '' };
  world.append(standingStream, 'cluster01', { type: 'standing.proposed', authority });
  const notices = (): string[] => estateFor(world.live.current, personOf(world.live.current.estate!, 'dora')!).tenants.flatMap((tenant) => tenant.notices.map(({ badge, words }) => `${badge}: ${words}`));
  expect(notices()).toEqual(['I-1: unplanned-move could not be approved for cluster01 now']);
  world.append(standingStream, 'cluster01', { type: 'standing.signed', standing: 'S-1', by: 'ben', surface: 'cli', inForce: true });
  expect(notices()[1]).toMatch(/^S-1: A standing authority is in force: .* Anyone may take it back: revoke S-1$/);
});
