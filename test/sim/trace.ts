import { createHash } from 'node:crypto';
import type { JournalEntry } from '../../src/core/event.js';
import { canonical } from '../../src/core/plan.js';
import type { EffectLine } from '../../src/drivers/estate/simulated/world/model.js';

/**
 * Everything that happened, in its order: entries of the journal and effects of the world. Nothing is left out but digests and chain, which follow from the rest:
 * names, keys and times come from the seed and the virtual clock alone.
 */
export class Trace {
  readonly #hash = createHash('sha256');
  /** With every line told, for a person. */
  constructor(private readonly tell: ((line: string) => void) | null = null) {}

  entry({ seq, at, stream, actor, event }: JournalEntry): void { this.#take('journal', at, { seq, stream, actor, event }); }
  effect({ wallAt, ...line }: EffectLine): void { this.#take('world', wallAt, line); }
  #take(where: string, at: number, what: object): void {
    const line = `${at} ${where} ${canonical(what)}`;
    this.#hash.update(`${line}\n`);
    this.tell?.(line);
  }
  hash(): string { return this.#hash.copy().digest('hex'); }
}
