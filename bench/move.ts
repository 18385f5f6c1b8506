import { families } from './move/families.js';
import { measure, type Measured } from './move/measure.js';
import { footprint } from './move/memory.js';
import { sampleOverhead } from './move/overhead.js';
import { percentile, random, report, rounded } from './result.js';

/** How many instances of each family, by size. The largest is played once, in a process of its own. */
const sizes = [{ vms: 100, seeds: 11 }, { vms: 1_000, seeds: 11 }, { vms: 5_000, seeds: 5, families: ['wide'] }] as const;
const largest = 10_000;
const goalsFrom = 1_000;

/**
 * Moves of seeded instance families (reference/performance-model.md 5d), played by the executor itself on a virtual clock and a journal that keeps nothing, with true durations that the plan's estimates do not know.
 * The engine's own time is sampled first from a whole run on PostgreSQL whose acts take no time, and added to every act. Beside it, in the same worlds: the lower bound, the reference list schedule, and
 * the habits of older tools.
 */
export async function move(): Promise<void> {
  const { estate, steps } = families['wide']!(1_000, random(1));
  const overhead = await sampleOverhead(estate, steps);
  const all: (Measured & { vms: number })[] = [];
  for (const { vms, seeds, ...only } of sizes) for (const family of 'families' in only ? only.families : Object.keys(families)) {
    const measured: Measured[] = [];
    for (let seed = 1; seed <= seeds; seed++) measured.push(await measure(family, vms, seed, overhead.ms));
    all.push(...measured.map((each) => ({ ...each, vms })));
    process.stdout.write(`${line(family, vms, measured)}\n`);
  }
  const peak = await footprint(largest);
  process.stdout.write(`${peak.vms} VMs, ${peak.steps} steps: peak memory ${Math.round(peak.peakMb)} MB, ${Math.round(peak.seconds)} s\n`);

  const counted = all.filter(({ vms }) => vms >= goalsFrom);
  const reached = counted.map(({ overBound }) => 1 / overBound);
  const of = (family: string): readonly Measured[] => counted.filter((each) => each.family === family);
  const lossOf = (family: string): number => (percentile(of(family).map(({ loss }) => loss), 0.5) - 1) * 100;
  report('move', {
    boundOverMakespanMedian: percentile(reached, 0.5), boundOverMakespanWorst: Math.min(...reached), engineLossPercent: Math.max(...Object.keys(families).map(lossOf)),
    tierBarriersOverEngine: percentile(counted.map(({ slower }) => slower.tierBarriers!), 0.5), overheadOnPathP99Ms: percentile(overhead.onPathMs, 0.99), peakMemoryMb: peak.peakMb,
  }, {
    makespanOverBound: byFamily((family) => percentile(of(family).map(({ overBound }) => overBound), 0.5)), lossPercent: byFamily(lossOf), slowerThanEngine: Object.fromEntries(Object.keys(counted[0]!.slower).map((name) => [name, byFamily((family) => percentile(of(family).map(({ slower }) => slower[name]!), 0.5))])),
    overheadOnPathP50Ms: rounded(percentile(overhead.onPathMs, 0.5)), bareInsertP50Ms: rounded(percentile(overhead.insertMs, 0.5)), bareInsertP99Ms: rounded(percentile(overhead.insertMs, 0.99)),
    overheadAllSlotsBusyP50Ms: rounded(percentile(overhead.ms, 0.5)), overheadAllSlotsBusyP99Ms: rounded(percentile(overhead.ms, 0.99)), stepsPerSecondOnPostgres: Math.round(overhead.stepsPerSecond), entriesPerSecondInMemory: Math.round(percentile(counted.map(({ entriesPerSecond }) => entriesPerSecond), 0.5)), largest: { vms: peak.vms, steps: peak.steps, entries: peak.entries, seconds: rounded(peak.seconds) },
  });
}

const byFamily = (value: (family: string) => number): { readonly [family: string]: number } => Object.fromEntries(Object.keys(families).map((family) => [family, rounded(value(family))]));

function line(family: string, vms: number, measured: readonly Measured[]): string {
  const median = (of: (each: Measured) => number): number => rounded(percentile(measured.map(of), 0.5));
  const slower = Object.keys(measured[0]!.slower).map((name) => `${name} ${median((each) => each.slower[name]!)}`);
  return `${family}, ${vms} VMs, ${measured[0]!.steps} steps, ${measured.length} seeds: bound ${Math.round(median(({ boundMs }) => boundMs) / 1_000)} s, over the bound ${median(({ overBound }) => overBound)} (worst ${rounded(Math.max(...measured.map(({ overBound }) => overBound)))}), over the same schedule without its own time ${median(({ loss }) => loss)} (first seed, both without: ${rounded(measured[0]!.sameSchedule!)}); over the engine: ${slower.join(', ')}`;
}
