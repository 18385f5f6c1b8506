import type { Millis } from './names.js';
import type { Step } from './plan.js';
import { slotLimit } from './schedule.js';
import { StepGraph } from './step-graph.js';

type Timed = Pick<Step, 'id' | 'after' | 'slots' | 'estimateMs'>;
interface SlotUse { workMs: Millis; headMs: Millis; tailMs: Millis }

/** No schedule can be shorter (reference/performance-model.md 5b): the longest path, and each slot's work spread over its width between its least head and tail. */
export function lowerBoundMs<S extends Timed>(steps: readonly S[], durationMs: (step: S) => Millis = (step) => step.estimateMs): Millis {
  const graph = new StepGraph(steps);
  const durations = Float64Array.from(steps, durationMs);
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
