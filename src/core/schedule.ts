import type { Millis, StepId } from './names.js';
import type { Step } from './plan.js';

type Timed = Pick<Step, 'id' | 'after' | 'slots' | 'rank' | 'estimateMs' | 'whatever'>;

/** How many steps may hold a slot at once: boots per host, array jobs, HMC commands (reference/performance-model.md). */
export function slotLimit(slot: string): number {
  if (slot.startsWith('boot:')) return 5;
  if (slot.startsWith('array:')) return 8;
  // `runbook:STEP:3`: a runbook's own limit stands in the name.
  if (slot.startsWith('runbook:')) return Number(slot.slice(slot.lastIndexOf(':') + 1));
  return 16;
}

/** Longest way from each step to the end, itself included. @throws RangeError when the steps run in a circle. */
export function criticalPaths(steps: readonly Timed[]): Map<StepId, Millis> {
  const dependents = new Map<StepId, StepId[]>();
  const waiting = new Map<StepId, number>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  for (const step of steps) for (const before of step.after) {
    const list = dependents.get(before);
    if (list) list.push(step.id); else dependents.set(before, [step.id]);
  }
  for (const step of steps) waiting.set(step.id, dependents.get(step.id)?.length ?? 0);
  const queue = steps.filter((step) => waiting.get(step.id) === 0).map((step) => step.id);
  const longest = new Map<StepId, Millis>();
  for (let head = 0; head < queue.length; head++) {
    const step = byId.get(queue[head]!)!;
    longest.set(step.id, step.estimateMs + Math.max(0, ...(dependents.get(step.id) ?? []).map((each) => longest.get(each)!)));
    for (const before of step.after) {
      const left = waiting.get(before)! - 1;
      waiting.set(before, left);
      if (left === 0) queue.push(before);
    }
  }
  if (longest.size < steps.length) throw new RangeError('The steps of this plan wait for each other in a circle.');
  return longest;
}

/** Which ready steps may start now: rank, then critical path, then id, as far as slots allow. */
export class Dispatcher<S extends Timed> {
  readonly #byId: Map<StepId, S>;
  readonly #missing = new Map<StepId, number>();
  readonly #dependents = new Map<StepId, StepId[]>();
  readonly #used = new Map<string, number>();
  #ready: S[] = [];

  readonly #before: (a: S, b: S) => number;
  readonly #running: Set<StepId>;
  readonly #dropped = new Set<StepId>();
  /** At an end already when this dispatcher was made: never taken again, whatever becomes of those before them. */
  readonly #settled = new Set<StepId>();
  /** Steps whose end a step that starts `whatever` has been told of. */
  readonly #told = new Map<StepId, Set<StepId>>();

  /** `running`: taken before by another dispatcher of the same steps. They hold their slots and are not taken again. */
  constructor(steps: readonly S[], satisfied: (id: StepId) => boolean, settled: (id: StepId) => boolean, running: Iterable<StepId> = []) {
    this.#running = new Set(running);
    const paths = criticalPaths(steps);
    this.#before = (a, b) => a.rank - b.rank || paths.get(b.id)! - paths.get(a.id)! || (a.id < b.id ? -1 : 1);
    this.#byId = new Map(steps.map((step) => [step.id, step]));
    for (const step of steps) {
      if (settled(step.id)) this.#settled.add(step.id);
      const open = step.after.filter((before) => !satisfied(before));
      this.#missing.set(step.id, open.length);
      for (const before of open) {
        const list = this.#dependents.get(before);
        if (list) list.push(step.id); else this.#dependents.set(before, [step.id]);
      }
      if (this.#running.has(step.id)) this.#occupy(step);
      else if (open.length === 0 && !this.#settled.has(step.id)) this.#insert(step);
    }
  }

  #occupy(step: S): void { for (const slot of step.slots) this.#used.set(slot, (this.#used.get(slot) ?? 0) + 1); }

  #insert(step: S): void {
    if (this.#dropped.has(step.id)) return;
    let low = 0;
    let high = this.#ready.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#before(this.#ready[middle]!, step) <= 0) low = middle + 1; else high = middle;
    }
    this.#ready.splice(low, 0, step);
  }

  /** Takes every step that may start now, or those of them that are wanted; its slots are held until `release`. */
  take(wanted: (step: S) => boolean = () => true): S[] {
    const taken: S[] = [];
    const left: S[] = [];
    for (const step of this.#ready) {
      if (wanted(step) && step.slots.every((slot) => (this.#used.get(slot) ?? 0) < slotLimit(slot))) {
        this.#occupy(step);
        this.#running.add(step.id);
        taken.push(step);
      } else left.push(step);
    }
    this.#ready = left;
    return taken;
  }

  release(step: S): void {
    for (const slot of step.slots) this.#used.set(slot, this.#used.get(slot)! - 1);
    this.#running.delete(step.id);
    if (this.#dropped.has(step.id)) this.#tellTolerant(step.id);
  }

  /** The step's effect is there (or waived): what waited only for it becomes ready. */
  satisfy(id: StepId): void {
    for (const dependent of this.#dependents.get(id) ?? []) if (!this.#byId.get(dependent)!.whatever) this.#arrive(dependent);
    this.#tellTolerant(id);
  }

  #arrive(id: StepId): void {
    const missing = this.#missing.get(id)! - 1;
    this.#missing.set(id, missing);
    if (missing === 0 && !this.#settled.has(id)) this.#insert(this.#byId.get(id)!);
  }

  /** A step has come to its end, whichever: once for each step that starts whatever it is. */
  #tellTolerant(id: StepId): void {
    for (const dependent of this.#dependents.get(id) ?? []) {
      if (!this.#byId.get(dependent)!.whatever) continue;
      const told = this.#told.get(dependent) ?? new Set();
      this.#told.set(dependent, told);
      if (told.has(id)) continue;
      told.add(id);
      this.#arrive(dependent);
    }
  }

  /** Ready again, such as after a failed attempt. */
  again(step: S): void { this.#insert(step); }

  /** Everything that can never start because `id` failed: as far as the first step that starts whatever came of it. */
  downstream(id: StepId): StepId[] {
    const found = new Set<StepId>();
    const queue = [id];
    for (let head = 0; head < queue.length; head++) for (const next of this.#dependents.get(queue[head]!) ?? []) if (!found.has(next) && !this.#byId.get(next)!.whatever) { found.add(next); queue.push(next); }
    return [...found];
  }
  /** Drops steps that failed or may not start any more. One that runs comes to its end first. */
  drop(ids: ReadonlySet<StepId>): void {
    for (const id of ids) this.#dropped.add(id);
    this.#ready = this.#ready.filter((step) => !ids.has(step.id));
    for (const id of ids) if (!this.#running.has(id)) this.#tellTolerant(id);
  }
  get readyCount(): number { return this.#ready.length; }
}

/** Makespan of the list schedule with the given durations: the prediction shown with a plan, and the reference of the bench. */
export function makespanMs(steps: readonly Timed[], durationMs: (step: Timed) => Millis = (step) => step.estimateMs): Millis {
  const dispatcher = new Dispatcher(steps, () => false, () => false);
  const running: { step: Timed; ends: Millis }[] = [];
  let now = 0;
  const launch = (): void => { for (const step of dispatcher.take()) running.push({ step, ends: now + durationMs(step) }); };
  for (launch(); running.length > 0; launch()) {
    let first = 0;
    for (let i = 1; i < running.length; i++) if (running[i]!.ends < running[first]!.ends) first = i;
    const [{ step, ends }] = running.splice(first, 1) as [{ step: Timed; ends: Millis }];
    now = ends;
    dispatcher.release(step);
    dispatcher.satisfy(step.id);
  }
  return now;
}

/** No schedule can be shorter (reference/performance-model.md 5b): the longest path, and each slot's work spread over its width between its least head and tail. */
export function lowerBoundMs(steps: readonly Timed[], durationMs: (step: Timed) => Millis = (step) => step.estimateMs): Millis {
  const timed = steps.map((step) => ({ ...step, estimateMs: durationMs(step) }));
  const toEnd = criticalPaths(timed);
  const byId = new Map(timed.map((step) => [step.id, step]));
  const fromStart = new Map<StepId, Millis>();
  const head = (id: StepId): Millis => {
    const known = fromStart.get(id);
    if (known !== undefined) return known;
    const step = byId.get(id)!;
    const value = Math.max(0, ...step.after.map((before) => head(before) + byId.get(before)!.estimateMs));
    fromStart.set(id, value);
    return value;
  };
  let bound = timed.reduce((most, step) => Math.max(most, head(step.id) + toEnd.get(step.id)!), 0);
  const slots = new Set(timed.flatMap((step) => step.slots));
  for (const slot of slots) {
    const users = timed.filter((step) => step.slots.includes(slot));
    const work = users.reduce((sum, step) => sum + step.estimateMs, 0) / slotLimit(slot);
    bound = Math.max(bound, Math.min(...users.map((step) => head(step.id))) + work + Math.min(...users.map((step) => toEnd.get(step.id)! - step.estimateMs)));
  }
  return bound;
}
