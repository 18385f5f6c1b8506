import type { DrEvent, Evidence, Incident } from '../core/dr-event.js';
import { incidentStream } from '../core/event.js';
import { lifeboat, type Actor, type IncidentId, type PersonName } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import { decide, type RecordOnce, type Wish } from './decide.js';

export interface Incidents {
  /** Writes the event down; opens an incident unless one with its key is open. At least once in, one incident out. Answers with a newly opened one. */
  raise(event: DrEvent, actor?: Actor): Promise<Incident | null>;
  /** An observation proves that the condition is over. Answers with the incident that this closed. */
  resolve(key: string, evidence: readonly Evidence[]): Promise<Incident | null>;
  /** The same as `raise` for a record of another system, which is taken once however often it comes. An event that is `over` closes the incident, where its source alone holds it open. */
  take(event: DrEvent, record: RecordOnce, actor?: Actor): Promise<Taken>;
  /** Somebody says that it is over. Answers with the incident that this closed; null where it was over already. */
  close(incident: IncidentId, by: PersonName, reason: string, actor: Actor): Promise<Incident | null>;
  /** What time alone brings about: silences and acknowledgements that are over, storms that are calm. */
  tend(): Promise<void>;
}

/** `opened`: the incident that is new with it. */
export interface Taken { readonly taken: boolean; readonly opened: Incident | null }

/** `repeated`: the record was taken before. */
interface Outcome { done(incident: Incident | null, repeated: boolean): void; failed(error: unknown): void }
type Work = Outcome & Wish;

const batchMax = 500;

/** One writer per process takes what has queued up in one append, so that a storm of events does not fight with itself over the stream. */
export function createIncidents({ journal, live, clock = { now: () => Date.now() } }: { readonly journal: Journal; readonly live: LiveState; readonly clock?: Pick<Clock, 'now'> }): Incidents {
  const queue: Work[] = [];
  let working = false;

  async function drain(): Promise<void> {
    if (working) return;
    working = true;
    try {
      while (queue.length > 0) {
        const batch = queue.splice(0, batchMax);
        try {
          await write(batch);
        } catch (error) {
          await apart(batch, error);
        }
      }
    } finally {
      working = false;
    }
  }

  /** An event that the journal cannot take must not fail its neighbours; a journal that cannot be written now fails them all. */
  async function apart(batch: readonly Work[], error: unknown): Promise<void> {
    if (batch.length === 1 || error instanceof JournalError) for (const each of batch) each.failed(error);
    else for (const each of batch) await write([each]).catch(each.failed);
  }

  async function write(batch: readonly Work[]): Promise<void> {
    for (;;) {
      const decidedAt = live.current.seq;
      const expected = live.current.heads.get(incidentStream) ?? 0;
      const { entries, results, absent, repeated } = decide(batch, live.current, clock.now());
      if (entries.length > 0) {
        try {
          const committed = await journal.append({ entries, expect: { ...Object.fromEntries([...absent].map((stream) => [stream, 0])), [incidentStream]: expected } });
          await live.reach(committed.at(-1)!.seq);
        } catch (error) {
          if (!(error instanceof JournalError && error.code === 'conflict')) throw error;
          // Somebody wrote what this node had not heard of yet.
          await live.reach(decidedAt + 1);
          continue;
        }
      }
      batch.forEach((each, index) => { const id = results[index]; each.done(id === undefined || id === null ? null : live.current.incidents.get(id) ?? null, repeated.has(index)); });
      return;
    }
  }

  const enqueue = (make: (done: (incident: Incident | null) => void, failed: (error: unknown) => void) => Work): Promise<Incident | null> => new Promise((done, failed) => {
    queue.push(make(done, failed));
    void drain();
  });
  const take: Incidents['take'] = (event, once, actor = lifeboat('monitor')) => new Promise((resolve, failed) => {
    queue.push({ kind: 'raise', event, actor, once, failed, done: (incident, repeated) => resolve({ taken: !repeated, opened: incident }) });
    // Records that come in one request go together.
    queueMicrotask(() => { void drain(); });
  });
  return {
    raise: (event, actor = lifeboat('monitor')) => enqueue((done, failed) => ({ kind: 'raise', event, actor, done, failed })),
    resolve: (key, evidence) => enqueue((done, failed) => ({ kind: 'resolve', key, evidence, done, failed })),
    close: (incident, by, reason, actor) => enqueue((done, failed) => ({ kind: 'close', incident, by, reason, actor, done, failed })),
    take,
    async tend() { await enqueue((done, failed) => ({ kind: 'tend', done, failed })); },
  };
}

/** Fine enough for what ends at a minute. */
const tendEveryMs = 10_000;

/** Lets time do its part. What cannot be written is written at the next turn. */
export function tendIncidents(incidents: Pick<Incidents, 'tend'>, clock: Pick<Clock, 'every'>, log: (message: string, detail: object) => void): () => void {
  return clock.every(tendEveryMs, async () => {
    try { await incidents.tend(); } catch (error) { log('silences and acknowledgements could not be looked at; the next turn follows', { error: error instanceof Error ? error.message : String(error) }); }
  });
}
