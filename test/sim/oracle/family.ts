import type { JournalEntry } from '../../../src/core/event.js';
import type { EffectLine } from '../../../src/drivers/estate/simulated/world/model.js';
import type { Key } from '../keys.js';
import type { RunSeen, Seen } from './seen.js';

/** Says which property is broken, by its number in the list of invariants and a name, and how. */
export type Break = (property: string, words: string) => void;

/** Some invariants that belong together. Each is asked at every line of the world's log and at every entry of the journal, before and after the oracle's memory takes it in. */
export interface Family {
  beforeEffect?(line: EffectLine, of: { readonly key: Key; readonly run: RunSeen } | null): void;
  afterEffect?(line: EffectLine, of: { readonly key: Key; readonly run: RunSeen } | null): void;
  beforeEntry?(entry: JournalEntry): void;
  afterEntry?(entry: JournalEntry): void;
  /** All is mended, and everybody had time. */
  quiet?(): void;
  end?(entries: readonly JournalEntry[]): void;
}
export type MakeFamily = (seen: Seen, broke: Break) => Family;
