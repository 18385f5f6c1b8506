import { emptyState, fold, type State } from '../core/state.js';
import type { JournalEntry } from '../core/event.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { LiveState } from '../ports/state.js';

const entriesPerRead = 5000;

async function foldOn(state: State, journal: Pick<Journal, 'read'>, toSeq: number): Promise<void> {
  while (state.seq < toSeq) {
    const entries = await journal.read({ afterSeq: state.seq, limit: Math.min(entriesPerRead, toSeq - state.seq) });
    for (const entry of entries) fold(state, entry);
    if (entries.length < entriesPerRead) break;
  }
}

/** Folds the whole journal, then follows it. Resolves when the state is that of the journal's end at the time of the call. */
export async function createLiveState(journal: Journal, { log }: { readonly log?: Log } = {}): Promise<LiveState & { stop(): Promise<void> }> {
  const state = emptyState();
  const listeners = new Set<(entries: readonly JournalEntry[]) => void>();
  let waiting: { seq: number; resolve: () => void }[] = [];

  await foldOn(state, journal, Infinity);

  const subscription = journal.subscribe(state.seq, async (entries) => {
    if (entries.some(({ event }) => event.type === 'journal.erased')) {
      // What was erased must not live on in memory. Read first: where that fails, the state is as it was and the entries come again.
      const fresh = emptyState();
      await foldOn(fresh, journal, entries.at(-1)!.seq);
      Object.assign(state, fresh);
    } else for (const entry of entries) fold(state, entry);
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
