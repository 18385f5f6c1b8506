import type { JournalEntry } from '../core/event.js';
import type { Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';

/** The journal behind a place, as a reader that follows it wants it. */
export interface Tail {
  /** What comes after `seq`, in order, at most `limit`; the state holds it already. Empty: nothing yet. */
  after(seq: number, limit: number): Promise<readonly JournalEntry[]>;
  /** This process has heard of something after `seq`. */
  hasAfter(seq: number): boolean;
  stop(): void;
}

/** What waits in memory; beyond it the journal is read. */
const keptMax = 20_000;

/** Keeps what the state has just heard of, so that the journal need not be read again for it. `heard`: something came. */
export function createTail(journal: Pick<Journal, 'read'>, live: LiveState, heard: () => void): Tail {
  let kept: JournalEntry[] = [];
  const stop = live.onEntries((entries) => {
    kept.push(...entries);
    // What was erased must not live on in memory.
    if (kept.length > keptMax || entries.some(({ event }) => event.type === 'journal.erased')) kept = [];
    heard();
  });
  return {
    async after(seq, limit) {
      const from = kept.findIndex((entry) => entry.seq > seq);
      kept = from < 0 ? [] : kept.slice(from);
      if (kept[0]?.seq === seq + 1) return kept.slice(0, limit);
      if (live.current.seq <= seq) return [];
      const entries = await journal.read({ afterSeq: seq, limit });
      if (entries.length > 0) await live.reach(entries.at(-1)!.seq);
      return entries;
    },
    hasAfter: (seq) => live.current.seq > seq,
    stop,
  };
}
