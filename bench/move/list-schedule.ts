import { Heap } from '../../src/core/heap.js';
import type { Millis, StepId } from '../../src/core/names.js';
import type { Step } from '../../src/core/plan.js';
import { ReadySteps } from '../../src/core/ready-steps.js';
import { inOrder, slotLimit } from '../../src/core/schedule.js';
import type { World } from './world.js';

/** How a scheduler works that is not ours. */
export interface Policy {
  /** fifo: whoever was ready first. */
  readonly order: 'ours' | 'fifo';
  /** That a step has ended is seen at the next full so many ms, and its slots are held until then. */
  readonly pollMs?: Millis;
  /** One after the other. */
  readonly serial?: true;
  /** A boot's slot is given back no sooner than so long after its start. */
  readonly bootSlotHeldMs?: Millis;
}

interface Event { readonly at: Millis; readonly order: number; happen(): void }

/** Plays a list schedule in a world. Answers with the end of the last step that came to a good end, and with which did. */
export function listSchedule(steps: readonly Step[], world: World, { order, pollMs, serial, bootSlotHeldMs }: Policy): { readonly ms: Millis; readonly done: ReadonlySet<StepId> } {
  const sorted = order === 'fifo' ? [...steps] : inOrder(steps);
  const placeOf = new Map(sorted.map((step, n) => [step.id, n]));
  const missing = new Map(steps.map((step) => [step.id, step.after.length]));
  const dependents = new Map<StepId, Step[]>(steps.map((step) => [step.id, []]));
  for (const step of steps) for (const before of step.after) dependents.get(before)!.push(step);
  const arrived: Step[] = [];
  const ready = new ReadySteps((slot) => (slot === 'serial' ? 1 : slotLimit(slot)), () => false);
  const bucketOf = (step: Step) => ready.bucketOf(serial ? [...step.slots, 'serial'] : step.slots);
  const insert = (step: Step): void => {
    if (order === 'fifo') arrived.push(step);
    ready.insert(bucketOf(step), order === 'fifo' ? arrived.length - 1 : placeOf.get(step.id)!);
  };
  const events = new Heap<Event>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
  const done = new Set<StepId>();
  let [now, made, last] = [0, 0, 0];
  const at = (when: Millis, happen: () => void): void => events.push({ at: when, order: made++, happen });
  const seen = (when: Millis): Millis => (pollMs === undefined ? when : Math.ceil(when / pollMs) * pollMs);

  const begin = (step: Step, attempt: number, since: Millis): void => {
    const { ms, outcome } = world.begin(step, attempt, now);
    at(seen(now + ms), () => {
      if (outcome === 'again') { begin(step, attempt + 1, since); return; }
      const heldUntil = step.kind === 'start-vm' && bootSlotHeldMs !== undefined ? since + bootSlotHeldMs : now;
      if (heldUntil > now) at(heldUntil, () => ready.release(bucketOf(step))); else ready.release(bucketOf(step));
      if (outcome === 'failed' && step.onFailure !== 'warn') return;
      last = now;
      if (outcome === 'done') done.add(step.id);
      for (const next of dependents.get(step.id)!) {
        const left = missing.get(next.id)! - 1;
        missing.set(next.id, left);
        if (left === 0) insert(next);
      }
    });
  };
  const launch = (): void => {
    for (let place = ready.take(); place !== undefined; place = ready.take()) begin((order === 'fifo' ? arrived : sorted)[place]!, 1, now);
  };
  for (const step of sorted) if (step.after.length === 0) insert(step);
  launch();
  for (let event = events.pop(); event; event = events.pop()) {
    now = event.at;
    event.happen();
    launch();
  }
  return { ms: last, done };
}
