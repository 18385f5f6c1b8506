import type { Millis, StepId } from './names.js';
import type { Step } from './plan.js';

/** Steps by their number in the plan, and what each follows: for tens of thousands of them, arithmetic with numbers takes a tenth of what maps of names take. */
export class StepGraph {
  readonly numberOf: ReadonlyMap<StepId, number>;
  /** Each step behind everything that it follows. */
  readonly #order: Int32Array;
  /** What step n follows: `#follows[#from[n]]` up to `#from[n + 1]`. Names that are no step of the plan are left out. */
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
        const before = numberOf.get(id);
        if (before === undefined) continue;
        this.#follows[edges++] = before;
        dependents[before]! += 1;
      }
      this.#from[n + 1] = edges;
    }
    // From the end: a step is placed once everything behind it is.
    this.#order = new Int32Array(steps.length);
    let [free, head] = [steps.length, steps.length];
    for (let n = 0; n < steps.length; n++) if (dependents[n] === 0) this.#order[--free] = n;
    while (head > free) this.#each(this.#order[--head]!, (before) => { if (--dependents[before]! === 0) this.#order[--free] = before; });
    if (free > 0) throw new RangeError('The steps of this plan wait for each other in a circle.');
  }

  #each(step: number, work: (before: number) => void): void { for (let edge = this.#from[step]!; edge < this.#from[step + 1]!; edge++) work(this.#follows[edge]!); }

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
}
