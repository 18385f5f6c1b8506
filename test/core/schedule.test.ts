import { describe, expect, test } from '@jest/globals';
import type { Step } from '../../src/core/plan.js';
import { lowerBoundMs } from '../../src/core/lower-bound.js';
import { Dispatcher, makespanMs, slotLimit } from '../../src/core/schedule.js';
import { StepGraph } from '../../src/core/step-graph.js';
import { random as seeded } from '../../bench/result.js';
import { aStep } from './support.js';

const dispatcher = (steps: readonly Step[], done: readonly string[] = []) => new Dispatcher(steps, (id) => done.includes(id), (id) => done.includes(id));
const pathsOf = (steps: readonly Step[]): number[] => [...new StepGraph(steps).toEnd(steps.map((step) => step.estimateMs))];
const ids = (steps: readonly Step[]): string[] => steps.map((step) => step.id);

describe('which step may start', () => {
  test('none before everything that it follows is done', () => {
    const [a, b, c] = [aStep('a'), aStep('b'), aStep('c', { after: ['a', 'b'] })];
    const work = dispatcher([a, b, c]);
    expect(ids(work.take())).toEqual(['a', 'b']);
    work.satisfy('a');
    expect(ids(work.take())).toEqual([]);
    work.satisfy('b');
    expect(ids(work.take())).toEqual(['c']);
  });
  test('a smaller rank first, then the longer way to the end, then the name', () => {
    const steps = [aStep('d', { rank: 1, estimateMs: 9_000 }), aStep('c'), aStep('b'), aStep('a', { estimateMs: 500 }), aStep('long', { estimateMs: 100 }), aStep('tail', { after: ['long'], estimateMs: 90_000 })];
    expect(ids(dispatcher(steps).take())).toEqual(['long', 'b', 'c', 'a', 'd']);
  });
  test('what is not wanted now stays ready, and keeps nobody behind it from a full slot', () => {
    const steps = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => aStep(id, { slots: ['boot:x'] }));
    const work = dispatcher(steps);
    expect(ids(work.take((step) => step.id >= 'f'))).toEqual(['f', 'g', 'h']);
    expect(work.readyCount).toBe(5);
    expect(ids(work.take((step) => step.id === 'e'))).toEqual(['e']);
    expect(ids(work.take())).toEqual(['a']);
    work.release(steps[5]!);
    expect(ids(work.take())).toEqual(['b']);
    expect(work.readyCount).toBe(2);
  });
  test('no more at once than a slot is wide, and the next one when it is free', () => {
    const steps = Array.from({ length: 7 }, (_, n) => aStep(`start-vm:${n}`, { slots: ['boot:snorlax'] }));
    const work = dispatcher(steps);
    const taken = work.take();
    expect(taken).toHaveLength(slotLimit('boot:snorlax'));
    expect(work.take()).toEqual([]);
    work.release(taken[0]!);
    expect(ids(work.take())).toEqual(['start-vm:5']);
  });
  test('a full slot does not hold up what needs another one', () => {
    const boots = Array.from({ length: 6 }, (_, n) => aStep(`a${n}`, { slots: ['boot:snorlax'] }));
    expect(ids(dispatcher([...boots, aStep('z', { slots: ['boot:gengar'] })]).take())).toContain('z');
  });
  test('what is done already is not started again, and what follows it is ready', () => { expect(ids(dispatcher([aStep('a'), aStep('b', { after: ['a'] })], ['a']).take())).toEqual(['b']); });
  test('a step is ready again after a failed attempt, and never when it is dropped', () => {
    const [a, b] = [aStep('a'), aStep('b')];
    const work = dispatcher([a, b]);
    work.take();
    work.again(a);
    work.again(b);
    work.drop(new Set(['b']));
    expect(work.readyCount).toBe(1);
    expect(ids(work.take())).toEqual(['a']);
  });
  test('everything behind a failed step is known', () => {
    const steps = [aStep('a'), aStep('b', { after: ['a'] }), aStep('c', { after: ['b'] }), aStep('d', { after: ['a', 'c'] }), aStep('e')];
    expect(dispatcher(steps).downstream('a').toSorted()).toEqual(['b', 'c', 'd']);
  });
  test('steps that wait for each other in a circle are refused', () => {
    expect(() => dispatcher([aStep('a', { after: ['b'] }), aStep('b', { after: ['a'] })])).toThrow(RangeError);
    expect(() => new StepGraph([aStep('a', { after: ['a'] })])).toThrow(/circle/);
  });
});

describe('how long it takes', () => {
  test('a chain takes the sum, side by side the longest', () => {
    expect(makespanMs([aStep('a'), aStep('b', { after: ['a'] })])).toBe(2_000);
    expect(makespanMs([aStep('a'), aStep('b', { estimateMs: 5_000 })])).toBe(5_000);
  });
  test('no steps take no time', () => { expect([makespanMs([]), lowerBoundMs([])]).toEqual([0, 0]); });
  test('eleven boots on one host take three rounds of five', () => { expect(makespanMs(Array.from({ length: 11 }, (_, n) => aStep(`s${n}`, { slots: ['boot:snorlax'], estimateMs: 60_000 })))).toBe(180_000); });
  test('the way to the end counts the step itself', () => { expect(pathsOf([aStep('a'), aStep('b', { after: ['a'], estimateMs: 4_000 })])).toEqual([5_000, 4_000]); });

  const kinds = ['boot:snorlax', 'array:sarmeote', 'hmc:vmhmc6'];
  function randomSteps(seed: number): Step[] {
    const random = seeded(seed);
    return Array.from({ length: 2 + Math.floor(random() * 40) }, (_, n) => aStep(`s${n}`, {
      after: Array.from({ length: n }, (_each, before) => `s${before}`).filter(() => random() < 2 / (n + 1)), slots: kinds.filter(() => random() < 0.4), rank: Math.floor(random() * 3), estimateMs: 1 + Math.floor(random() * 10_000),
    }));
  }
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('no schedule beats its lower bound, and none is worse than one after the other (seed %i)', (seed) => {
    const steps = randomSteps(seed);
    const total = steps.reduce((sum, step) => sum + step.estimateMs, 0);
    expect(makespanMs(steps)).toBeGreaterThanOrEqual(lowerBoundMs(steps));
    expect(makespanMs(steps)).toBeLessThanOrEqual(total);
    expect(lowerBoundMs(steps)).toBeGreaterThanOrEqual(Math.max(...pathsOf(steps)));
  });
  test.each([100, 101, 102])('every step runs exactly once, after what it follows and within its slots (seed %i)', (seed) => {
    const steps = randomSteps(seed);
    const random = seeded(seed);
    const work = dispatcher(steps);
    const finished = new Set<string>();
    let running: Step[] = [];
    while (finished.size < steps.length) {
      for (const step of work.take()) {
        expect(step.after.every((before) => finished.has(before))).toBe(true);
        expect(finished.has(step.id)).toBe(false);
        running.push(step);
      }
      for (const slot of kinds) expect(running.filter((step) => step.slots.includes(slot)).length).toBeLessThanOrEqual(slotLimit(slot));
      const [ended] = running.splice(Math.floor(random() * running.length), 1) as [Step];
      running = [...running];
      finished.add(ended.id);
      work.release(ended);
      work.satisfy(ended.id);
    }
    expect(work.readyCount).toBe(0);
  });
});
