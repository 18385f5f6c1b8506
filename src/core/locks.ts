import type { JournalEntry } from './event.js';
import type { Millis, RunId } from './names.js';
import type { Urgency } from './plan.js';
import type { ContractPriority } from './estate.js';
import { isTerminal, type RunState } from './run-state.js';

/**
 * Locks are a fold of the journal: state-based, never released by a clock (invariant 20, DESIGN.md section 5).
 * One mutating operation per protection group; one verify, move, cleanup or rehearsal per shared recovery host (seeds/2).
 */
export interface LockRequest { readonly run: RunId; readonly keys: readonly string[]; readonly rank: readonly number[]; readonly seq: number; readonly at: Millis }
export interface Locks { held: Map<string, RunId>; heldSince: Map<RunId, Millis>; waiting: LockRequest[] }

export const noLocks = (): Locks => ({ held: new Map(), heldSince: new Map(), waiting: [] });

const urgencyRank: Record<Urgency, number> = { disaster: 0, planned: 1, verification: 2 };
const contractRank: Record<ContractPriority, number> = { platinum: 0, gold: 1, silver: 2 };

/** Smaller goes first: a real disaster before planned work before verification, then the contract; age decides the rest. */
export const lockRank = (urgency: Urgency, contract: ContractPriority): number[] => [urgencyRank[urgency], contractRank[contract]];

export function foldLocks(locks: Locks, { event, seq, at }: JournalEntry): void {
  if (event.type === 'lock.requested') {
    if (!locks.waiting.some((request) => request.run === event.run)) locks.waiting.push({ run: event.run, keys: event.keys, rank: event.rank, seq, at });
    locks.waiting.sort(before);
  } else if (event.type === 'lock.acquired') {
    locks.waiting = locks.waiting.filter((request) => request.run !== event.run);
    for (const key of event.keys) locks.held.set(key, event.run);
    locks.heldSince.set(event.run, at);
  } else if (event.type === 'lock.released') {
    locks.waiting = locks.waiting.filter((request) => request.run !== event.run);
    for (const [key, run] of locks.held) if (run === event.run) locks.held.delete(key);
    locks.heldSince.delete(event.run);
  }
}

function before(a: Pick<LockRequest, 'rank' | 'seq'>, b: Pick<LockRequest, 'rank' | 'seq'>): number {
  for (let i = 0; i < Math.max(a.rank.length, b.rank.length); i++) {
    const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.seq - b.seq;
}

/** What a run still waits for: holders of its keys, and better-placed requests that want one of them. Empty: it may take them now. `asking`: for one that has not asked yet, and so is the youngest. */
export function blockers(locks: Locks, run: RunId, asking?: Pick<LockRequest, 'keys' | 'rank'>): RunId[] {
  const mine = locks.waiting.find((request) => request.run === run) ?? (asking && { ...asking, seq: Infinity });
  if (!mine) return [];
  const holders = mine.keys.flatMap((key) => locks.held.get(key) ?? []);
  const ahead = locks.waiting.filter((request) => before(request, mine) < 0 && request.keys.some((key) => mine.keys.includes(key))).map((request) => request.run);
  return [...new Set([...holders, ...ahead])].filter((each) => each !== run);
}

export const holdsAll = (locks: Locks, run: RunId, keys: readonly string[]): boolean => keys.every((key) => locks.held.get(key) === run);
/** 1 for the next in line. */
export const queuePosition = (locks: Locks, run: RunId): number => blockers(locks, run).length;

/**
 * Runs that are over and still hold or want locks: whoever executed them died between its last entries, or ended before it asked. A run with an outcome
 * that nobody knows keeps its locks, whatever became of it (invariant 20).
 */
export function stranded(locks: Locks, runs: ReadonlyMap<RunId, RunState>): RunId[] {
  return [...new Set([...locks.held.values(), ...locks.waiting.map((request) => request.run)])].filter((id) => {
    const run = runs.get(id);
    return run === undefined || (isTerminal(run.status) && ![...run.steps.values()].some((step) => step.status === 'started' || step.status === 'unknown'));
  });
}
