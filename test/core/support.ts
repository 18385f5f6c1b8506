import type { Delegation } from '../../src/core/delegation.js';
import type { Freeze, Person, Role } from '../../src/core/estate.js';
import type { JournalEntry, JournalEvent } from '../../src/core/event.js';
import { lifeboat, type Actor, type Millis, type PersonName, type TenantName } from '../../src/core/names.js';
import { digestOf, type Plan, type Step } from '../../src/core/plan.js';
import type { Roster } from '../../src/core/roster.js';
import { foldRun, type RunState } from '../../src/core/run-state.js';

export const noon: Millis = Date.UTC(2026, 10, 21, 12, 0, 0);
export const minute: Millis = 60_000;

export const aPerson = (name: PersonName, roles: readonly Role[] = ['operator', 'approver'], tenants: readonly TenantName[] | 'all' = 'all'): Person => ({ name, displayName: name, roles, tenants, email: null, phone: null, timeZone: null });
/** The people as they are at a moment, without a word from anybody who is away. */
export const aRoster = (people: readonly Person[], now: Millis = noon, delegations: readonly Delegation[] = [], freezes: readonly Freeze[] = []): Roster => ({ people, now, delegations, freezes });
export const by = (person: PersonName): Actor => ({ kind: 'person', person, surface: 'cli' });

export const aStep = (id: string, change: Partial<Step> = {}): Step => ({
  id, kind: id.split(':')[0]!, says: id, entity: { class: 'vm', name: id.split(':')[1] ?? id }, args: {}, after: [], slots: [], irreversible: false, mutates: true, rank: 0, timeoutMs: minute, estimateMs: 1_000, attemptsMax: 2, onFailure: 'drop', ...change,
});

export function aPlan(change: Partial<Plan> = {}): Plan {
  const plan: Plan = {
    run: 'R-1', epoch: 1, tenant: 'cluster01', runbook: 'planned-move', title: 'planned move of customerA to service_provider',
    operation: { verb: 'move', tenant: 'cluster01', scope: { class: 'site', name: 'customerA' }, hostGroups: ['HG_A'], from: 'customerA', to: 'service_provider', drType: 'planned' },
    because: { incident: null, reason: null }, requestedBy: by('ana'), steps: [aStep('stop-vm:billing'), aStep('start-vm:billing', { after: ['stop-vm:billing'] })], vms: ['billing'], excluded: [], loss: { words: 'none', boundMs: null }, irreversible: [], evidence: [],
    facts: { 'active site of HG_A': 'customerA' }, gate: { people: 2, role: 'approver', expiresInMs: 30 * minute, attest: null }, locks: ['group:HG_A'], urgency: 'planned', predictedMs: minute, policyVersion: 'v1', digest: '', createdAt: noon, ...change,
  };
  return { ...plan, digest: digestOf(plan) };
}

/** Entries of one stream, one second apart. */
export const entriesOf = (events: readonly JournalEvent[], stream = 'run:R-1', from = 0): JournalEntry[] =>
  events.map((event, index) => ({ seq: from + index + 1, stream, streamSeq: from + index + 1, tenant: 'cluster01', actor: lifeboat('engine'), at: noon + (from + index) * 1_000, event, digest: '', chain: '' }));

export function aRun(events: readonly JournalEvent[] = [], plan: Plan = aPlan()): RunState {
  const proposed: JournalEvent = { type: 'plan.proposed', plan, expiresAt: noon + plan.gate.expiresInMs };
  return entriesOf([proposed, ...events]).reduce<RunState | undefined>((state, entry) => foldRun(state, entry), undefined)!;
}

export const approved = (person: PersonName, epoch = 1, attested: string | null = null): JournalEvent => ({ type: 'approval.given', run: 'R-1', epoch, by: person, surface: 'cli', attested });
