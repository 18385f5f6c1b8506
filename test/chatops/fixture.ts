import { fileURLToPath } from 'node:url';
import type { Incident } from '../../src/core/dr-event.js';
import type { Estate } from '../../src/core/estate.js';
import type { JournalEntry, JournalEvent } from '../../src/core/event.js';
import type { Actor } from '../../src/core/names.js';
import { digestOf, type Plan } from '../../src/core/plan.js';
import { emptyState, fold, type State } from '../../src/core/state.js';

export const templateDirectory = fileURLToPath(new URL('../../templates', import.meta.url));
/** 2026-11-21 14:02:10 UTC. */
export const noon = Date.UTC(2026, 10, 21, 14, 2, 10);
export const minute = 60_000;

const disk = { name: 'hdisk1', sizeGb: 40, attachment: 'npiv', mirrored: true } as const;
const person = (name: string, displayName: string, roles: Estate['people'][number]['roles'], tenants: Estate['people'][number]['tenants']) =>
  ({ name, displayName, roles, tenants, email: `${name}@example.com`, phone: null, timeZone: null });

export const anEstate = (): Estate => ({
  name: 'test', simulated: true, timeZone: 'UTC', clockRate: 10, provider: { name: 'provider', channel: 'dr-desk' },
  sites: [
    { name: 'customerA', tenant: 'cluster01', hmcs: [], hosts: [{ name: 'pbrazos', uuid: 'u1', memoryMb: 1, processors: 1, vioses: [], vlans: [] }], storageAgents: [] },
    { name: 'service_provider', tenant: null, hmcs: [], hosts: [{ name: 'snorlax', uuid: 'u2', memoryMb: 1, processors: 1, vioses: [], vlans: [] }], storageAgents: [] },
    { name: 'customerB', tenant: 'cluster02', hmcs: [], hosts: [], storageAgents: [] },
  ],
  tenants: [
    { name: 'cluster01', ksysNode: 'r7r3m116', homeSite: 'customerA', backupSite: 'service_provider', contractPriority: 'gold', channel: 'cluster01', autoDiscoveryTime: '02:00', hostPairs: [{ active: 'pbrazos', backup: 'snorlax' }],
      hostGroups: [{ name: 'HG_A', hosts: ['pbrazos'], hostFailureDetectionTimeMs: 90_000 }],
      vms: ['payroll', 'billing'].map((name) => ({ name, uuid: name, host: 'pbrazos', hostGroup: 'HG_A', priority: 'medium' as const, memoryMb: 1, processors: 1, vlan: 1, disks: [disk] })) },
    { name: 'cluster02', ksysNode: 'r7r3m108', homeSite: 'customerB', backupSite: 'service_provider', contractPriority: 'silver', channel: 'cluster02', autoDiscoveryTime: '03:00', hostPairs: [], hostGroups: [], vms: [] },
  ],
  people: [
    person('ana', 'Ana Silva', ['operator', 'approver'], ['cluster01']), person('ben', 'Ben Okoye', ['approver'], 'all'), person('cy', 'Cy Young', ['approver'], ['cluster01']),
    person('dee', 'Dee Roy', ['viewer'], ['cluster01']), person('eve', 'Eve Park', ['operator', 'approver'], ['cluster02']),
  ],
  contacts: [],
});

export function aPlan(changes: Partial<Plan> = {}): Plan {
  const step = (id: string, says: string, irreversible = false): Plan['steps'][number] =>
    ({ id, kind: id, says, entity: { class: 'vm', name: 'payroll' }, args: {}, after: [], slots: [], irreversible, mutates: true, timeoutMs: minute, estimateMs: minute, rank: 0, attemptsMax: 1, onFailure: 'stop' });
  const plan: Plan = {
    run: 'R-12', epoch: 1, tenant: 'cluster01', runbook: 'move-site', title: 'unplanned move of customerA to service_provider',
    operation: { verb: 'move', tenant: 'cluster01', scope: { class: 'site', name: 'customerA' }, hostGroups: ['HG_A'], from: 'customerA', to: 'service_provider', drType: 'unplanned' },
    because: { incident: 'I-3', reason: 'array controller dead' }, requestedBy: { kind: 'person', person: 'ana', surface: 'slack' },
    steps: [step('check', 'check that pbrazos is down'), step('fail-over', 'fail the storage of HG_A over to service_provider', true), step('start', 'start payroll and billing on snorlax')],
    vms: ['payroll', 'billing'], excluded: [{ vm: 'legacy', why: 'hdisk9 is not mirrored' }], loss: { words: 'up to 8 s of writes.', boundMs: 8000 }, irreversible: ['writes that only customerA has are given up'],
    evidence: [{ saw: 'pbrazos: No Connection', by: 'HMC vmhmc1', at: noon - 12_000 }], facts: {}, gate: { people: 2, role: 'approver', expiresInMs: 15 * minute, attest: null }, locks: ['group:HG_A'],
    urgency: 'disaster', predictedMs: 60 * minute, policyVersion: '1', digest: '', createdAt: noon, ...changes,
  };
  return { ...plan, digest: digestOf(plan) };
}

export const anIncident = (changes: Partial<Incident> = {}): Incident => ({
  id: 'I-3', key: 'host-failure/pbrazos', tenant: 'cluster01', site: 'customerA', title: 'pbrazos is down', severity: 'critical', openedAt: noon - 20_000, lastAt: noon - 12_000, resolvedAt: null, count: 1, proposedRun: null, causedBy: null,
  events: [{ name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', uuid: 'u1', tenant: 'cluster01', site: 'customerA', description: 'Host pbrazos does not answer.', occurredAt: noon - 20_000, source: 'engine', key: 'host-failure/pbrazos',
    evidence: [{ saw: 'pbrazos: No Connection', by: 'HMC vmhmc1', at: noon - 12_000 }] }], ...changes,
});

/** A journal in memory: append events, read the state that follows. */
export class Story {
  readonly state: State = emptyState();
  readonly entries: JournalEntry[] = [];
  now = noon;

  constructor(estate: Estate = anEstate()) { this.add({ type: 'estate.imported', estate, source: 'test', digest: 'd' }); }

  add(event: JournalEvent, actor: Actor = { kind: 'lifeboat', door: 'engine' }): JournalEntry {
    const seq = this.entries.length + 1;
    const entry: JournalEntry = { seq, stream: 'test', streamSeq: seq, tenant: 'cluster01', actor, at: this.now, event, digest: '', chain: '' };
    this.entries.push(entry);
    fold(this.state, entry);
    return entry;
  }
  propose(plan: Plan = aPlan()): JournalEntry { return this.add({ type: 'plan.proposed', plan, expiresAt: plan.gate.people === 0 ? null : this.now + plan.gate.expiresInMs }); }
  link(person: string, identity: string, surface: 'slack' = 'slack'): JournalEntry { return this.add({ type: 'person.linked', person, surface, identity }); }
  approve(by: string, run = 'R-12', epoch = 1): JournalEntry { return this.add({ type: 'approval.given', run, epoch, by, surface: 'slack', attested: null }); }
  grantAndStart(run = 'R-12'): void {
    this.add({ type: 'plan.granted', run, epoch: 1, digest: 'd', by: ['ana', 'ben'] });
    this.add({ type: 'run.started', run });
  }
  step(step: string, outcome: 'done' | 'failed' | 'unknown' = 'done', why: string | null = null, run = 'R-12'): JournalEntry {
    this.add({ type: 'step.started', run, step, attempt: 1, key: `${run}/${step}` });
    return this.add({ type: 'step.finished', run, step, attempt: 1, outcome, why, remedy: null, probed: false, evidence: [], changes: [] });
  }
  finish(outcome: 'succeeded' | 'exceptions' | 'failed' | 'cancelled' = 'succeeded', run = 'R-12'): JournalEntry {
    return this.add({ type: 'run.finished', run, outcome, tally: '2 out of 2 VMs have been successfully moved', exceptions: outcome === 'exceptions' ? ['billing: started late'] : [], vms: [{ vm: 'payroll', at: 'snorlax' }, { vm: 'billing', at: 'snorlax' }] });
  }
  run(id = 'R-12') { return this.state.runs.get(id)!; }
  get context() { return { now: this.now, linkTo: (id: string) => `https://dr.example/#/${id}` }; }
}
