import type { StateChange, JournalEvent } from '../../src/core/event.js';
import type { Operation, Plan, PlanDraft, Step } from '../../src/core/plan.js';
import { emptyState, fold, type State } from '../../src/core/state.js';
import { createEngine } from '../../src/engine/engine.js';
import { simulatedHypervisor, simulatedStorage } from '../../src/drivers/estate/simulated/drivers.js';
import type { Controller, PlanRefusal } from '../../src/ports/controller.js';
import type { Hypervisor, Storage } from '../../src/ports/world.js';
import { aPlan, entriesOf } from '../core/support.js';
import { createVirtualClock } from '../../src/lab/virtual-clock.js';
import { createLabWorld, type LabWorld } from '../../src/lab/world.js';
import { demoEstate } from '../scenarios/lab/estates.js';

export const estate = demoEstate();
const tenant = estate.tenants[0]!;

export const change = (...changes: StateChange[]): JournalEvent => ({ type: 'step.finished', run: 'R-1', step: 'x', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes });
export const vmIs = (vm: string, state: Extract<StateChange, { kind: 'vm' }>['state'], more: Partial<Extract<StateChange, { kind: 'vm' }>> = {}): StateChange => ({ kind: 'vm', vm, state, reason: null, power: 'running', ...more });
export const allReady: StateChange[] = tenant.vms.map((vm) => vmIs(vm.name, 'READY_TO_MOVE'));
export const inSync: StateChange = { kind: 'group', group: 'HG_A', replication: { from: 'customerA', to: 'service_provider', state: 'SYNC', lagMs: 4_000 } };
/** HG_A failed over; customerA waits for cleanup and resync. */
export const failedOver: StateChange[] = [
  { kind: 'group', group: 'HG_A', activeSite: 'service_provider', replication: { from: 'service_provider', to: 'customerA', state: 'SUSPENDED', lagMs: null } },
  { kind: 'pending', group: 'HG_A', work: 'cleanup', site: 'customerA', open: true, because: 'unplanned move R-1' }, { kind: 'pending', group: 'HG_A', work: 'resync', site: 'customerA', open: true, because: 'unplanned move R-1' },
  ...tenant.vms.map((vm) => vmIs(vm.name, 'ACTIVE_NEEDS_CLEANUP', { site: 'service_provider', host: 'snorlax' })),
];
export const cleaned: StateChange = { kind: 'pending', group: 'HG_A', work: 'cleanup', site: 'customerA', open: false, because: 'R-2' };

export function stateOf(...changes: readonly StateChange[]): State {
  return entriesOf([{ type: 'estate.imported', estate, source: 'demo', digest: 'd' }, { type: 'plan.proposed', plan: aPlan(), expiresAt: null }, change(...changes)]).reduce(fold, emptyState());
}

export interface Bench { readonly lab: LabWorld; readonly engine: Controller; readonly hypervisor: Hypervisor; readonly storage: Storage; inject(fault: string, target: string): void; close(): void }

/** The engine on a simulated estate whose drivers may be spoilt. */
export function createBench(spoil: { readonly hypervisor?: Partial<Hypervisor>; readonly storage?: Partial<Storage> } = {}): Bench {
  const clock = createVirtualClock();
  const lab = createLabWorld(estate, clock);
  const hypervisor = { ...simulatedHypervisor(lab.client, clock), ...spoil.hypervisor };
  const storage = { ...simulatedStorage(lab.client, clock), ...spoil.storage };
  return { lab, hypervisor, storage, engine: createEngine({ hypervisor, storage, clock }), inject: (fault, target) => lab.world.inject(fault, target), close: () => undefined };
}

export const operation = (verb: Operation['verb'], from = 'customerA', to = 'service_provider', drType: Operation['drType'] = null): Operation => ({ verb, tenant: 'cluster01', scope: { class: 'site', name: from }, hostGroups: ['HG_A'], from, to, drType });

export async function planned({ engine }: Bench, wanted: Operation, state: State): Promise<PlanDraft> {
  const result = await engine.plan(wanted, state, new AbortController().signal);
  if (!result.ok) throw new Error(result.refusal.what);
  return result.draft;
}
export async function refused({ engine }: Bench, wanted: Operation, state: State): Promise<PlanRefusal> {
  const result = await engine.plan(wanted, state, new AbortController().signal);
  if (result.ok) throw new Error(`planned: ${result.draft.title}`);
  return result.refusal;
}

/** A plan as text: the steps in order, with what each follows, what it holds, and what its failure means. */
export function goldenText(draft: PlanDraft): string {
  const numbers = new Map(draft.steps.map((step, index) => [step.id, index + 1]));
  const line = (step: Step): string => {
    const marks = [step.after.length > 0 ? `after ${step.after.map((id) => numbers.get(id)).join(' ')}` : '', step.slots.length > 0 ? `holds ${step.slots.join(' ')}` : '', `failure: ${step.onFailure}`, step.irreversible ? 'CANNOT BE UNDONE' : ''].filter(Boolean).join('; ');
    return `${String(numbers.get(step.id)).padStart(2)}. ${step.says}\n      [${marks}]`;
  };
  return [
    draft.title, ...draft.steps.map(line), `VMs: ${draft.vms.join(', ')}`, ...draft.excluded.map(({ vm, why }) => `left out: ${vm}: ${why}`), `loss: ${draft.loss.words}`, ...draft.irreversible.map((each) => `cannot be undone: ${each}`),
    ...Object.entries(draft.facts).map(([key, value]) => `fact: ${key} = ${String(value)}`), `attestation: ${draft.attest ?? 'none'}`, `locks: ${draft.locks.join(', ')}`, `urgency: ${draft.urgency}`, ...draft.evidence.map(({ saw, by }) => `seen: ${saw} (${by})`), '',
  ].join('\n');
}

export const withId = (draft: PlanDraft): Plan => ({ ...aPlan(), ...draft, tenant: draft.operation.tenant, gate: { ...aPlan().gate, attest: draft.attest } });
