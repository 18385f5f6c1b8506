import { lowerBoundMs } from '../src/core/lower-bound.js';
import { emptyState, fold, type State } from '../src/core/state.js';
import { lifeboat } from '../src/core/names.js';
import { digestOf, sha256, type Plan } from '../src/core/plan.js';
import { foldRun, type RunState } from '../src/core/run-state.js';
import { makePlan, planToday } from '../src/desk/planning.js';
import { createSystemClock } from '../src/durable/clock.js';
import { createEngine } from '../src/engine/engine.js';
import { loadRunbooks } from '../src/runbook/load.js';
import { largeEstate } from './estate.js';
import { instantWorld } from './instant-world.js';
import { percentile, report, rounded } from './result.js';

const vms = 5_000;
const rounds = 15;
/** Not counted: nothing is compiled yet. */
const warmUp = 3;

/**
 * What a user waits for: a planned move of 5,000 VMs asked for, from the engine's look at its hosts through runbook, gate, prediction and digest; its lower bound; the same question again as each
 * approval asks it, with nothing changed and with one VM changed. Between them the bound is measured: the finished plan as JSON and its SHA-256, which is the least that a plan bound to a digest costs.
 */
export async function plan(): Promise<void> {
  const state = readyState();
  const clock = createSystemClock();
  const parts = { controller: createEngine({ ...instantWorld(state.estate!), clock }), live: { current: state, reach: async () => undefined, onEntries: () => () => undefined }, clock, runbooks: loadRunbooks('runbooks') };
  const operation = { verb: 'move' as const, tenant: 'bench', scope: { class: 'site' as const, name: 'north' }, hostGroups: [...state.groups.keys()], from: 'north', to: 'south', drType: 'planned' as const };
  const took: Record<'plan' | 'bound' | 'same' | 'changed' | 'bare', number[]> = { plan: [], bound: [], same: [], changed: [], bare: [] };
  const timed = async <T>(what: keyof typeof took, counts: boolean, work: () => T | Promise<T>): Promise<T> => {
    const began = performance.now();
    const value = await work();
    if (counts) took[what].push(performance.now() - began);
    return value;
  };

  let steps = 0;
  for (let round = 0; round < warmUp + rounds; round++) {
    const counts = round >= warmUp;
    const planned = await timed('plan', counts, () => makePlan(parts, operation, { run: 'R-1', epoch: 1, requestedBy: lifeboat('start'), incident: null, reason: null }));
    if (!planned.ok) throw new Error(planned.refusal.what);
    steps = planned.plan.steps.length;
    await timed('bound', counts, () => lowerBoundMs(planned.plan.steps));
    await timed('bare', counts, () => sha256(JSON.stringify(planned.plan)));
    const run = asRead(planned.plan);
    const same = await timed('same', counts, () => planToday(parts, run));
    if (same.kind !== 'same') throw new Error(`Nothing was changed, and yet: ${JSON.stringify(same).slice(0, 500)}`);
    const one = state.vms.get(`vm${(round * 331) % vms}`)!;
    Object.assign(one, { state: 'DISCOVERED', reason: 'bench', power: 'off' });
    const changed = await timed('changed', counts, () => planToday(parts, run));
    Object.assign(one, { state: 'READY_TO_MOVE', reason: null, power: 'running' });
    if (changed.kind !== 'changed' || changed.plan.digest !== digestOf(changed.plan) || changed.changes.length === 0) throw new Error('One VM was changed, and nobody noticed.');
  }
  const ms = (what: keyof typeof took, share = 0.5): number => percentile(took[what], share);
  const overBare = (what: keyof typeof took): number => percentile(took[what].map((each, round) => each / took.bare[round]!), 0.5);
  const both = took.plan.map((each, round) => each + took.bound[round]!);
  report('plan', { planAndBoundMs: percentile(both, 0.5), replanSameMs: ms('same'), replanOneVmChangedMs: ms('changed'), planOverBare: overBare('plan'), replanSameOverBare: overBare('same'), replanOneVmChangedOverBare: overBare('changed') }, {
    vms, steps, rounds, planMs: rounded(ms('plan')), boundMs: rounded(ms('bound')), planAndBoundWorstMs: rounded(Math.max(...both)), 
    replanSameBestMs: rounded(Math.min(...took.same)), replanSameWorstMs: rounded(Math.max(...took.same)), replanOneVmChangedBestMs: rounded(Math.min(...took.changed)), replanOneVmChangedWorstMs: rounded(Math.max(...took.changed)), bareJsonAndHashMs: rounded(ms('bare')),
  });
}

function readyState(): State {
  const state = fold(emptyState(), { seq: 1, stream: 'estate', streamSeq: 1, tenant: null, actor: lifeboat('start'), at: 0, event: { type: 'estate.imported', estate: largeEstate(vms), source: 'bench', digest: 'bench' }, digest: '', chain: '' });
  for (const vm of state.vms.values()) Object.assign(vm, { state: 'READY_TO_MOVE', reason: null, power: 'running' });
  return state;
}

/** The run as the journal gives it: read back from its text, so that nothing of the plan is known by its identity. */
function asRead(plan: Plan): RunState {
  const event = { type: 'plan.proposed' as const, plan: JSON.parse(JSON.stringify(plan)) as Plan, expiresAt: null };
  return foldRun(undefined, { seq: 2, stream: 'run:R-1', streamSeq: 1, tenant: 'bench', actor: lifeboat('start'), at: 0, event, digest: '', chain: '' })!;
}
