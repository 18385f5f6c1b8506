import type { IncidentBook, Shelf } from './book.js';

/** What a batch changes, laid over what is there, which it leaves as it is. */
class Overlay<K, V> implements Shelf<K, V> {
  readonly #changed = new Map<K, V | undefined>();
  readonly #below: Shelf<K, V>;
  constructor(below: Shelf<K, V>) { this.#below = below; }
  get(key: K): V | undefined { return this.#changed.has(key) ? this.#changed.get(key) : this.#below.get(key); }
  set(key: K, value: V): void { this.#changed.set(key, value); }
  delete(key: K): void { this.#changed.set(key, undefined); }
}

/** A copy to try a batch on, at the price of what the batch touches. */
export const overlay = (book: IncidentBook): IncidentBook => ({
  incidents: new Overlay(book.incidents), open: new Overlay(book.open), lostSites: new Overlay(book.lostSites), openings: new Overlay(book.openings), kinds: new Overlay(book.kinds), tellings: new Overlay(book.tellings),
  folded: new Overlay(book.folded), acknowledged: new Overlay(book.acknowledged), flapping: new Overlay(book.flapping), calming: new Overlay(book.calming), silences: new Overlay(book.silences),
});
