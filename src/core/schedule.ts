import { Heap } from './heap.js';
import type { Millis, StepId } from './names.js';
import type { Step } from './plan.js';
import { ReadySteps, type Bucket } from './ready-steps.js';
import { StepGraph } from './step-graph.js';

type Timed = Pick<Step, 'id' | 'after' | 'slots' | 'rank' | 'estimateMs' | 'whatever'>;

/** How many steps may hold a slot at once: boots per host, array jobs, HMC commands (reference/performance-model.md). */
export function slotLimit(slot: string): number {
  if (slot.startsWith('boot:')) return 5;
  if (slot.startsWith('array:')) return 8;
  // `runbook:STEP:3`: a runbook's own limit stands in the name.
  if (slot.startsWith('runbook:')) return Number(slot.slice(slot.lastIndexOf(':') + 1));
  return 16;
}

/** Who goes first among steps that are ready: rank, then the longer way to the end, the queue for its slots included, then the name. @throws RangeError when the steps run in a circle. */
export function inOrder<S extends Timed>(steps: readonly S[]): S[] {
  const paths = new StepGraph(steps).toEndInQueue(steps.map((step) => step.estimateMs), (n) => steps[n]!.slots, slotLimit);
  const numbers = steps.map((_, n) => n).toSorted((m, n) => steps[m]!.rank - steps[n]!.rank || paths[n]! - paths[m]! || (steps[m]!.id < steps[n]!.id ? -1 : 1));
  return numbers.map((n) => steps[n]!);
}

/** Which ready steps may start now, in order, as far as slots allow. Inside, a step is its place in this order. */
export class Dispatcher<S extends Timed> {
  readonly #inOrder: S[];
  readonly #placeOf = new Map<StepId, number>();
  readonly #missing: Int32Array;
  readonly #dependents: (number[] | undefined)[];
  readonly #buckets: Bucket[];
  readonly #ready: ReadySteps;
  readonly #isReady: Uint8Array;
  readonly #running: Uint8Array;
  readonly #dropped: Uint8Array;
  /** Steps whose end a step that starts `whatever` has been told of. */
  readonly #told = new Map<number, Set<number>>();

  /** `running`: taken before by another dispatcher of the same steps. They hold their slots and are not taken again. @throws RangeError when the steps run in a circle. */
  constructor(steps: readonly S[], satisfied: (id: StepId) => boolean, settled: (id: StepId) => boolean, running: Iterable<StepId> = []) {
    this.#inOrder = inOrder(steps);
    const count = steps.length;
    for (let place = 0; place < count; place++) this.#placeOf.set(this.#inOrder[place]!.id, place);
    [this.#missing, this.#isReady, this.#running, this.#dropped] = [new Int32Array(count), new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
    this.#dependents = Array.from({ length: count });
    this.#ready = new ReadySteps(slotLimit, (place) => this.#dropped[place] === 1);
    this.#buckets = this.#inOrder.map(({ slots }) => this.#ready.bucketOf(slots));
    for (const id of running) if (this.#placeOf.has(id)) this.#running[this.#placeOf.get(id)!] = 1;
    for (let place = 0; place < count; place++) {
      const { id, after } = this.#inOrder[place]!;
      for (const name of after) {
        if (satisfied(name)) continue;
        this.#missing[place]! += 1;
        const before = this.#placeOf.get(name);
        if (before !== undefined) (this.#dependents[before] ??= []).push(place);
      }
      if (this.#running[place] === 1) this.#ready.occupy(this.#buckets[place]!);
      else if (this.#missing[place] === 0 && !settled(id)) this.#insert(place);
    }
  }

  #insert(place: number): void {
    if (this.#dropped[place] === 1 || this.#isReady[place] === 1) return;
    this.#isReady[place] = 1;
    this.#ready.insert(this.#buckets[place]!, place);
  }

  /** Takes every step that may start now; its slots are held until `release`. */
  take(): S[] {
    const taken: S[] = [];
    for (let place = this.#ready.take(); place !== undefined; place = this.#ready.take()) {
      this.#isReady[place] = 0;
      this.#running[place] = 1;
      taken.push(this.#inOrder[place]!);
    }
    return taken;
  }

  release(step: S): void {
    const place = this.#placeOf.get(step.id)!;
    this.#ready.release(this.#buckets[place]!);
    this.#running[place] = 0;
    if (this.#dropped[place] === 1) this.#tellTolerant(place);
  }

  /** The step's effect is there (or waived): what waited only for it becomes ready. */
  satisfy(id: StepId): void {
    const place = this.#placeOf.get(id);
    if (place === undefined) return;
    for (const dependent of this.#dependents[place] ?? []) if (!this.#inOrder[dependent]!.whatever) this.#arrive(dependent);
    this.#tellTolerant(place);
  }

  #arrive(place: number): void { if (--this.#missing[place]! === 0) this.#insert(place); }

  /** A step has come to its end, whichever: once for each step that starts whatever it is. */
  #tellTolerant(place: number): void {
    for (const dependent of this.#dependents[place] ?? []) {
      if (!this.#inOrder[dependent]!.whatever) continue;
      const told = this.#told.get(dependent) ?? new Set();
      this.#told.set(dependent, told);
      if (told.has(place)) continue;
      told.add(place);
      this.#arrive(dependent);
    }
  }

  /** Ready again, such as after a failed attempt. */
  again(step: S): void { this.#insert(this.#placeOf.get(step.id)!); }

  /** Everything that can never start because `id` failed: as far as the first step that starts whatever came of it. */
  downstream(id: StepId): StepId[] {
    const found = new Set<number>();
    const queue = [this.#placeOf.get(id)].filter((place) => place !== undefined);
    for (let head = 0; head < queue.length; head++) for (const next of this.#dependents[queue[head]!] ?? []) if (!found.has(next) && !this.#inOrder[next]!.whatever) { found.add(next); queue.push(next); }
    return [...found].map((place) => this.#inOrder[place]!.id);
  }

  /** Drops steps that failed or may not start any more. One that runs comes to its end first. */
  drop(ids: ReadonlySet<StepId>): void {
    const places = [...ids].map((id) => this.#placeOf.get(id)).filter((place) => place !== undefined);
    for (const place of places) {
      this.#dropped[place] = 1;
      if (this.#isReady[place] === 0) continue;
      this.#isReady[place] = 0;
      this.#ready.lose();
    }
    for (const place of places) if (this.#running[place] === 0) this.#tellTolerant(place);
  }
  get readyCount(): number { return this.#ready.count; }
}

/** Makespan of the list schedule with the given durations: the prediction shown with a plan, and the reference of the bench. `startsAt`: for a duration that depends on it. */
export function makespanMs<S extends Timed>(steps: readonly S[], durationMs: (step: S, startsAt: Millis) => Millis = (step) => step.estimateMs): Millis {
  const dispatcher = new Dispatcher(steps, () => false, () => false);
  // Of those that end at the same time, the first that was started.
  const running = new Heap<{ readonly step: S; readonly ends: Millis; readonly order: number }>((a, b) => a.ends < b.ends || (a.ends === b.ends && a.order < b.order));
  let [now, order] = [0, 0];
  const launch = (): void => { for (const step of dispatcher.take()) running.push({ step, ends: now + durationMs(step, now), order: order++ }); };
  launch();
  for (let ended = running.pop(); ended; ended = running.pop()) {
    now = ended.ends;
    dispatcher.release(ended.step);
    dispatcher.satisfy(ended.step.id);
    launch();
  }
  return now;
}
