import type { JournalEntry } from '../core/event.js';
import type { State } from '../core/state.js';

/** The fold of the whole journal, kept current on this node. */
export interface LiveState {
  readonly current: State;
  /** Resolves when `current.seq >= seq`: call it after an append and before the answer. */
  reach(seq: number): Promise<void>;
  /** Called after each batch is folded. Returns how to stop. */
  onEntries(listener: (entries: readonly JournalEntry[]) => void): () => void;
}
