import { chainOf, ChainCheck, emptyChain, type StoredEntry } from '../core/chain.js';
import type { JournalEntry } from '../core/event.js';
import { sha256 } from '../core/plan.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type AppendRequest, type Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import { checkRequest, encodeEntry, erasedEvent, refusalOf, type EncodedEntry } from './entries.js';
import { Subscription } from './subscription.js';

/** The journal without a database, for simulation and tests: the same refusals, digests and chain, on the given clock. */
export function createMemoryJournal({ clock, log }: { readonly clock: Clock; readonly log: Log }): Journal {
  const stored: (StoredEntry & { readonly type: string })[] = [];
  const streams = new Map<string, number>();
  const steps = new Set<string>();
  const fences = new Map<string, number>();
  const subscriptions = new Set<Subscription>();

  const write = (entry: EncodedEntry): JournalEntry => {
    const before = stored.at(-1);
    const streamSeq = (streams.get(entry.stream) ?? 0) + 1;
    const unchained = { seq: stored.length + 1, stream: entry.stream, streamSeq, tenant: entry.tenant, actor: entry.actor, at: Math.max(clock.now(), before?.at ?? 0), digest: sha256(entry.payload) };
    const row = { ...unchained, type: entry.type, payload: entry.payload, chain: chainOf(unchained, before?.chain ?? emptyChain) };
    stored.push(row);
    streams.set(entry.stream, streamSeq);
    if (entry.attempt !== null) steps.add(stepKey(entry));
    if (entry.fence !== null) fences.set(entry.run!, entry.fence);
    return decode(row);
  };

  const refuse = (request: AppendRequest, entries: readonly EncodedEntry[]): JournalError | null => {
    for (const [stream, wanted] of Object.entries(request.expect ?? {})) {
      const current = streams.get(stream) ?? 0;
      if (current !== wanted) return refusalOf('conflict', `stream ${stream} is at ${current}, not at ${wanted}`);
    }
    if (request.fence && fences.get(request.fence.run) !== request.fence.token) return refusalOf('fence-lost', `run ${request.fence.run} is owned under fence ${fences.get(request.fence.run) ?? 'none'}, not ${request.fence.token}`);
    for (const entry of entries) {
      if (entry.attempt !== null && steps.has(stepKey(entry))) return refusalOf('duplicate', `${entry.type} of run ${entry.run}, step ${entry.step}, attempt ${entry.attempt} stands already`);
      if (entry.fence !== null && (fences.get(entry.run!) ?? -Infinity) >= entry.fence) return refusalOf('fence-lost', `run ${entry.run} was claimed under fence ${entry.fence} or a later one before`);
    }
    return null;
  };

  const read = (afterSeq: number): Promise<JournalEntry[]> => Promise.resolve(stored.slice(afterSeq).map(decode));

  return {
    append: async (request) => {
      const entries = request.entries.map(encodeEntry);
      checkRequest(request, entries);
      const refusal = refuse(request, entries);
      if (refusal) throw refusal;
      const written = entries.map(write);
      for (const subscription of subscriptions) subscription.wake();
      return written;
    },
    read: async ({ afterSeq = 0, stream, limit }) => (await read(afterSeq)).filter((entry) => stream === undefined || entry.stream === stream).slice(0, limit),
    subscribe(afterSeq, onEntries) {
      const subscription = new Subscription(afterSeq, read, onEntries, log);
      subscriptions.add(subscription);
      subscription.wake();
      return { stop: async () => { subscriptions.delete(subscription); await subscription.stop(); } };
    },
    verify: async (noted) => {
      const check = new ChainCheck(noted);
      stored.every((entry) => check.take(entry));
      return check.verdict({ seq: stored.length, chain: stored.at(-1)?.chain ?? emptyChain });
    },
  };
}

const stepKey = ({ run, step, attempt, type }: EncodedEntry): string => JSON.stringify([run, step, attempt, type]);

/** Read back from its text, like from a database: nobody can change the journal through an object they got from it. */
function decode({ payload, actor, type, ...rest }: StoredEntry & { readonly type: string }): JournalEntry {
  return { ...rest, actor: JSON.parse(actor) as JournalEntry['actor'], event: payload === null ? erasedEvent(type) : (JSON.parse(payload) as JournalEntry['event']) };
}
