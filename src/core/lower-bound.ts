import type { Millis } from './names.js';
import type { Step } from './plan.js';
import { slotLimit } from './schedule.js';
import { StepGraph } from './step-graph.js';

type Timed = Pick<Step, 'id' | 'after' | 'slots' | 'estimateMs'>;
interface SlotUse { workMs: Millis; headMs: Millis; tailMs: Millis }

/**
 * No schedule can be shorter (reference/performance-model.md 5b): the longest path, and each slot's work spread over its width between its least head and tail. Where the whole plan
 * goes through one step, such as the joint behind all verifications, what comes before and what comes after cannot overlap: each stretch has a bound of its own, and they add up.
 */
export function lowerBoundMs<S extends Timed>(steps: readonly S[], durationMs: (step: S) => Millis = (step) => step.estimateMs): Millis {
  const graph = new StepGraph(steps);
  const durations = Float64Array.from(steps, durationMs);
  const whole = boundOf(steps, graph, durations);
  const waists = graph.waists();
  if (waists.length === 0 || waists.length === steps.length) return whole;
  const stretch = graph.stretches(waists);
  const numbers: number[][] = Array.from({ length: waists.length + 1 }, () => []);
  for (let n = 0; n < steps.length; n++) numbers[stretch[n]!]!.push(n);
  const parts = numbers.map((part) => part.map((n) => ({ ...steps[n]!, estimateMs: durations[n]! })));
  return Math.max(whole, parts.reduce((sum, part) => sum + boundOf(part, new StepGraph(part), Float64Array.from(part, (step) => step.estimateMs)), 0));
}

function boundOf(steps: readonly Timed[], graph: StepGraph, durations: Float64Array): Millis {
  const [toEnd, fromStart] = [graph.toEnd(durations), graph.fromStart(durations)];
  const uses = new Map<string, SlotUse>();
  let bound = 0;
  for (let n = 0; n < steps.length; n++) {
    bound = Math.max(bound, toEnd[n]!);
    for (const slot of new Set(steps[n]!.slots)) {
      const use = uses.get(slot) ?? { workMs: 0, headMs: Infinity, tailMs: Infinity };
      uses.set(slot, use);
      use.workMs += durations[n]!;
      use.headMs = Math.min(use.headMs, fromStart[n]!);
      use.tailMs = Math.min(use.tailMs, toEnd[n]! - durations[n]!);
    }
  }
  for (const [slot, { workMs, headMs, tailMs }] of uses) bound = Math.max(bound, headMs + workMs / slotLimit(slot) + tailMs);
  return bound;
}
