import type { JournalEntry } from '../../src/core/event.js';
import { checkRequest, encodeEntry } from '../../src/journal/entries.js';
import { Subscription } from '../../src/journal/subscription.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Journal } from '../../src/ports/journal.js';
import { quiet } from '../stack.js';

/** What a process holds of a journal that lives in a database: each entry goes through its text, is handed over, and is forgotten here. For one process that nobody competes with. */
export function createForgetfulJournal(clock: Clock): Journal {
  const subscriptions = new Set<Subscription>();
  const streams = new Map<string, number>();
  let seq = 0;
  const nothing = async (): Promise<JournalEntry[]> => [];
  return {
    append: async (request) => {
      const encoded = request.entries.map(encodeEntry);
      checkRequest(request, encoded);
      const entries = encoded.map(({ stream, tenant, actor, payload }): JournalEntry => {
        const streamSeq = (streams.get(stream) ?? 0) + 1;
        streams.set(stream, streamSeq);
        return { seq: ++seq, stream, streamSeq, tenant, at: clock.now(), actor: JSON.parse(actor) as JournalEntry['actor'], event: JSON.parse(payload) as JournalEntry['event'], digest: '', chain: '' };
      });
      for (const subscription of subscriptions) subscription.offer(entries);
      return entries;
    },
    read: nothing,
    subscribe(afterSeq, onEntries) {
      const subscription = new Subscription(afterSeq, nothing, onEntries, quiet);
      subscriptions.add(subscription);
      return { stop: async () => { subscriptions.delete(subscription); await subscription.stop(); } };
    },
    verify: async () => { throw new Error('Nothing is kept that could be verified.'); },
  };
}
