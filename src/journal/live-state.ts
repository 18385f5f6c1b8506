import { emptyState, fold } from '../core/state.js';
import type { JournalEntry } from '../core/event.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { LiveState } from '../ports/state.js';

const entriesPerRead = 5000;

/** Folds the whole journal, then follows it. Resolves when the state is that of the journal's end at the time of the call. */
export async function createLiveState(journal: Journal, { log }: { readonly log?: Log } = {}): Promise<LiveState & { stop(): Promise<void> }> {
  const state = emptyState();
  const listeners = new Set<(entries: readonly JournalEntry[]) => void>();
  let waiting: { seq: number; resolve: () => void }[] = [];

  for (;;) {
    const entries = await journal.read({ afterSeq: state.seq, limit: entriesPerRead });
    for (const entry of entries) fold(state, entry);
    if (entries.length < entriesPerRead) break;
  }

  const subscription = journal.subscribe(state.seq, (entries) => {
    for (const entry of entries) fold(state, entry);
    for (const each of waiting) if (each.seq <= state.seq) each.resolve();
    waiting = waiting.filter((each) => each.seq > state.seq);
    for (const listener of listeners) {
      try {
        listener(entries);
      } catch (error) {
        // One listener's fault must not keep the others from hearing of it.
        log?.error({ err: error, seq: state.seq }, 'A listener to the state failed.');
      }
    }
  });

  return {
    current: state,
    reach: (seq) => (state.seq >= seq ? Promise.resolve() : new Promise((resolve) => { waiting.push({ seq, resolve }); })),
    onEntries(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    stop: () => subscription.stop(),
  };
}
