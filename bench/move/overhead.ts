import type { Estate } from '../../src/core/estate.js';
import { lifeboat, type Millis, type RunId, type StepId } from '../../src/core/names.js';
import type { Step } from '../../src/core/plan.js';
import { createBrake } from '../../src/durable/brake.js';
import { createExecutor } from '../../src/durable/executor.js';
import { instantController } from '../instant.js';
import { percentile, rounded } from '../result.js';
import { startStack } from '../stack.js';
import { planOf } from './play.js';

export interface Overhead {
  /** Of every step, while as many as the slots allow are under way. */
  readonly ms: readonly Millis[];
  /** Of steps that wait for each other and for nothing else: what the critical path pays. */
  readonly onPathMs: readonly Millis[];
  /** The least that a durable step costs: one row inserted and committed, between the steps of the path. */
  readonly insertMs: readonly Millis[];
  readonly stepsPerSecond: number;
}

const onPath = 300;

/** The engine's own time for each step: the real executor on the real journal on PostgreSQL, with acts whose time is not counted, so that what is left is its own. */
export async function sampleOverhead(estate: Estate, steps: readonly Step[]): Promise<Overhead> {
  const { pool, journal, live, clock, stop } = await startStack(estate);
  await pool.query('create table bench_bound (n bigserial primary key, body text)');
  const played = async (run: RunId, toPlay: readonly Step[], work: () => Promise<void>) => {
    const [begun, ended, finished] = [new Map<StepId, number>(), new Map<StepId, number>(), new Map<StepId, number>()];
    const plan = planOf(toPlay, run);
    const entry = { stream: `run:${run}`, tenant: 'bench', actor: lifeboat('start') };
    const granted = await journal.append({ entries: [{ ...entry, event: { type: 'plan.proposed', plan, expiresAt: null } }, { ...entry, event: { type: 'plan.granted', run, epoch: 1, digest: plan.digest, by: [] } }] });
    await live.reach(granted.at(-1)!.seq);
    const stopListening = live.onEntries((entries) => { const now = performance.now(); for (const { event } of entries) if (event.type === 'step.finished') finished.set(event.step, now); });
    const instant = instantController();
    const controller = { ...instant, do: async (...[step, ...more]: Parameters<typeof instant.do>) => {
      begun.set(step.id, performance.now());
      await work();
      ended.set(step.id, performance.now());
      return instant.do(step, ...more);
    } };
    const execute = createExecutor({ journal, live, controller, clock, brake: createBrake(() => undefined), bootId: 'bench', revalidate: async () => ({ kind: 'same' }), log: () => undefined });
    const began = performance.now();
    await execute(run, 1, new AbortController().signal);
    stopListening();
    // From its last predecessor's evidence to its act, and from its act to its own evidence.
    const waitedMs = ({ id, after }: Step): Millis => begun.get(id)! - after.reduce((latest, each) => Math.max(latest, finished.get(each) ?? began), began);
    return { seconds: (performance.now() - began) / 1_000, waitedMs, recordedMs: ({ id }: Step): Millis => finished.get(id)! - ended.get(id)! };
  };

  const whole = await played('R-1', steps, async () => undefined);
  // A wait for a slot is the plan's and not the engine's.
  const ms = steps.filter((step) => step.slots.length === 0 || whole.waitedMs(step) < 250).map((step) => Math.max(0, whole.waitedMs(step)) + whole.recordedMs(step));
  const path = Array.from({ length: onPath }, (_, n): Step => ({ ...steps[0]!, id: `path:${n}`, slots: [], after: n === 0 ? [] : [`path:${n - 1}`] }));
  const insertMs: Millis[] = [];
  const alone = await played('R-2', path, async () => {
    const began = performance.now();
    await pool.query('insert into bench_bound (body) values ($1)', ['bound']);
    insertMs.push(performance.now() - began);
  });
  await stop();
  const onPathMs = path.slice(1).map((step) => alone.waitedMs(step) + alone.recordedMs(step));
  const stepsPerSecond = steps.length / whole.seconds;
  process.stdout.write(`${steps.length} steps with intent and evidence on PostgreSQL: ${Math.round(stepsPerSecond)} steps/s, the engine's own time per step p50 ${rounded(percentile(ms, 0.5))} ms, p99 ${rounded(percentile(ms, 0.99))} ms; on the critical path p50 ${rounded(percentile(onPathMs, 0.5))} ms, p99 ${rounded(percentile(onPathMs, 0.99))} ms\n`);
  return { ms, onPathMs, insertMs, stepsPerSecond };
}
