import { eventKey, type DrEvent, type Evidence, type Incident } from '../core/dr-event.js';
import { tenantOf } from '../core/estate.js';
import { incidentStream, type JournalEvent } from '../core/event.js';
import { isWorse, kindKey, noTellings, tenantKey } from '../core/incident-rules/book.js';
import { flapsAt, flappingWithinMs } from '../core/incident-rules/flapping.js';
import { foldIncidents } from '../core/incident-rules/fold.js';
import { causeOf, effectKeysOf } from '../core/incident-rules/inhibition.js';
import { windowInForce } from '../core/incident-rules/maintenance-window.js';
import { overlay } from '../core/incident-rules/overlay.js';
import { endsSoonFromMs, endsSoonMs, inForce, nextSilenceId, silenceFor, type SilenceState } from '../core/incident-rules/silence.js';
import { isWave, placeOf, stormCalmMs, stormName } from '../core/incident-rules/storm.js';
import { isLookedAfter } from '../core/incident-rules/told.js';
import { topologyOf } from '../core/incident-rules/topology.js';
import { mutedBecause } from '../core/muted.js';
import { lifeboat, type Actor, type IncidentId, type Millis, type PersonName } from '../core/names.js';
import { systemDefaults, systemOf } from '../core/policies.js';
import { bookOf, openIncidents, type State } from '../core/state.js';
import type { NewEntry } from '../ports/journal.js';

/** Journal streams by which a record is taken once: its own must not exist yet. Where the one of `unless` exists, the condition was called over already, and the record opens nothing. */
export interface RecordOnce { readonly stream: string; readonly unless?: string }

export type Wish = { readonly kind: 'raise'; readonly event: DrEvent; readonly actor: Actor; readonly once?: RecordOnce } | { readonly kind: 'resolve'; readonly key: string; readonly evidence: readonly Evidence[] } | { readonly kind: 'close'; readonly incident: IncidentId; readonly reason: string; readonly by: PersonName; readonly actor: Actor } | { readonly kind: 'tend' };

/** An incident whose predecessor was over no longer than so names it: people see that it is not the first time. */
const againWithinMs: Millis = flappingWithinMs;
/** Of what a cause or a silence kept back, so many are told one by one when it ends; the rest is counted under the first. */
const releasedMax = 5;

export interface Decided {
  readonly entries: NewEntry[];
  readonly results: (IncidentId | null)[];
  /** Streams that must not exist yet. */
  readonly absent: ReadonlySet<string>;
  /** Places in the batch of records that were taken before. */
  readonly repeated: ReadonlySet<number>;
}

/** What a batch writes, in its order, and which incident each call opened or closed. Pure: the same batch, state and time give the same entries. */
export function decide(batch: readonly Wish[], state: State, now: Millis): Decided {
  const book = overlay(bookOf(state));
  const topology = topologyOf(state, book);
  // Silences are few, and none begins or ends inside a batch but by `tend`.
  const silences = [...state.silences.values()].filter((silence) => inForce(silence, now));
  const entries: NewEntry[] = [];
  let made = 0;
  const absent = new Set<string>();
  const written = new Set<string>();
  const repeated = new Set<number>();
  const stands = (stream: string): boolean => written.has(stream) || (state.heads.get(stream) ?? 0) > 0;
  const put = (tenant: Incident['tenant'], actor: Actor, event: JournalEvent, stream = incidentStream): void => {
    entries.push({ stream, tenant, actor, event });
    foldIncidents(book, event, now);
  };
  const own = (incident: Pick<Incident, 'tenant'>, event: JournalEvent): void => put(incident.tenant, lifeboat('monitor'), event);
  const openWith = (key: string): Incident | undefined => { const id = book.open.get(key); return id === undefined ? undefined : book.incidents.get(id); };
  const nextId = (): IncidentId => `I-${state.incidents.size + ++made}`;

  return { absent, repeated, results: batch.map((wish, place) => (wish.kind === 'raise' ? take(wish, place) : wish.kind === 'resolve' ? resolve(wish.key, wish.evidence) : wish.kind === 'close' ? closeByHand(wish) : tend())), entries };

  /** What comes as a record stands in a stream of its own, which must not exist yet. */
  function take({ event, actor, once }: Extract<Wish, { kind: 'raise' }>, place: number): IncidentId | null {
    if (!once) return raise(event, actor);
    if (stands(once.stream)) {
      repeated.add(place);
      return null;
    }
    absent.add(once.stream);
    written.add(once.stream);
    if (event.over) return over(event, actor, once.stream);
    if (once.unless !== undefined && stands(once.unless)) {
      put(event.tenant, actor, { type: 'event.raised', event, incident: null }, once.stream);
      return null;
    }
    // The word that it is over must not slip in from another node meanwhile.
    if (once.unless !== undefined) absent.add(once.unless);
    return raise(event, actor, once.stream);
  }

  /** Only the source that told of it says that it is over; what others saw stays open. */
  function over(event: DrEvent, actor: Actor, stream: string): null {
    const known = openWith(event.key);
    const own = known && event.condition !== undefined && known.conditions?.includes(event.condition) ? known.id : null;
    put(event.tenant, actor, { type: 'event.raised', event, incident: own }, stream);
    const left = own === null ? undefined : book.incidents.get(own);
    if (left && (left.conditions ?? []).length === 0 && left.events.every((each) => each.source === event.source)) close(left, event.evidence);
    return null;
  }

  function raise(event: DrEvent, actor: Actor, stream = incidentStream): IncidentId | null {
    const known = openWith(event.key);
    // The monitor sees again what it told before a restart: nothing new. Another name of the same thing is.
    if (known && event.source === 'engine' && known.events.some((each) => each.name === event.name)) return null;
    if (known) {
      const worse = isWorse(event.severity, known.severity);
      put(event.tenant, actor, { type: 'event.raised', event, incident: known.id }, stream);
      again(known, event, worse);
      return null;
    }
    if (event.severity === 'info') {
      put(event.tenant, actor, { type: 'event.raised', event, incident: null }, stream);
      return null;
    }
    return open(event, actor, stream);
  }

  function open(event: DrEvent, actor: Actor, stream: string): IncidentId {
    const cause = causeOf(event, topology);
    const silence = cause ? undefined : silenceFor(silences, event, now);
    const openings = book.openings.get(event.key);
    const flapping = flapsAt(openings?.at ?? [], now);
    const before = openings && book.incidents.get(openings.last);
    // The one that said so may be over; its successors are quiet until the condition is calm.
    const toldFlapping = flapping !== undefined && before?.flapping !== undefined && !cause && !silence;
    const place = cause || silence || toldFlapping ? null : placeFor(event);
    const under = place === null || place.told ? undefined : place.under === 'storm' ? startStorm(event) : headOf(place.under);
    const incident: Incident = {
      id: nextId(), key: event.key, tenant: event.tenant, site: event.site, title: event.description, severity: event.severity, openedAt: event.occurredAt, lastAt: event.occurredAt, resolvedAt: null, events: [event], count: 0, proposedRun: null,
      causedBy: cause?.id ?? null, told: place?.told === true ? 1 : 0, ...(silence ? { silencedBy: silence.id } : {}), ...(under === undefined ? {} : { group: under }), ...(flapping === undefined ? {} : { flapping }),
      ...(before && before.resolvedAt !== null && now - before.resolvedAt < againWithinMs ? { again: before.id } : {}),
    };
    put(event.tenant, actor, { type: 'incident.opened', incident });
    put(event.tenant, actor, { type: 'event.raised', event, incident: incident.id }, stream);
    explain(incident, event);
    return incident.id;
  }

  function placeFor(event: DrEvent) {
    const kind = book.kinds.get(kindKey(event));
    const head = kind && book.incidents.get(kind.head);
    return placeOf(event.severity, isWave(kind, head, now) ? kind : undefined, head, book.tellings.get(tenantKey(event.tenant)) ?? noTellings, now);
  }

  /** One that is folded itself leads nobody: who looks for the rest finds it under one head. */
  function headOf(id: IncidentId): IncidentId { return book.incidents.get(id)?.group ?? id; }

  function startStorm({ tenant, occurredAt }: DrEvent): IncidentId {
    const whose = tenant ?? 'shared sites';
    const event: DrEvent = {
      name: stormName, severity: 'critical', entityClass: 'system', entity: whose, uuid: null, tenant, site: null, occurredAt, source: 'engine', key: eventKey(stormName, tenant ?? ''),
      description: `More happens at ${whose} than can be told one by one. What comes from now on is counted here.`, evidence: [{ saw: 'more messages within a minute than anybody reads', by: 'Lifeboat', at: now }],
    };
    const open = openWith(event.key);
    if (open) return open.id;
    const id = nextId();
    own({ tenant }, { type: 'incident.opened', incident: { id, key: event.key, tenant, site: null, title: `Event storm at ${whose}`, severity: 'critical', openedAt: now, lastAt: now, resolvedAt: null, events: [event], count: 0, proposedRun: null, causedBy: null, told: 1 } });
    own({ tenant }, { type: 'event.raised', event, incident: id });
    return id;
  }

  /** It may be the cause of what came first: that is told with this one from now on. */
  function explain(incident: Incident, event: DrEvent): void {
    if (incident.causedBy !== null) return;
    for (const key of effectKeysOf(event, topology, topology.vmsOn)) {
      const effect = openWith(key);
      const first = effect?.events[0];
      if (!effect || !first || effect.id === incident.id || effect.causedBy === incident.id) continue;
      const cause = causeOf(first, topology);
      if (cause && cause.id !== effect.id && cause.id !== effect.causedBy) own(effect, { type: 'incident.muted', incident: effect.id, cause: cause.id });
    }
  }

  /** Reported once more: told where it became worse, or where the last message is too old and nobody looks after it. */
  function again(incident: Incident, event: DrEvent, worse: boolean): void {
    const silence = silenceFor(silences, { ...event, severity: worse ? event.severity : incident.severity }, now);
    const muted = mutedBecause(incident, state, now);
    if (silence || muted === 'cause' || muted === 'flapping' || (muted === 'silence' && !worse)) return;
    if (muted === 'group') {
      if (worse && event.severity === 'critical' && placeFor(event).told) own(incident, { type: 'incident.told', incident: incident.id, because: 'worse' });
      return;
    }
    if (worse) return own(incident, { type: 'incident.told', incident: incident.id, because: 'worse' });
    if (isLookedAfter(incident, now) || now - (incident.toldAt ?? incident.openedAt) < windowMs(event)) return;
    own(incident, { type: 'incident.told', incident: incident.id, because: 'repeated' });
  }

  function windowMs({ tenant: name }: DrEvent): Millis {
    const tenant = state.estate && name !== null ? tenantOf(state.estate, name) : undefined;
    return (tenant ? systemOf(tenant) : systemDefaults).dupEventWindowMs;
  }

  function resolve(key: string, evidence: readonly Evidence[]): IncidentId | null {
    const incident = openWith(key);
    // What a real KSYS reported is not disproven by looking at a simulated world.
    if (!incident || (state.estate?.simulated === true && incident.events.every((event) => event.source !== 'engine'))) return null;
    close(incident, evidence);
    return incident.id;
  }

  /** Whether anybody may is the desk's to say; here only that it is open still. */
  function closeByHand({ incident: id, reason, by, actor }: Extract<Wish, { kind: 'close' }>): IncidentId | null {
    const incident = book.incidents.get(id);
    if (!incident || incident.resolvedAt !== null) return null;
    close(incident, [{ saw: reason, by, at: now }], { actor, closed: { by, reason } });
    return id;
  }

  function close(incident: Incident, evidence: readonly Evidence[], byHand?: { readonly actor: Actor; readonly closed: { readonly by: PersonName; readonly reason: string } }): void {
    put(incident.tenant, byHand?.actor ?? lifeboat('monitor'), { type: 'incident.resolved', incident: incident.id, evidence, ...(byHand ? { closed: byHand.closed } : {}) });
    const first = incident.events[0];
    if (first) release(effectKeysOf(first, topology, topology.vmsOn).flatMap((key) => openWith(key) ?? []).filter(({ causedBy }) => causedBy === incident.id), 'cause-over');
    // Its message has just said that it is over; a new one says that the rest is not.
    if ((book.folded.get(incident.id)?.open ?? 0) > 0) own(incident, { type: 'incident.told', incident: incident.id, because: 'still-open' });
  }

  /** What muted them has ended. Each speaks, unless something else mutes it; of many the critical ones first, and the rest with the first. */
  function release(incidents: readonly Incident[], because: 'cause-over' | 'silence-over'): void {
    let [count, head]: [number, IncidentId | null] = [0, null];
    for (const incident of incidents.toSorted((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'))) {
      const first = incident.events[0]!;
      const cause = causeOf(first, topology);
      if (cause && cause.id !== incident.id) own(incident, { type: 'incident.muted', incident: incident.id, cause: cause.id });
      else if (head !== null && count >= releasedMax) own(incident, { type: 'incident.muted', incident: incident.id, group: head });
      else {
        // A silence may hold it back from now on; it is looked at again when that ends.
        const silence = silenceFor(silences.filter(({ id }) => id !== incident.silencedBy), { ...first, severity: incident.severity }, now);
        if (silence) {
          own(incident, { type: 'incident.muted', incident: incident.id, silence: silence.id });
          continue;
        }
        own(incident, { type: 'incident.told', incident: incident.id, because });
        head ??= incident.id;
        count++;
      }
    }
  }

  /** What time alone brings about. */
  function tend(): null {
    for (const [id, until] of state.incidentIndex.acknowledged) {
      const incident = book.incidents.get(id);
      if (!incident || incident.resolvedAt !== null || now < until) continue;
      own(incident, { type: 'incident.unacknowledged', incident: id, by: null });
      if (mutedBecause(incident, state, now) === null) own(incident, { type: 'incident.told', incident: id, because: 'unattended' });
    }
    // A maintenance window is a silence of Lifeboat's own for each time that it comes; one that somebody ended stays ended.
    let begun = 0;
    for (const window of state.estate?.maintenanceWindows ?? []) {
      const occurrence = windowInForce(window, state.estate!.timeZone, now);
      const key = occurrence && `${window.name}@${occurrence.from}`;
      if (!occurrence || [...state.silences.values()].some((silence) => silence.window === key)) continue;
      own(window, { type: 'silence.added', silence: { id: nextSilenceId(state.silences, begun++), tenant: window.tenant, matcher: window.matcher, ...occurrence, reason: window.reason, by: 'Lifeboat', window: key! } });
    }
    const over = (silence: SilenceState): boolean => silence.endedAt !== null || now >= silence.until;
    const ended = [...state.silences.values()].filter(over);
    for (const silence of ended) if (silence.endedAt === null) own(silence, { type: 'silence.ended', silence: silence.id, by: null });
    if (ended.some(({ kept }) => kept > 0)) {
      const ids = new Set(ended.map(({ id }) => id));
      release(openIncidents(state).filter(({ silencedBy }) => silencedBy !== undefined && ids.has(silencedBy)), 'silence-over');
    }
    for (const silence of silences) {
      if (silence.endingToldAt !== null || silence.until - silence.from < endsSoonFromMs || silence.until - now > endsSoonMs) continue;
      const open = openIncidents(state).filter(({ silencedBy }) => silencedBy === silence.id).length;
      if (open > 0) own(silence, { type: 'silence.ending', silence: silence.id, open });
    }
    for (const id of state.incidentIndex.flapping.keys()) {
      const incident = book.incidents.get(id);
      if (incident && mutedBecause(incident, state, now) === 'flapping' && now - incident.lastAt >= flappingWithinMs) own(incident, { type: 'incident.told', incident: id, because: 'flapping-over' });
    }
    for (const [key, id] of state.incidentIndex.calming) {
      const last = book.incidents.get(book.openings.get(key)?.last ?? id);
      if (last && last.resolvedAt !== null && now - last.resolvedAt >= flappingWithinMs) own(last, { type: 'incident.told', incident: id, because: 'calm' });
    }
    for (const { storm, stormAt } of state.incidentIndex.tellings.values()) {
      const incident = storm === null ? undefined : book.incidents.get(storm);
      if (incident && now - stormAt >= stormCalmMs) close(incident, [{ saw: `nothing more for ${stormCalmMs / 60_000} minutes`, by: 'Lifeboat', at: now }]);
    }
    return null;
  }
}
