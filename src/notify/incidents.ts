import type { DrEvent, Evidence, Incident } from '../core/dr-event.js';
import { incidentStream, type JournalEvent } from '../core/event.js';
import { lifeboat, type Actor, type IncidentId } from '../core/names.js';
import { openIncidents, type State } from '../core/state.js';
import { JournalError, type Journal, type NewEntry } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';

/** A cause mutes what follows from it: a dead site explains its HMC, its host and its storage. */
const causes: Record<string, readonly string[]> = { HOST_FAILURE: ['HMC_UNREACHABLE'], STG_UNREACHABLE: ['HMC_UNREACHABLE'] };

/** An open incident at the same site that explains this event; its own message carries it. */
export function causeOf(event: DrEvent, open: Iterable<Incident>): Incident | undefined {
  const explained = causes[event.name];
  if (!explained) return undefined;
  return [...open].find((incident) => incident.causedBy === null && incident.site !== null && incident.site === event.site && explained.includes(incident.events[0]?.name ?? ''));
}

export interface Incidents {
  /** Writes the event down; opens an incident unless one with its key is open. At least once in, one incident out. Answers with a newly opened one. */
  raise(event: DrEvent, actor?: Actor): Promise<Incident | null>;
  /** An observation proves that the condition is over. Answers with the incident that this closed. */
  resolve(key: string, evidence: readonly Evidence[]): Promise<Incident | null>;
}

type Work = { readonly kind: 'raise'; readonly event: DrEvent; readonly actor: Actor; done(opened: Incident | null): void; failed(error: unknown): void }
  | { readonly kind: 'resolve'; readonly key: string; readonly evidence: readonly Evidence[]; done(closed: Incident | null): void; failed(error: unknown): void };

const batchMax = 500;

/** One writer per process takes what has queued up in one append, so that a storm of events does not fight with itself over the stream. */
export function createIncidents({ journal, live }: { readonly journal: Journal; readonly live: LiveState }): Incidents {
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
      const { entries, results } = decide(batch, live.current);
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
  };
}

/** What a batch writes, in its order, and which incident each call opened or closed. Pure. */
function decide(batch: readonly Work[], state: State): { entries: NewEntry[]; results: (IncidentId | null)[] } {
  const open = new Map(openIncidents(state).map((incident) => [incident.key, incident]));
  let made = 0;
  const entries: NewEntry[] = [];
  const put = (tenant: Incident['tenant'], actor: Actor, event: JournalEvent): void => { entries.push({ stream: incidentStream, tenant, actor, event }); };
  const results = batch.map((work): IncidentId | null => {
    if (work.kind === 'resolve') {
      const incident = open.get(work.key);
      // What a real KSYS reported is not disproven by looking at a simulated world.
      if (!incident || (state.estate?.simulated === true && incident.events.every((event) => event.source !== 'engine'))) return null;
      open.delete(work.key);
      put(incident.tenant, lifeboat('monitor'), { type: 'incident.resolved', incident: incident.id, evidence: work.evidence });
      return incident.id;
    }
    const { event, actor } = work;
    const known = open.get(event.key);
    // The monitor sees again what it told before a restart: nothing new. Another name of the same thing is.
    if (known && event.source === 'engine' && (known.events.some((each) => each.name === event.name) || entries.some((each) => each.event.type === 'event.raised' && each.event.incident === known.id && each.event.event.name === event.name))) return null;
    if (known || event.severity === 'info') {
      put(event.tenant, actor, { type: 'event.raised', event, incident: known?.id ?? null });
      return null;
    }
    const incident: Incident = {
      id: `I-${state.incidents.size + ++made}`, key: event.key, tenant: event.tenant, site: event.site, title: event.description, severity: event.severity, openedAt: event.occurredAt, lastAt: event.occurredAt,
      resolvedAt: null, events: [event], count: 0, proposedRun: null, causedBy: causeOf(event, open.values())?.id ?? null,
    };
    open.set(event.key, incident);
    put(event.tenant, actor, { type: 'incident.opened', incident });
    put(event.tenant, actor, { type: 'event.raised', event, incident: incident.id });
    return incident.id;
  });
  return { entries, results };
}
