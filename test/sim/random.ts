/** Numbers that follow from a seed alone. */
export class Random {
  #state: number;
  constructor(seed: number) { this.#state = seed >>> 0; }

  /** Mulberry32: from 0 to below 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  below(count: number): number { return Math.floor(this.#next() * count); }
  chance(of: number): boolean { return this.#next() < of; }
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('Nothing to choose from.');
    return from[this.below(from.length)]!;
  }
  /** Each as often as its weight says. */
  weighted<T extends { readonly weight: number }>(from: readonly T[]): T {
    let left = this.#next() * from.reduce((sum, { weight }) => sum + weight, 0);
    return from.find(({ weight }) => (left -= weight) < 0) ?? from.at(-1)!;
  }
}
