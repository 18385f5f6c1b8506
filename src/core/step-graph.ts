import type { Millis, StepId } from './names.js';
import type { Step } from './plan.js';

/** Steps by their number in the plan, and what each follows: for tens of thousands of them, arithmetic with numbers takes a tenth of what maps of names take. */
export class StepGraph {
  readonly numberOf: ReadonlyMap<StepId, number>;
  /** Each step behind everything that it follows. */
  readonly #order: Int32Array;
  /** What step n follows: `#follows[#from[n]]` up to `#from[n + 1]`, in the order of `after`; -1 where a name is no step of the plan. */
  readonly #from: Int32Array;
  readonly #follows: Int32Array;

  /** @throws RangeError when the steps run in a circle. */
  constructor(steps: readonly Pick<Step, 'id' | 'after'>[]) {
    const numberOf = new Map<StepId, number>();
    for (let n = 0; n < steps.length; n++) numberOf.set(steps[n]!.id, n);
    this.numberOf = numberOf;
    this.#from = new Int32Array(steps.length + 1);
    this.#follows = new Int32Array(steps.reduce((sum, { after }) => sum + after.length, 0));
    const dependents = new Int32Array(steps.length);
    let edges = 0;
    for (let n = 0; n < steps.length; n++) {
      for (const id of steps[n]!.after) {
        const before = numberOf.get(id) ?? -1;
        this.#follows[edges++] = before;
        if (before >= 0) dependents[before]! += 1;
      }
      this.#from[n + 1] = edges;
    }
    // From the end: a step is placed once everything behind it is.
    this.#order = new Int32Array(steps.length);
    let [free, head] = [steps.length, steps.length];
    for (let n = steps.length - 1; n >= 0; n--) if (dependents[n] === 0) this.#order[--free] = n;
    while (head > free) {
      const step = this.#order[--head]!;
      for (let edge = this.#from[step + 1]! - 1; edge >= this.#from[step]!; edge--) {
        const before = this.#follows[edge]!;
        if (before >= 0 && --dependents[before]! === 0) this.#order[--free] = before;
      }
    }
    if (free > 0) throw new RangeError('The steps of this plan wait for each other in a circle.');
  }

  #each(step: number, work: (before: number) => void): void { for (let edge = this.#from[step]!; edge < this.#from[step + 1]!; edge++) if (this.#follows[edge]! >= 0) work(this.#follows[edge]!); }
  /** The number behind a name in `after`; -1 where that is no step of the plan. */
  followed(step: number, nth: number): number { return this.#follows[this.#from[step]! + nth]!; }

  /** Longest way from each step to the end, itself included. */
  toEnd(durationMs: ArrayLike<Millis>): Float64Array {
    const longest = new Float64Array(this.#order.length);
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const step = this.#order[at]!;
      const ms = longest[step]! + durationMs[step]!;
      longest[step] = ms;
      this.#each(step, (before) => { if (longest[before]! < ms) longest[before] = ms; });
    }
    return longest;
  }

  /**
   * Longest way from each step to the end, where what waits for the same slots counts, too: behind a step comes all the work of its slots that the plan names later, over the slot's width.
   * So of many alike those go first that feed the longest queue, and those that together let something begin stay together.
   */
  toEndInQueue(durationMs: ArrayLike<Millis>, slotsOf: (step: number) => readonly string[], limitOf: (slot: string) => number): Float64Array {
    const longest = new Float64Array(this.#order.length);
    const queues = new Map<string, { workMs: Millis; readonly limit: number }>();
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const step = this.#order[at]!;
      let behind = longest[step]!;
      for (const slot of slotsOf(step)) {
        const queue = queues.get(slot) ?? { workMs: 0, limit: limitOf(slot) };
        queues.set(slot, queue);
        behind = Math.max(behind, queue.workMs / queue.limit);
        queue.workMs += durationMs[step]!;
      }
      const ms = behind + durationMs[step]!;
      longest[step] = ms;
      this.#each(step, (before) => { if (longest[before]! < ms) longest[before] = ms; });
    }
    return longest;
  }

  /** Longest way to each step, itself not included: it cannot begin sooner. */
  fromStart(durationMs: ArrayLike<Millis>): Float64Array {
    const longest = new Float64Array(this.#order.length);
    for (const step of this.#order) {
      let most = 0;
      this.#each(step, (before) => { most = Math.max(most, longest[before]! + durationMs[before]!); });
      longest[step] = most;
    }
    return longest;
  }

  /** Steps that come after or before every other one, from the first to the last: the whole plan goes through them one by one. */
  waists(): number[] {
    const count = this.#order.length;
    const at = new Int32Array(count);
    for (let place = 0; place < count; place++) at[this.#order[place]!] = place;
    // By place: the first that follows it, and the last that it follows.
    const [firstAfter, lastBefore] = [new Int32Array(count).fill(count), new Int32Array(count).fill(-1)];
    for (let step = 0; step < count; step++) this.#each(step, (before) => {
      firstAfter[at[before]!] = Math.min(firstAfter[at[before]!]!, at[step]!);
      lastBefore[at[step]!] = Math.max(lastBefore[at[step]!]!, at[before]!);
    });
    // Everything before leads here where each of it is followed by something no later than this; and the same from behind.
    const fed = new Uint8Array(count);
    for (let [place, latest] = [0, -1]; place < count; latest = Math.max(latest, firstAfter[place]!), place++) fed[place] = latest <= place ? 1 : 0;
    const found: number[] = [];
    for (let [place, earliest] = [count - 1, count]; place >= 0; earliest = Math.min(earliest, lastBefore[place]!), place--) if (fed[place] === 1 && earliest >= place) found.push(this.#order[place]!);
    return found.toReversed();
  }

  /** Which waist each step comes behind: 0 before the first, and the waist itself. */
  stretches(waists: readonly number[]): Int32Array {
    const stretch = new Int32Array(this.#order.length);
    const isWaist = new Set(waists);
    let current = 0;
    for (const step of this.#order) {
      stretch[step] = current;
      if (isWaist.has(step)) current += 1;
    }
    return stretch;
  }
}
