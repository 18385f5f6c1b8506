import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { listSchedule } from '../../bench/move/list-schedule.js';
import { lowerBoundMs } from '../../src/core/lower-bound.js';
import type { Step } from '../../src/core/plan.js';
import { Dispatcher, inOrder, makespanMs, slotLimit } from '../../src/core/schedule.js';
import { StepGraph } from '../../src/core/step-graph.js';
import { aStep } from './support.js';

/** Steps that follow some of those before them, and hold some of the given slots. */
const stepsWith = (slots: readonly string[]): fc.Arbitrary<Step[]> => fc.array(fc.record({ after: fc.array(fc.nat(), { maxLength: 3 }), slots: fc.subarray([...slots]), rank: fc.nat(2), ms: fc.integer({ min: 1, max: 10_000 }) }), { minLength: 1, maxLength: 60 })
  .map((drawn) => drawn.map(({ after, slots: held, rank, ms }, n) => aStep(`s${n}`, { after: n === 0 ? [] : [...new Set(after.map((each) => `s${each % n}`))], slots: held, rank, estimateMs: ms })));
const anySteps = stepsWith(['boot:snorlax', 'boot:gengar', 'array:sarmeote', 'runbook:one:1']);
const longest = (steps: readonly Step[]): number => Math.max(...new StepGraph(steps).toEnd(steps.map((step) => step.estimateMs)));
const durations = { begin: (step: Step) => ({ ms: step.estimateMs, outcome: 'done' as const }), durationMs: (step: Step) => step.estimateMs };

/** What the dispatcher does, with a look at everything that is ready each time. */
function slowMakespanMs(steps: readonly Step[]): number {
  const waiting = inOrder(steps);
  const done = new Set<string>();
  let running: { step: Step; ends: number }[] = [];
  const used = (slot: string): number => running.filter(({ step }) => step.slots.includes(slot)).length;
  let now = 0;
  const launch = (): void => {
    for (const step of waiting.slice()) if (step.after.every((id) => done.has(id)) && step.slots.every((slot) => used(slot) < slotLimit(slot))) {
      running.push({ step, ends: now + step.estimateMs });
      waiting.splice(waiting.indexOf(step), 1);
    }
  };
  for (launch(); running.length > 0; launch()) {
    const first = running.reduce((least, each) => (each.ends < least.ends ? each : least));
    running = running.filter((each) => each !== first);
    now = first.ends;
    done.add(first.step.id);
  }
  return now;
}

describe('whatever the plan', () => {
  test('the dispatcher starts what a look at everything would start', () => { fc.assert(fc.property(anySteps, (steps) => { expect(makespanMs(steps)).toBe(slowMakespanMs(steps)); }), { numRuns: 300 }); });
  test('no schedule beats the lower bound, and the bound is no shorter than the longest way', () => {
    fc.assert(fc.property(anySteps, (steps) => {
      const bound = lowerBoundMs(steps);
      expect(bound).toBeGreaterThanOrEqual(longest(steps));
      expect(makespanMs(steps)).toBeGreaterThanOrEqual(bound - 1e-6);
      for (const order of ['ours', 'fifo'] as const) expect(listSchedule(steps, durations, { order }).ms).toBeGreaterThanOrEqual(bound - 1e-6);
    }), { numRuns: 300 });
  });
  test('on one kind of slot, no list schedule takes more than 2 - 1/m of the bound (Graham 1966)', () => {
    const slot = 'boot:snorlax';
    const most = 2 - 1 / slotLimit(slot);
    fc.assert(fc.property(stepsWith([]), (drawn) => {
      const steps = drawn.map((step) => ({ ...step, slots: [slot] }));
      for (const ms of [makespanMs(steps), ...(['ours', 'fifo'] as const).map((order) => listSchedule(steps, durations, { order }).ms)]) expect(ms).toBeLessThanOrEqual(most * lowerBoundMs(steps) + 1e-6);
    }), { numRuns: 300 });
  });
});

describe('large plans', () => {
  test('a chain of 20,000 steps needs no stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => aStep(`s${n}`, { after: n === 0 ? [] : [`s${n - 1}`], slots: ['boot:snorlax'] }));
    expect([lowerBoundMs(chain), makespanMs(chain)]).toEqual([20_000_000, 20_000_000]);
  });
  test('a step that 150,000 others follow needs none either', () => {
    const steps = [aStep('joint'), ...Array.from({ length: 150_000 }, (_, n) => aStep(`s${n}`, { after: ['joint'] }))];
    expect([lowerBoundMs(steps), makespanMs(steps)]).toEqual([2_000, 2_000]);
  });
  test('what can never start is left where it is', () => {
    const work = new Dispatcher([aStep('a', { after: ['elsewhere'] }), aStep('b')]);
    expect(work.take().map(({ id }) => id)).toEqual(['b']);
    expect(work.readyCount).toBe(0);
  });
});

test('what comes before and after a step that the whole plan goes through cannot overlap', () => {
  const side = (name: string, after: readonly string[]): Step[] => Array.from({ length: 10 }, (_, n) => aStep(`${name}${n}`, { after, slots: [`boot:${name}`] }));
  const before = side('before', []);
  const steps = [...before, aStep('joint', { after: before.map(({ id }) => id) }), ...side('after', ['joint'])];
  expect(new StepGraph(steps).waists()).toEqual([10]);
  expect(lowerBoundMs(steps)).toBe(5_000);
  expect(new StepGraph(side('alone', [])).waists()).toEqual([]);
});

test('of many alike, those that feed a long queue go first, in turn, and those of one group stay together', () => {
  const groups = Array.from({ length: 4 }, (_, group) => {
    const stops = Array.from({ length: 8 }, (_each, n) => aStep(`stop:${group}.${n}`, { slots: ['hmc:home'], estimateMs: 20_000 }));
    const boots = Array.from({ length: 8 }, (_each, n) => aStep(`boot:${group}.${n}`, { after: [`switch:${group}`], slots: [`boot:${group < 2 ? 'one' : 'two'}`], estimateMs: 60_000 }));
    return [...stops, aStep(`switch:${group}`, { after: stops.map(({ id }) => id) }), ...boots];
  });
  const stops = inOrder(groups.flat()).filter(({ id }) => id.startsWith('stop:')).map(({ id }) => id.slice(5, 6));
  expect([...new Set(stops.slice(0, 16))].toSorted()).toEqual(['0', '2']);
  expect([...new Set(stops.slice(16))].toSorted()).toEqual(['1', '3']);
});
