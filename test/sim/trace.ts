import { createHash } from 'node:crypto';
import type { JournalEntry } from '../../src/core/event.js';
import { canonical } from '../../src/core/plan.js';
import type { EffectLine } from '../../src/drivers/estate/simulated/world/model.js';

/**
 * Everything that happened, in its order: entries of the journal and effects of the world. Nothing is left out: names, keys and times come from the seed and the virtual
 * clock alone. An entry counts by the digest of its payload, which holds every word of it.
 */
export class Trace {
  readonly #hash = createHash('sha256');
  /** With every line told, for a person. */
  constructor(private readonly tell: ((line: string) => void) | null = null) {}

  entry({ seq, at, stream, actor, digest, event }: JournalEntry): void {
    this.#hash.update(`${at} ${seq} ${stream} ${canonical(actor)} ${digest}\n`);
    this.tell?.(`${at} journal ${canonical({ seq, stream, actor, event })}`);
  }
  effect({ wallAt, ...line }: EffectLine): void {
    const words = `${wallAt} world ${canonical(line)}`;
    this.#hash.update(`${words}\n`);
    this.tell?.(words);
  }
  hash(): string { return this.#hash.copy().digest('hex'); }
}
