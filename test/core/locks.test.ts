import { describe, expect, test } from '@jest/globals';
import type { ContractPriority } from '../../src/core/estate.js';
import type { JournalEvent } from '../../src/core/event.js';
import { blockers, foldLocks, holdsAll, lockRank, noLocks, queuePosition, stranded, type Locks } from '../../src/core/locks.js';
import type { Urgency } from '../../src/core/plan.js';
import type { RunState, StepState } from '../../src/core/run-state.js';
import { random as seeded } from '../../bench/result.js';
import { aRun, entriesOf } from './support.js';

const wants = (run: string, keys: string[], urgency: Urgency = 'planned', contract: ContractPriority = 'gold'): JournalEvent => ({ type: 'lock.requested', run, keys, rank: lockRank(urgency, contract) });
const takes = (run: string, keys: string[]): JournalEvent => ({ type: 'lock.acquired', run, keys });
const gives = (run: string): JournalEvent => ({ type: 'lock.released', run });
const after = (...events: JournalEvent[]): Locks => { const locks = noLocks(); for (const entry of entriesOf(events, 'locks')) foldLocks(locks, entry); return locks; };
const order = (locks: Locks): string[] => locks.waiting.map((request) => request.run);
const snorlax = 'host:808f';

describe('who goes first', () => {
  test('a disaster before planned work before verification, whatever its age', () => { expect(order(after(wants('R-1', [snorlax], 'verification'), wants('R-2', [snorlax], 'planned'), wants('R-3', [snorlax], 'disaster')))).toEqual(['R-3', 'R-2', 'R-1']); });
  test('then the contract', () => { expect(order(after(wants('R-1', [snorlax], 'planned', 'silver'), wants('R-2', [snorlax], 'planned', 'platinum'), wants('R-3', [snorlax], 'planned', 'gold')))).toEqual(['R-2', 'R-3', 'R-1']); });
  test('urgency weighs more than the contract', () => { expect(order(after(wants('R-1', [snorlax], 'planned', 'platinum'), wants('R-2', [snorlax], 'disaster', 'silver')))).toEqual(['R-2', 'R-1']); });
  test('among equals the older one', () => { expect(order(after(wants('R-2', [snorlax]), wants('R-1', [snorlax])))).toEqual(['R-2', 'R-1']); });
  test('asking twice does not make a request younger or count twice', () => { expect(order(after(wants('R-1', [snorlax]), wants('R-2', [snorlax]), wants('R-1', [snorlax])))).toEqual(['R-1', 'R-2']); });
});

describe('one shared recovery host', () => {
  const [a, b] = [['group:HG_A', snorlax], ['group:HG_B', snorlax]];
  test('two tenants wait for each other there, and nowhere else', () => {
    const held = after(wants('R-1', a), takes('R-1', a), wants('R-2', b), wants('R-3', ['group:HG_C']));
    expect(blockers(held, 'R-2')).toEqual(['R-1']);
    expect(blockers(held, 'R-3')).toEqual([]);
  });
  test('who comes after is told a position', () => {
    const held = after(wants('R-1', a), takes('R-1', a), wants('R-2', b), wants('R-3', b));
    expect([queuePosition(held, 'R-2'), queuePosition(held, 'R-3')]).toEqual([1, 2]);
  });
  test('a waiting disaster is not overtaken by a later planned move on the same host', () => {
    expect(blockers(after(wants('R-1', a), takes('R-1', a), wants('R-2', b, 'disaster'), gives('R-1'), wants('R-3', a)), 'R-3')).toEqual(['R-2']);
  });
  test('released, the next one may take it', () => {
    const free = after(wants('R-1', a), takes('R-1', a), wants('R-2', b), gives('R-1'));
    expect(blockers(free, 'R-2')).toEqual([]);
    expect(holdsAll(free, 'R-2', b)).toBe(false);
  });
});

describe('a lock is state', () => {
  test('however old it grows, only its holder\'s release frees it', () => {
    const locks = after(wants('R-1', [snorlax]), takes('R-1', [snorlax]));
    const muchLater = { ...entriesOf([wants('R-2', [snorlax])], 'locks', 2)[0]!, at: Number.MAX_SAFE_INTEGER };
    foldLocks(locks, muchLater);
    expect(blockers(locks, 'R-2')).toEqual(['R-1']);
  });
  test('somebody else\'s release frees nothing', () => { expect(holdsAll(after(wants('R-1', [snorlax]), takes('R-1', [snorlax]), gives('R-2')), 'R-1', [snorlax])).toBe(true); });
  test('a request that is withdrawn is forgotten', () => { expect(order(after(wants('R-1', [snorlax]), gives('R-1')))).toEqual([]); });
  test('a run that asks now is the youngest of its rank, and goes before worse ones', () => {
    const locks = after(wants('R-1', [snorlax]), wants('R-2', [snorlax], 'disaster'));
    const asking = (urgency: 'disaster' | 'planned') => ({ keys: [snorlax], rank: lockRank(urgency, 'gold') });
    expect(blockers(locks, 'R-9', asking('planned'))).toEqual(['R-2', 'R-1']);
    expect(blockers(locks, 'R-9', asking('disaster'))).toEqual(['R-2']);
  });
  test('a run that never asked waits for nobody', () => { expect(blockers(after(wants('R-1', [snorlax])), 'R-9')).toEqual([]); });
  test('all of its keys or none', () => { expect(holdsAll(after(takes('R-1', ['a', 'b'])), 'R-1', ['a', 'b', 'c'])).toBe(false); });
});

test.each([1, 2, 3, 4, 5])('however runs come and go, no key has two holders and nobody waits for ever (seed %i)', (seed) => {
  const random = seeded(seed);
  const locks = noLocks();
  let seq = 0;
  const write = (event: JournalEvent): void => foldLocks(locks, entriesOf([event], 'locks', seq++)[0]!);
  const keysOf = new Map<string, string[]>();
  const holding = new Set<string>();
  const served: string[] = [];
  for (let n = 1; n <= 60; n++) {
    const run = `R-${n}`;
    keysOf.set(run, ['a', 'b', 'c', 'd'].filter(() => random() < 0.5));
    write(wants(run, keysOf.get(run)!, (['disaster', 'planned', 'verification'] as const)[Math.floor(random() * 3)]!));
    for (const each of holding) if (random() < 0.4) { write(gives(each)); holding.delete(each); }
    for (const waiting of order(locks)) {
      if (blockers(locks, waiting).length > 0) continue;
      const taken = keysOf.get(waiting)!;
      expect(taken.filter((key) => locks.held.has(key))).toEqual([]);
      write(takes(waiting, taken));
      holding.add(waiting);
      served.push(waiting);
    }
  }
  for (let round = 0; round < 60 && locks.waiting.length > 0; round++) {
    for (const each of holding) write(gives(each));
    holding.clear();
    const next = order(locks).find((run) => blockers(locks, run).length === 0)!;
    write(takes(next, keysOf.get(next)!));
    holding.add(next);
    served.push(next);
  }
  expect(locks.waiting).toEqual([]);
  expect(new Set(served).size).toBe(60);
});

describe('locks that nobody holds any more', () => {
  const held = after(wants('R-1', [snorlax]), takes('R-1', [snorlax]), wants('R-2', [snorlax]));
  const runs = (...of: readonly (readonly [string, Partial<RunState>])[]): Map<string, RunState> => new Map(of.map(([id, change]) => [id, { ...aRun(), ...change }]));
  test('are those of runs that are over', () => { expect(stranded(held, runs(['R-1', { status: 'failed' }], ['R-2', { status: 'granted' }]))).toEqual(['R-1']); });
  test('and requests of runs that never came to run', () => { expect(stranded(held, runs(['R-1', { status: 'running' }], ['R-2', { status: 'expired' }]))).toEqual(['R-2']); });
  test('never those of a run that waits, is held or parked, for however long', () => { expect(stranded(held, runs(['R-1', { status: 'parked' }], ['R-2', { status: 'held' }]))).toEqual([]); });
  test('never those that guard an outcome which nobody knows', () => {
    const unknown = new Map([['reverse-group:HG_A', { status: 'unknown' } as StepState]]);
    expect(stranded(held, runs(['R-1', { status: 'cancelled', steps: unknown }], ['R-2', { status: 'granted' }]))).toEqual([]);
  });
});
