import type { Millis } from '../../src/core/names.js';
import type { Step } from '../../src/core/plan.js';
import { lowerBoundMs } from '../../src/core/lower-bound.js';
import { makespanMs } from '../../src/core/schedule.js';
import { random } from '../result.js';
import { baselines } from './baselines.js';
import { families, type Instance } from './families.js';
import { listSchedule } from './list-schedule.js';
import { playExecutor } from './play.js';
import { drawWorld, type World } from './world.js';

/** One instance, played by the executor: as it is, and with the time that the engine itself takes. */
export interface Measured {
  readonly family: string;
  readonly steps: number;
  readonly boundMs: Millis;
  /** The executor with its own time, over the bound. */
  readonly overBound: number;
  /** The same over the reference list schedule, which meets the same durations and takes no time itself. */
  readonly loss: number;
  /** The executor without its own time, over the reference: 1 where it makes the same schedule. Of the first seed. */
  readonly sameSchedule: number | null;
  /** Each habit of older tools over the executor. */
  readonly slower: { readonly [baseline: string]: number };
  readonly entriesPerSecond: number;
}

export async function measure(family: string, vms: number, seed: number, overheadMs: readonly Millis[]): Promise<Measured> {
  const draw = random(seed);
  const instance = families[family]!(vms, draw);
  const worldOf = drawWorld(instance, draw);
  const { steps, estate } = instance;
  // The host dies in the middle of each schedule's own time, or a slow one would lose it before its move had begun.
  const inWorld = (quietMs: Millis): World => worldOf(instance.lost && { host: instance.lost.host, at: instance.lost.at * quietMs });
  const predictedMs = makespanMs(steps);
  const reference = listSchedule(steps, inWorld(predictedMs), { order: 'ours' });
  const bare = seed === 1 ? await playExecutor(estate, steps, inWorld(predictedMs)) : null;
  const own = await playExecutor(estate, steps, inWorld(predictedMs), () => overheadMs[Math.floor(draw() * overheadMs.length)]!);
  const boundMs = boundOf(instance, steps.filter(({ id }) => own.done.has(id)), inWorld(predictedMs));
  if (boundMs > own.ms + 1) throw new Error(`${family}, ${vms} VMs, seed ${seed}: ${own.ms} ms beats the bound of ${boundMs} ms, so the bound is none.`);
  const slower = Object.fromEntries(Object.entries(baselines).map(([name, play]) => [name, play(steps, instance.lost ? inWorld(play(steps, worldOf())) : worldOf()) / own.ms]));
  return { family, steps: steps.length, boundMs, overBound: own.ms / boundMs, loss: own.ms / reference.ms, sameSchedule: bare && bare.ms / reference.ms, slower, entriesPerSecond: (own.entries * 1_000) / own.tookMs };
}

/** Of the steps that came to a good end: what was lost with its host need not be done. */
function boundOf({ callsPerSecond }: Instance, done: readonly Step[], world: World): Millis {
  const ids = new Set(done.map(({ id }) => id));
  const bound = lowerBoundMs(done.map((step) => ({ ...step, after: step.after.filter((id) => ids.has(id)) })), (step) => world.durationMs(step));
  const calls = done.filter(({ slots }) => slots.length > 0).length;
  return callsPerSecond === undefined ? bound : Math.max(bound, ((calls - 1) * 1_000) / callsPerSecond);
}
