import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** One number, or one for each shape that was measured. */
type Measured = number | { readonly [shape: string]: number };
interface Goal<Wanted> { readonly goal: Wanted; readonly unit: string; readonly direction: 'at most' | 'at least' }
/** One unit for all that a bench measures, or named measures, each with a unit and a direction of its own. */
type Goals = Goal<Measured> | { readonly measures: { readonly [name: string]: Goal<number> } };

/** The last line of every bench: one JSON object. Exit code 1 where a goal of goals.json is missed; a measure without a value, and a value without a goal, counts as missed. */
export function report(bench: string, value: Measured, peers: Record<string, unknown>): void {
  const goals = (JSON.parse(readFileSync(new URL('../../bench/goals.json', import.meta.url), 'utf8')) as Record<string, Goals>)[bench]!;
  const wanted = wantedOf(goals);
  const values = byShape(value);
  const missed = [...new Set([...Object.keys(wanted), ...Object.keys(values)])].filter((name) => !reached(wanted[name], values[name]));
  const ok = missed.length === 0;
  const machine = { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  const shown = typeof value === 'number' ? rounded(value) : Object.fromEntries(Object.entries(value).map(([shape, each]) => [shape, rounded(each)]));
  const told = 'measures' in goals
    ? { measures: Object.fromEntries(Object.entries(wanted).map(([name, each]) => [name, { value: values[name] === undefined ? null : rounded(values[name]), ...each, ok: !missed.includes(name) }])) }
    : { value: shown, unit: goals.unit, goal: goals.goal };
  process.stdout.write(`${JSON.stringify({ bench, ...told, ok, ...(ok ? {} : { missed }), peers, machine })}\n`);
  if (!ok) process.exitCode = 1;
}

function wantedOf(goals: Goals): { readonly [name: string]: Goal<number> } {
  if ('measures' in goals) return goals.measures;
  return Object.fromEntries(Object.entries(byShape(goals.goal)).map(([shape, goal]) => [shape, { ...goals, goal }]));
}

const reached = (wanted: Goal<number> | undefined, value: number | undefined): boolean => wanted !== undefined && value !== undefined && (wanted.direction === 'at most' ? value <= wanted.goal : value >= wanted.goal);
const byShape = (measured: Measured): { readonly [shape: string]: number } => (typeof measured === 'number' ? { all: measured } : measured);

export const rounded = (value: number): number => Number(value.toPrecision(4));
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Seeded (mulberry32): the same instance in every run. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
