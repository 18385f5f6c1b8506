import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** One number, or one for each shape that was measured. */
type Measured = number | { readonly [shape: string]: number };
interface Goal { readonly goal: Measured; readonly unit: string; readonly direction: 'at most' | 'at least' }

/** The last line of every bench: one JSON object. Exit code 1 where a goal of goals.json is missed. */
export function report(bench: string, value: Measured, peers: Record<string, unknown>): void {
  const { goal, unit, direction } = (JSON.parse(readFileSync(new URL('../../bench/goals.json', import.meta.url), 'utf8')) as Record<string, Goal>)[bench]!;
  const goals = byShape(goal);
  const ok = Object.entries(byShape(value)).every(([shape, each]) => (direction === 'at most' ? each <= goals[shape]! : each >= goals[shape]!));
  const machine = { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  const shown = typeof value === 'number' ? rounded(value) : Object.fromEntries(Object.entries(value).map(([shape, each]) => [shape, rounded(each)]));
  process.stdout.write(`${JSON.stringify({ bench, value: shown, unit, goal, ok, peers, machine })}\n`);
  if (!ok) process.exitCode = 1;
}

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
