import { lifeboat } from '../src/core/names.js';
import { digestOf, type Plan, type Step } from '../src/core/plan.js';
import { lowerBoundMs } from '../src/core/lower-bound.js';
import { makespanMs } from '../src/core/schedule.js';
import { createBrake } from '../src/durable/brake.js';
import { createExecutor } from '../src/durable/executor.js';
import { planPlannedMove } from '../src/engine/planners/move.js';
import { scopeOf } from '../src/engine/planners/scope.js';
import type { State } from '../src/core/state.js';
import { largeEstate } from './estate.js';
import { instantController } from './instant.js';
import { percentile, random, report, rounded } from './result.js';
import { startStack } from './stack.js';

const vms = 1_000;
const seeds = 11;

/**
 * A planned move of 1,000 simulated VMs. The engine's own time per step (dispatch, intent, evidence) is sampled from a real run of the whole plan on PostgreSQL whose acts
 * take no time; then the schedule is played in virtual time with boots drawn from a lognormal (median 60 s), each step made longer by a drawn sample.
 */
export async function move(): Promise<void> {
  const stack = await startStack(largeEstate(vms));
  const { state, plan } = planned(stack.live.current);
  process.stdout.write(`${vms} VMs, ${plan.steps.length} steps\n`);
  const overheadMs = await sampleOverhead(stack, plan);
  await stack.stop();
  process.stdout.write(`engine's own time per step on PostgreSQL: p50 ${rounded(percentile(overheadMs, 0.5))} ms, p99 ${rounded(percentile(overheadMs, 0.99))} ms\n`);

  const ratios: number[] = [];
  const losses: number[] = [];
  const barriers: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const draw = random(seed);
    const duration = new Map(plan.steps.map((step) => [step.id, step.kind === 'start-vm' ? 60_000 * Math.exp(0.35 * gaussian(draw)) : step.estimateMs]));
    const bound = lowerBoundMs(plan.steps, (step) => duration.get(step.id)!);
    const pure = makespanMs(plan.steps, (step) => duration.get(step.id)!);
    const engine = makespanMs(plan.steps, (step) => duration.get(step.id)! + overheadMs[Math.floor(draw() * overheadMs.length)]!);
    ratios.push(engine / bound);
    losses.push(engine / pure);
    barriers.push(barrierMs(plan.steps, duration) / bound);
    process.stdout.write(`seed ${seed}: bound ${Math.round(bound / 1000)} s, engine ${rounded(engine / bound)}, same schedule without its own time ${rounded(pure / bound)}\n`);
  }
  report('move', percentile(ratios, 0.5), {
    vms: state.vms.size, steps: plan.steps.length, worst: rounded(Math.max(...ratios)), engineLoss: rounded(percentile(losses, 0.5)), kindByKindBarriers: rounded(percentile(barriers, 0.5)),
    overheadP50Ms: rounded(percentile(overheadMs, 0.5)), overheadP99Ms: rounded(percentile(overheadMs, 0.99)),
  });
}

function planned(state: State): { state: State; plan: Plan } {
  for (const vm of state.vms.values()) Object.assign(vm, { state: 'READY_TO_MOVE', reason: null, power: 'running' });
  const operation = { verb: 'move' as const, tenant: 'bench', scope: { class: 'site' as const, name: 'north' }, hostGroups: [...state.groups.keys()], from: 'north', to: 'south', drType: 'planned' as const };
  const result = planPlannedMove(scopeOf(state.estate!, state, operation), []);
  if (!result.ok) throw new Error(result.refusal.what);
  const { attest, ...draft } = result.draft;
  const plan = { ...draft, run: 'R-1', epoch: 1, tenant: 'bench', runbook: 'planned-move', because: { incident: null, reason: null }, requestedBy: lifeboat('start'), gate: { people: 0, role: 'approver' as const, expiresInMs: 0, attest }, policyVersion: 'bench', predictedMs: 0, createdAt: 0 };
  return { state, plan: { ...plan, digest: digestOf(plan) } };
}

/** The real executor on the real journal, with a controller whose acts are instant: what is left is the engine's own. */
async function sampleOverhead({ journal, live, clock }: Awaited<ReturnType<typeof startStack>>, plan: Plan): Promise<number[]> {
  const samples: number[] = [];
  const acted = new Map<string, number>();
  const controller = instantController((step) => acted.set(step.id, performance.now()));
  await journal.append({ entries: [{ stream: 'run:R-1', tenant: 'bench', actor: lifeboat('start'), event: { type: 'plan.proposed', plan, expiresAt: null } }, { stream: 'run:R-1', tenant: 'bench', actor: lifeboat('start'), event: { type: 'plan.granted', run: 'R-1', epoch: 1, digest: plan.digest, by: [] } }] });
  while (!live.current.runs.has('R-1') || live.current.runs.get('R-1')!.status !== 'granted') await clock.sleep(5);
  const finished = new Map<string, number>();
  live.onEntries((entries) => { const now = performance.now(); for (const { event } of entries) if (event.type === 'step.finished') finished.set(event.step, now); });
  const execute = createExecutor({ journal, live, controller, clock, brake: createBrake(() => undefined), bootId: 'bench', revalidate: async () => ({ kind: 'same' }), log: () => undefined });
  const began = performance.now();
  await execute('R-1', 1, new AbortController().signal);
  const seconds = (performance.now() - began) / 1000;
  // A step's share of the engine: from its last predecessor's evidence to its act (waiting for a slot left out by taking the least), and from its act to its own evidence.
  for (const step of plan.steps) {
    const ready = Math.max(began, ...step.after.map((each) => finished.get(each) ?? began));
    const act = acted.get(step.id)!;
    if (step.slots.length === 0 || act - ready < 250) samples.push(Math.max(0, act - ready) + (finished.get(step.id)! - act));
  }
  process.stdout.write(`${plan.steps.length} steps with intent and evidence in ${rounded(seconds)} s: ${Math.round(plan.steps.length / seconds)} steps/s\n`);
  return samples;
}

/** The habit of older tools, in the same harness: every kind of step waits until the kind before it is done everywhere. */
function barrierMs(steps: readonly Step[], duration: ReadonlyMap<string, number>): number {
  const kinds = [...new Set(steps.map((step) => step.kind))];
  return kinds.reduce((sum, kind) => sum + makespanMs(steps.filter((step) => step.kind === kind).map((step) => ({ ...step, after: [] })), (step) => duration.get(step.id)!), 0);
}

const gaussian = (draw: () => number): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
