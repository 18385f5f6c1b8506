import type { DrEvent, Evidence, Incident } from '../core/dr-event.js';
import { incidentStream } from '../core/event.js';
import { lifeboat, type Actor } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import { decide, type Wish } from './decide.js';

export interface Incidents {
  /** Writes the event down; opens an incident unless one with its key is open. At least once in, one incident out. Answers with a newly opened one. */
  raise(event: DrEvent, actor?: Actor): Promise<Incident | null>;
  /** An observation proves that the condition is over. Answers with the incident that this closed. */
  resolve(key: string, evidence: readonly Evidence[]): Promise<Incident | null>;
  /** What time alone brings about: silences and acknowledgements that are over, storms that are calm. */
  tend(): Promise<void>;
}

type Work = Wish & { done(incident: Incident | null): void; failed(error: unknown): void };

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
          for (const each of batch) each.failed(error);
        }
      }
    } finally {
      working = false;
    }
  }

  async function write(batch: readonly Work[]): Promise<void> {
    for (;;) {
      const expected = live.current.heads.get(incidentStream) ?? 0;
      const { entries, results } = decide(batch, live.current, clock.now());
      if (entries.length > 0) {
        try {
          const committed = await journal.append({ entries, expect: { [incidentStream]: expected } });
          await live.reach(committed.at(-1)!.seq);
        } catch (error) {
          if (error instanceof JournalError && error.code === 'conflict') continue;
          throw error;
        }
      }
      batch.forEach((each, index) => { const id = results[index]; each.done(id === undefined || id === null ? null : live.current.incidents.get(id) ?? null); });
      return;
    }
  }

  const enqueue = (make: (done: (incident: Incident | null) => void, failed: (error: unknown) => void) => Work): Promise<Incident | null> => new Promise((done, failed) => {
    queue.push(make(done, failed));
    void drain();
  });
  return {
    raise: (event, actor = lifeboat('monitor')) => enqueue((done, failed) => ({ kind: 'raise', event, actor, done, failed })),
    resolve: (key, evidence) => enqueue((done, failed) => ({ kind: 'resolve', key, evidence, done, failed })),
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
