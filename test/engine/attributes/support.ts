import type { Host, HostGroup, SystemAttributes, Tenant, Estate, Vm } from '../../../src/core/estate.js';
import { protectionGroups, vmsOfGroup } from '../../../src/core/estate.js';
import type { DrEvent } from '../../../src/core/dr-event.js';
import type { StateChange } from '../../../src/core/event.js';
import type { Operation, PlanDraft, Step } from '../../../src/core/plan.js';
import { emptyState, fold, type State } from '../../../src/core/state.js';
import { simulatedHypervisor, simulatedStorage } from '../../../src/drivers/estate/simulated/drivers.js';
import { createEngine } from '../../../src/engine/engine.js';
import { startMonitor } from '../../../src/engine/monitor.js';
import { createVirtualClock } from '../../../src/lab/virtual-clock.js';
import { createLabWorld } from '../../../src/lab/world.js';
import type { PlanRefusal, StepResult } from '../../../src/ports/controller.js';
import type { Storage } from '../../../src/ports/world.js';
import { aPlan, entriesOf } from '../../core/support.js';
import { hadrEstate } from '../../scenarios/lab/estates.js';
import { withId } from '../support.js';

/** The HADR cluster of seeds/5: three hosts at home, their pairs at the backup site, four VMs. Each test changes one attribute of it. */
export const hadr = hadrEstate();
export const [ragu, sock, rt07, rt11, rt12, rt13] = ['ragu-9119-MME-SN106CDC7', 'sock_8286-42A-2182C5V', 'rt07_8286-42A-2182C7V', 'rt11_8286-42A-2182D1V', 'rt12_8286-42A-2182D2V', 'rt13_8286-42A-2182D3V'] as const;
export const allVms = hadr.tenants[0]!.vms.map(({ name }) => name);

export const tenantWith = (change: Partial<Tenant>, estate: Estate = hadr): Estate => ({ ...estate, tenants: estate.tenants.map((tenant) => ({ ...tenant, ...change })) });
export const systemWith = (system: SystemAttributes, estate: Estate = hadr): Estate => tenantWith({ system: { ...estate.tenants[0]!.system, ...system } }, estate);
export const groupWith = (change: Partial<HostGroup>, estate: Estate = hadr): Estate => tenantWith({ hostGroups: estate.tenants[0]!.hostGroups.map((group) => ({ ...group, ...change })) }, estate);
export const vmWith = (name: string, change: Partial<Vm>, estate: Estate = hadr): Estate => tenantWith({ vms: estate.tenants[0]!.vms.map((vm) => (vm.name === name ? { ...vm, ...change } : vm)) }, estate);
export const hostWith = (name: string, change: Partial<Host>, estate: Estate = hadr): Estate => ({ ...estate, sites: estate.sites.map((site) => ({ ...site, hosts: site.hosts.map((host) => (host.name === name ? { ...host, ...change } : host)) })) });

const groupsOf = (estate: Estate): string[] => protectionGroups(estate.tenants[0]!).map(({ name }) => name);
export const operation = (estate: Estate, verb: Operation['verb'], drType: Operation['drType'] = null, more: Partial<Operation> = {}): Operation =>
  ({ verb, tenant: estate.tenants[0]!.name, scope: { class: 'site', name: 'home_site' }, hostGroups: groupsOf(estate).filter((group) => vmsOfGroup(estate.tenants[0]!, group).length > 0), from: 'home_site', to: 'backup_site', drType, ...more });
export const restartOf = (estate: Estate, vms: readonly string[], more: Partial<Operation> = {}): Operation => operation(estate, 'restart', null, { scope: { class: 'vm', name: vms.join(',') }, to: 'home_site', vms, ...more });

/** Discovered, verified, and in sync. */
export function stateOf(estate: Estate, ...changes: readonly StateChange[]): State {
  const lagMs = estate.tenants[0]!.system?.replicationType === 'sync' ? 0 : 4_000;
  const ready: StateChange[] = [
    ...groupsOf(estate).map((group): StateChange => ({ kind: 'group', group, replication: { from: 'home_site', to: 'backup_site', state: 'SYNC', lagMs } })),
    ...estate.tenants[0]!.vms.map((vm): StateChange => ({ kind: 'vm', vm: vm.name, state: 'READY_TO_MOVE', reason: null, power: 'running' })),
  ];
  const finished = { type: 'step.finished', run: 'R-1', step: 'x', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes: [...ready, ...changes] } as const;
  return entriesOf([{ type: 'estate.imported', estate, source: 'hadr', digest: 'd' }, { type: 'plan.proposed', plan: aPlan(), expiresAt: null }, finished]).reduce(fold, emptyState());
}

/** The engine on such an estate, with a world of its own. */
export function engineOn(estate: Estate, spoil: Partial<Storage> = {}) {
  const clock = createVirtualClock();
  const lab = createLabWorld(estate, clock);
  const engine = createEngine({ hypervisor: simulatedHypervisor(lab.client, clock), storage: { ...simulatedStorage(lab.client, clock), ...spoil }, clock });
  const never = new AbortController().signal;
  return {
    lab, clock, engine,
    async plan(wanted: Operation, state = stateOf(estate)): Promise<PlanDraft> {
      const result = await engine.plan(wanted, state, never);
      if (!result.ok) throw new Error(result.refusal.what);
      return result.draft;
    },
    async refused(wanted: Operation, state = stateOf(estate)): Promise<PlanRefusal> {
      const result = await engine.plan(wanted, state, never);
      if (result.ok) throw new Error(`planned: ${result.draft.title}`);
      return result.refusal;
    },
    async take(draft: PlanDraft, id: string, state = stateOf(estate)): Promise<StepResult> {
      const taken = engine.do(stepOf(draft, id), withId(draft), { run: 'R-1', attempt: 1, key: `R-1.1/${id}`, signal: never, state, startedAt: clock.now(), progress: () => undefined });
      let over = false;
      void taken.finally(() => { over = true; });
      await clock.advanceUntil(`${id} is over`, () => over, 600_000);
      return taken;
    },
    /** What people are told, with the estate seconds since `watch` at which they are. */
    watch(state = stateOf(estate)) {
      const [told, cleared]: [{ at: number; event: DrEvent }[], string[]] = [[], []];
      const began = clock.now();
      const stop = startMonitor({
        controller: engine, clock, state: () => state, log: (message, detail) => { throw new Error(`${message} ${JSON.stringify(detail)}`); }, open: () => new Set(told.map(({ event }) => event.key)), seen: () => undefined, looked: async () => undefined,
        raised: async (event) => { told.push({ at: Math.round(((clock.now() - began) * estate.clockRate) / 1_000), event }); },
        cleared: async (key) => { cleared.push(key); },
      });
      return { told, cleared, stop, seconds: (n: number): Promise<void> => clock.advance((n * 1_000) / estate.clockRate), names: (): string[] => told.map(({ event }) => `${event.name} ${event.entity}`) };
    },
  };
}

export function stepOf(draft: PlanDraft, id: string): Step {
  const step = draft.steps.find((each) => each.id === id);
  if (!step) throw new Error(`no ${id} in ${draft.steps.map((each) => each.id).join(' ')}`);
  return step;
}
export const ids = (draft: PlanDraft, kind: string): string[] => draft.steps.filter((step) => step.kind === kind).map((step) => step.entity.name);
/** Why verification says no; null: it says READY_TO_MOVE. */
export async function verified(estate: Estate, vm: string, before: (on: ReturnType<typeof engineOn>) => void = () => undefined, spoil: Partial<Storage> = {}): Promise<string | null> {
  const on = engineOn(estate, spoil);
  before(on);
  const result = await on.take(await on.plan(operation(estate, 'verify')), `verify-vm:${vm}`);
  return result.kind === 'done' ? null : result.why;
}
