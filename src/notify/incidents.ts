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
  /** The same as `raise` for a record of another system, which is taken once however often it comes. An event that is `over` closes the incident, where its source alone holds it open. */
  take(event: DrEvent, record: RecordOnce, actor?: Actor): Promise<Taken>;
}

/** Journal streams by which a record is taken once: its own must not exist yet. Where the one of `unless` exists, the condition was called over already, and the record opens nothing. */
export interface RecordOnce { readonly stream: string; readonly unless?: string }
/** `opened`: the incident that is new with it. */
export interface Taken { readonly taken: boolean; readonly opened: Incident | null }

/** `repeated`: the record was taken before. */
interface Outcome { done(incident: Incident | null, repeated: boolean): void; failed(error: unknown): void }
type Work = Outcome & ({ readonly kind: 'raise'; readonly event: DrEvent; readonly actor: Actor; readonly once?: RecordOnce } | { readonly kind: 'resolve'; readonly key: string; readonly evidence: readonly Evidence[] });

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
      const { entries, results, absent, repeated } = decide(batch, live.current);
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
    take,
  };
}

/** Open incidents by key, as they will be after what this batch has decided so far; of thousands only those that it asks for are looked up. */
class OpenIncidents {
  readonly #state: State;
  readonly #changed = new Map<string, Incident | null>();
  constructor(state: State) { this.#state = state; }
  get(key: string): Incident | undefined {
    const changed = this.#changed.get(key);
    if (changed !== undefined) return changed ?? undefined;
    const id = this.#state.open.get(key);
    return id === undefined ? undefined : this.#state.incidents.get(id);
  }
  set(key: string, incident: Incident): void { this.#changed.set(key, incident); }
  delete(key: string): void { this.#changed.set(key, null); }
  *[Symbol.iterator](): Iterator<Incident> {
    for (const incident of openIncidents(this.#state)) if (!this.#changed.has(incident.key)) yield incident;
    for (const incident of this.#changed.values()) if (incident !== null) yield incident;
  }
}

interface Decided { readonly entries: NewEntry[]; readonly results: (IncidentId | null)[]; /** Streams that must not exist yet. */ readonly absent: ReadonlySet<string>; /** Places in the batch of records that were taken before. */ readonly repeated: ReadonlySet<number> }

/** What a batch writes, in its order, and which incident each call opened or closed. Pure. */
function decide(batch: readonly Work[], state: State): Decided {
  const open = new OpenIncidents(state);
  let made = 0;
  const entries: NewEntry[] = [];
  const absent = new Set<string>();
  const written = new Set<string>();
  const stands = (stream: string): boolean => written.has(stream) || (state.heads.get(stream) ?? 0) > 0;
  const repeated = new Set<number>();
  /** Of incidents that this batch touches. */
  const conditions = new Map<IncidentId, Set<string>>();
  const conditionsOf = (incident: Incident): Set<string> => { const known = conditions.get(incident.id) ?? new Set(incident.conditions); conditions.set(incident.id, known); return known; };
  const put = (tenant: Incident['tenant'], actor: Actor, event: JournalEvent, stream = incidentStream): void => { entries.push({ stream, tenant, actor, event }); };
  const results = batch.map((work, index): IncidentId | null => {
    if (work.kind === 'resolve') {
      const incident = open.get(work.key);
      // What a real KSYS reported is not disproven by looking at a simulated world.
      if (!incident || (state.estate?.simulated === true && incident.events.every((event) => event.source !== 'engine'))) return null;
      open.delete(work.key);
      put(incident.tenant, lifeboat('monitor'), { type: 'incident.resolved', incident: incident.id, evidence: work.evidence });
      return incident.id;
    }
    const { event, actor, once } = work;
    const stream = once?.stream ?? incidentStream;
    if (once) {
      if (stands(stream)) { repeated.add(index); return null; }
      absent.add(stream);
      written.add(stream);
    }
    const known = open.get(event.key);
    if (event.over) {
      const own = known && event.condition !== undefined && conditionsOf(known).delete(event.condition) ? known : null;
      put(event.tenant, actor, { type: 'event.raised', event, incident: own?.id ?? null }, stream);
      // Only the source that told of it says that it is over; what others saw stays open.
      if (own && conditionsOf(own).size === 0 && own.events.every((each) => each.source === event.source)) {
        open.delete(event.key);
        put(event.tenant, actor, { type: 'incident.resolved', incident: own.id, evidence: event.evidence });
      }
      return null;
    }
    if (once?.unless !== undefined && stands(once.unless)) {
      put(event.tenant, actor, { type: 'event.raised', event, incident: null }, stream);
      return null;
    }
    // The word that it is over must not slip in from another node meanwhile.
    if (once?.unless !== undefined) absent.add(once.unless);
    // The monitor sees again what it told before a restart: nothing new. Another name of the same thing is.
    if (known && event.source === 'engine' && (known.events.some((each) => each.name === event.name) || entries.some((each) => each.event.type === 'event.raised' && each.event.incident === known.id && each.event.event.name === event.name))) return null;
    if (known || event.severity === 'info') {
      if (known && event.condition !== undefined) conditionsOf(known).add(event.condition);
      put(event.tenant, actor, { type: 'event.raised', event, incident: known?.id ?? null }, stream);
      return null;
    }
    const incident: Incident = {
      id: `I-${state.incidents.size + ++made}`, key: event.key, tenant: event.tenant, site: event.site, title: event.description, severity: event.severity, openedAt: event.occurredAt, lastAt: event.occurredAt,
      resolvedAt: null, events: [event], count: 0, proposedRun: null, causedBy: causeOf(event, open)?.id ?? null,
    };
    open.set(event.key, incident);
    if (event.condition !== undefined) conditionsOf(incident).add(event.condition);
    put(event.tenant, actor, { type: 'incident.opened', incident });
    put(event.tenant, actor, { type: 'event.raised', event, incident: incident.id }, stream);
    return incident.id;
  });
  return { entries, results, absent, repeated };
}
