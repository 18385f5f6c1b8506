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
  // Concurrent live moves that a pair of mover service partitions takes.
  if (slot.startsWith('lpm:')) return 4;
  // `runbook:STEP:3`: a runbook's own limit stands in the name.
  if (slot.startsWith('runbook:')) return Number(slot.slice(slot.lastIndexOf(':') + 1));
  return 16;
}

/** Who goes first among steps that are ready: rank, then the longer way to the end, the queue for its slots included, then the name. @throws RangeError when the steps run in a circle. */
export const inOrder = <S extends Timed>(steps: readonly S[]): S[] => numbersInOrder(steps, new StepGraph(steps)).map((n) => steps[n]!);

function numbersInOrder(steps: readonly Timed[], graph: StepGraph): number[] {
  const paths = graph.toEndInQueue(steps.map((step) => step.estimateMs), (n) => steps[n]!.slots, slotLimit);
  return steps.map((_, n) => n).toSorted((m, n) => steps[m]!.rank - steps[n]!.rank || paths[n]! - paths[m]! || (steps[m]!.id < steps[n]!.id ? -1 : 1));
}

const never = (): boolean => false;

/** Which ready steps may start now, in order, as far as slots allow. Inside, a step is its place in this order. */
export class Dispatcher<S extends Timed> {
  readonly #inOrder: readonly S[];
  readonly #numberOf: ReadonlyMap<StepId, number>;
  readonly #placeOfNumber: Int32Array;
  readonly #missing: Int32Array;
  readonly #dependents: (number[] | undefined)[];
  readonly #buckets: readonly Bucket[];
  readonly #ready: ReadySteps;
  readonly #isReady: Uint8Array;
  readonly #running: Uint8Array;
  readonly #dropped: Uint8Array;
  /** At an end already when this dispatcher was made: never taken again, whatever becomes of those before them. */
  readonly #settled: Uint8Array;
  /** Steps whose end a step that starts `whatever` has been told of. */
  readonly #told = new Map<number, Set<number>>();

  /** `running`: taken before by another dispatcher of the same steps. They hold their slots and are not taken again. @throws RangeError when the steps run in a circle. */
  constructor(steps: readonly S[], satisfied: (id: StepId) => boolean = never, settled: (id: StepId) => boolean = never, running: Iterable<StepId> = []) {
    const graph = new StepGraph(steps);
    const numbers = numbersInOrder(steps, graph);
    const count = steps.length;
    this.#inOrder = numbers.map((n) => steps[n]!);
    this.#numberOf = graph.numberOf;
    this.#placeOfNumber = new Int32Array(count);
    for (let place = 0; place < count; place++) this.#placeOfNumber[numbers[place]!] = place;
    this.#missing = new Int32Array(count);
    [this.#isReady, this.#running, this.#dropped, this.#settled] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
    this.#dependents = Array.from({ length: count });
    this.#ready = new ReadySteps(slotLimit, (place) => this.#dropped[place] === 1);
    this.#buckets = this.#inOrder.map(({ slots }) => this.#ready.bucketOf(slots));
    for (const id of running) {
      const place = this.#placeOf(id);
      if (place !== undefined) this.#running[place] = 1;
    }
    for (let place = 0; place < count; place++) {
      const { id, after } = this.#inOrder[place]!;
      if (settled(id)) this.#settled[place] = 1;
      for (let nth = 0; nth < after.length; nth++) {
        if (satisfied(after[nth]!)) continue;
        this.#missing[place]! += 1;
        const before = graph.followed(numbers[place]!, nth);
        if (before >= 0) (this.#dependents[this.#placeOfNumber[before]!] ??= []).push(place);
      }
      if (this.#running[place] === 1) this.#ready.occupy(this.#buckets[place]!);
      else if (this.#missing[place] === 0 && this.#settled[place] === 0) this.#insert(place);
    }
  }

  #placeOf(id: StepId): number | undefined {
    const number = this.#numberOf.get(id);
    return number === undefined ? undefined : this.#placeOfNumber[number];
  }

  #insert(place: number): void {
    if (this.#dropped[place] === 1 || this.#isReady[place] === 1) return;
    this.#isReady[place] = 1;
    this.#ready.insert(this.#buckets[place]!, place);
  }

  /** Takes every step that may start now, or those of them that are wanted; its slots are held until `release`. */
  take(wanted: (step: S) => boolean = () => true): S[] {
    const taken: S[] = [];
    // What is not wanted is set aside until all are looked at, and keeps nobody behind it from its slots.
    const aside: number[] = [];
    for (let place = this.#take(); place !== undefined; place = this.#take()) {
      if (!wanted(this.#inOrder[place]!)) {
        this.#ready.release(this.#buckets[place]!);
        this.#running[place] = 0;
        aside.push(place);
        continue;
      }
      taken.push(this.#inOrder[place]!);
    }
    for (const place of aside) this.#insert(place);
    return taken;
  }
  #take(): number | undefined {
    const place = this.#ready.take();
    if (place !== undefined) { this.#isReady[place] = 0; this.#running[place] = 1; }
    return place;
  }

  release(step: S): void { this.#release(this.#placeOf(step.id)!); }
  #release(place: number): void {
    this.#ready.release(this.#buckets[place]!);
    this.#running[place] = 0;
    if (this.#dropped[place] === 1) this.#tellTolerant(place);
  }

  /** The step's effect is there (or waived): what waited only for it becomes ready. */
  satisfy(id: StepId): void {
    const place = this.#placeOf(id);
    if (place !== undefined) this.#satisfy(place);
  }
  #satisfy(place: number): void {
    for (const dependent of this.#dependents[place] ?? []) if (!this.#inOrder[dependent]!.whatever) this.#arrive(dependent);
    this.#tellTolerant(place);
  }

  #arrive(place: number): void { if (--this.#missing[place]! === 0 && this.#settled[place] === 0) this.#insert(place); }

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
  again(step: S): void { this.#insert(this.#placeOf(step.id)!); }

  /** Everything that can never start because `id` failed: as far as the first step that starts whatever came of it. */
  downstream(id: StepId): StepId[] {
    const found = new Set<number>();
    const queue = [this.#placeOf(id)].filter((place) => place !== undefined);
    for (let head = 0; head < queue.length; head++) for (const next of this.#dependents[queue[head]!] ?? []) if (!found.has(next) && !this.#inOrder[next]!.whatever) { found.add(next); queue.push(next); }
    return [...found].map((place) => this.#inOrder[place]!.id);
  }

  /** Drops steps that failed or may not start any more. One that runs comes to its end first. */
  drop(ids: ReadonlySet<StepId>): void {
    const places = [...ids].map((id) => this.#placeOf(id)).filter((place) => place !== undefined);
    for (const place of places) {
      this.#dropped[place] = 1;
      if (this.#isReady[place] === 0) continue;
      this.#isReady[place] = 0;
      this.#ready.lose();
    }
    for (const place of places) if (this.#running[place] === 0) this.#tellTolerant(place);
  }
  get readyCount(): number { return this.#ready.count; }

  /** Plays all of it to the end, each step for as long as it takes. */
  play(durationMs: (step: S, startsAt: Millis) => Millis): Millis {
    const [ends, order] = [new Float64Array(this.#inOrder.length), new Int32Array(this.#inOrder.length)];
    // Of those that end at the same time, the first that was started.
    const running = new Heap<number>((a, b) => ends[a]! < ends[b]! || (ends[a] === ends[b] && order[a]! < order[b]!));
    let [now, started] = [0, 0];
    const launch = (): void => {
      for (let place = this.#take(); place !== undefined; place = this.#take()) {
        ends[place] = now + durationMs(this.#inOrder[place]!, now);
        order[place] = started++;
        running.push(place);
      }
    };
    launch();
    for (let place = running.pop(); place !== undefined; place = running.pop()) {
      now = ends[place]!;
      this.#release(place);
      this.#satisfy(place);
      launch();
    }
    return now;
  }
}

/** Makespan of the list schedule with the given durations: the prediction shown with a plan, and the reference of the bench. `startsAt`: for a duration that depends on it. */
export const makespanMs = <S extends Timed>(steps: readonly S[], durationMs: (step: S, startsAt: Millis) => Millis = (step) => step.estimateMs): Millis => new Dispatcher(steps).play(durationMs);
