import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

interface Goal { readonly goal: number; readonly unit: string; readonly direction: 'at most' | 'at least' }

/** The last line of every bench: one JSON object. Exit code 1 where the goal of goals.json is missed. */
export function report(bench: string, value: number, peers: Record<string, unknown>): void {
  const { goal, unit, direction } = (JSON.parse(readFileSync(new URL('../../bench/goals.json', import.meta.url), 'utf8')) as Record<string, Goal>)[bench]!;
  const ok = direction === 'at most' ? value <= goal : value >= goal;
  const machine = { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  process.stdout.write(`${JSON.stringify({ bench, value: rounded(value), unit, goal, ok, peers, machine })}\n`);
  if (!ok) process.exitCode = 1;
}

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
