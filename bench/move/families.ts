import type { Estate } from '../../src/core/estate.js';
import { lifeboat, type Millis } from '../../src/core/names.js';
import type { Step } from '../../src/core/plan.js';
import { emptyState, fold } from '../../src/core/state.js';
import { step, vmRef, groupRef } from '../../src/engine/plan-steps.js';
import { planPlannedMove } from '../../src/engine/planners/move.js';
import { scopeOf } from '../../src/engine/planners/scope.js';
import { largeEstate, type Shape } from '../estate.js';

/** One instance: what is to be done, and by what the world differs from a quiet night. */
export interface Instance {
  readonly estate: Estate;
  readonly steps: readonly Step[];
  /** Calls that the HMCs and arrays take in a second, all together. Absent: any number. */
  readonly callsPerSecond?: number;
  /** Share of boots that give no heartbeat and are tried again when their time is over. */
  readonly hangs?: number;
  /** A recovery host that dies in the middle of the move, so far along the expected time. */
  readonly lost?: { readonly host: string; readonly at: number };
}

/** reference/performance-model.md 5d: the families, each as a function of its size and of a seeded draw. */
export const families: { readonly [name: string]: (vms: number, draw: () => number) => Instance } = {
  chain: (vms) => ({ estate: largeEstate(vms), steps: chain(vms) }),
  wide: (vms) => moved(vms),
  'three-tier': (vms, draw) => ({ estate: largeEstate(vms), steps: apps(vms, draw) }),
  'shared-recovery-host': (vms) => moved(vms, { homesToAPair: 4 }),
  'one-group': (vms) => moved(vms, { oneGroup: true }),
  'api-rate': (vms) => ({ ...moved(vms), callsPerSecond: 1.5 }),
  'hangs-1': (vms) => ({ ...moved(vms), hangs: 0.01 }),
  'hangs-5': (vms) => ({ ...moved(vms), hangs: 0.05 }),
  'host-loss': (vms, draw) => ({ ...moved(vms), lost: { host: `away${Math.floor((draw() * vms) / 25)}`, at: 0.5 } }),
};

/** A planned move of a whole site, from the planner itself. */
function moved(vms: number, shape: Shape = {}): Instance {
  const estate = largeEstate(vms, 25, shape);
  const state = fold(emptyState(), { seq: 1, stream: 'estate', streamSeq: 1, tenant: null, actor: lifeboat('start'), at: 0, event: { type: 'estate.imported', estate, source: 'bench', digest: 'bench' }, digest: '', chain: '' });
  for (const vm of state.vms.values()) Object.assign(vm, { state: 'READY_TO_MOVE', reason: null, power: 'running' });
  const operation = { verb: 'move' as const, tenant: 'bench', scope: { class: 'site' as const, name: 'north' }, hostGroups: [...state.groups.keys()], from: 'north', to: 'south', drType: 'planned' as const };
  const result = planPlannedMove(scopeOf(estate, state, operation), []);
  if (!result.ok) throw new Error(result.refusal.what);
  return { estate, steps: result.draft.steps };
}

const [atHome, away, array] = ['hmc:north-hmc', 'hmc:south-hmc', 'array:south-array'];
const host = (n: number): string => `away${Math.floor(n / 25)}`;
const define = (n: number, after: readonly string[]): Step => step('define-vm', vmRef(`vm${n}`), `define vm${n}`, { vm: `vm${n}`, host: host(n) }, { after, slots: [away!] });
const start = (n: number, after: readonly string[]): Step => step('start-vm', vmRef(`vm${n}`), `start vm${n}`, { vm: `vm${n}`, host: host(n), site: 'south' }, { after: [`define-vm:vm${n}`, ...after], slots: [`boot:${host(n)}`] });

/** Each VM needs the one before it. */
const chain = (vms: number): Step[] => Array.from({ length: vms }, (_, n) => [define(n, []), start(n, n === 0 ? [] : [`start-vm:vm${n - 1}`])]).flat();

/** Applications of 3 to 12 VMs, one consistency group each, in three tiers: every VM of a tier needs all of the tier before. */
function apps(vms: number, draw: () => number): Step[] {
  const steps: Step[] = [];
  for (let [app, first] = [0, 0]; first < vms; app++) {
    const count = Math.min(vms - first, 3 + Math.floor(draw() * 10));
    const members = Array.from({ length: count }, (_, n) => first + n);
    for (const n of members) steps.push(step('stop-vm', vmRef(`vm${n}`), `stop vm${n}`, { vm: `vm${n}`, host: `home${Math.floor(n / 25)}` }, { slots: [atHome!] }));
    steps.push(step('reverse-group', groupRef(`app${app}`), `reverse app${app}`, { group: `app${app}`, to: 'south' }, { after: members.map((n) => `stop-vm:vm${n}`), slots: [array!] }));
    const tierOf = (n: number): number => Math.min(2, Math.floor(((n - first) * 3) / count));
    for (const n of members) steps.push(define(n, [`reverse-group:app${app}`]), start(n, members.filter((each) => tierOf(each) === tierOf(n) - 1).map((each) => `start-vm:vm${each}`)));
    for (const n of members) steps.push(step('remove-vm', vmRef(`vm${n}`), `remove vm${n}`, { vm: `vm${n}`, host: `home${Math.floor(n / 25)}` }, { after: [`start-vm:vm${n}`], slots: [atHome!], onFailure: 'warn' }));
    first += count;
  }
  return steps;
}

/** A boot that hangs holds its slot for so long (reference/performance-model.md 5c). */
export const heartbeatTimeoutMs: Millis = 300_000;
