import { Heap } from './heap.js';

interface Slot { readonly limit: number; used: number; /** Of steps that hold it. */ readonly buckets: Bucket[] }
/** Ready steps that hold the same slots, by their place in the order. */
export interface Bucket { readonly slots: readonly Slot[]; readonly places: Heap<number> }

const isFree = ({ slots }: Bucket): boolean => {
  for (const slot of slots) if (slot.used >= slot.limit) return false;
  return true;
};

/**
 * What is ready, in order, as far as slots allow. A look costs what may have changed since the last one, not what is ready: steps that hold the same slots stand together,
 * and where the first of them found a slot full, none of them is looked at before one of their slots is given back.
 */
export class ReadySteps {
  readonly #slots = new Map<string, Slot>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #changed = new Set<Bucket>();
  readonly #candidates = new Heap<Bucket>((a, b) => a.places.first! < b.places.first!);
  /** Buckets among the candidates: each stands there once. */
  readonly #standing = new Set<Bucket>();
  #count = 0;

  /** `gone`: dropped meanwhile, by its place in the order. */
  constructor(private readonly limitOf: (slot: string) => number, private readonly gone: (place: number) => boolean) {}

  get count(): number { return this.#count; }

  bucketOf(slots: readonly string[]): Bucket {
    const key = slots.length === 1 ? slots[0]! : slots.join('\0');
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = { slots: slots.map((slot) => this.#slotOf(slot)), places: new Heap<number>((a, b) => a < b) };
      this.#buckets.set(key, bucket);
      for (const slot of bucket.slots) slot.buckets.push(bucket);
    }
    return bucket;
  }

  #slotOf(name: string): Slot {
    const known = this.#slots.get(name);
    if (known) return known;
    const slot: Slot = { limit: this.limitOf(name), used: 0, buckets: [] };
    this.#slots.set(name, slot);
    return slot;
  }

  insert(bucket: Bucket, place: number): void {
    bucket.places.push(place);
    this.#changed.add(bucket);
    this.#count += 1;
  }

  /** One that was ready was dropped. */
  lose(): void { this.#count -= 1; }
  occupy({ slots }: Bucket): void { for (const slot of slots) slot.used += 1; }
  release({ slots }: Bucket): void {
    for (const slot of slots) {
      slot.used -= 1;
      for (const bucket of slot.buckets) if (bucket.places.size > 0) this.#changed.add(bucket);
    }
  }

  /** The first that may start now, its slots taken; undefined: none. */
  take(): number | undefined {
    for (const bucket of this.#changed) this.#consider(bucket);
    this.#changed.clear();
    for (let bucket = this.#candidates.pop(); bucket; bucket = this.#candidates.pop()) {
      this.#standing.delete(bucket);
      // Another bucket may have taken the last of a slot that both hold.
      if (!isFree(bucket)) continue;
      const place = bucket.places.pop()!;
      this.occupy(bucket);
      this.#count -= 1;
      this.#consider(bucket);
      return place;
    }
    return undefined;
  }

  #consider(bucket: Bucket): void {
    while (bucket.places.size > 0 && this.gone(bucket.places.first!)) bucket.places.pop();
    if (bucket.places.size === 0 || !isFree(bucket) || this.#standing.has(bucket)) return;
    this.#standing.add(bucket);
    this.#candidates.push(bucket);
  }
}
