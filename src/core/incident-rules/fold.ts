import type { DrEvent, Incident } from '../dr-event.js';
import type { JournalEvent } from '../event.js';
import type { IncidentId, Millis, SilenceId } from '../names.js';
import { isWorse, kindKey, noneFolded, noTellings, tenantKey, withFolded, withOpening, type IncidentBook } from './book.js';
import { tellsOfLostSite } from './inhibition.js';
import { timesTold } from './told.js';
import { firstCriticalsMax, isWave, stormName } from './storm.js';

/** Events kept with an incident; all of them are in the journal. */
const eventsKept = 20;

/** What an entry does to the incidents, for the journal's state and for the batch that a writer puts together. */
export function foldIncidents(book: IncidentBook, event: JournalEvent, at: Millis): void {
  switch (event.type) {
    case 'incident.opened': return opened(book, event.incident, at);
    case 'event.raised': return raised(book, event, at);
    case 'incident.proposed': return change(book, event.incident, { proposedRun: event.run });
    case 'incident.acknowledged':
      change(book, event.incident, { acknowledged: { by: event.by, at, until: event.until ?? null } });
      if (event.until === undefined) book.acknowledged.delete(event.incident); else book.acknowledged.set(event.incident, event.until);
      return;
    case 'incident.unacknowledged': return unacknowledged(book, event.incident);
    case 'incident.muted': return muted(book, event, at);
    case 'incident.told': return told(book, event.incident, event.because, at);
    case 'incident.resolved': return resolved(book, event, at);
    case 'silence.added': book.silences.set(event.silence.id, { ...event.silence, endedAt: null, endedBy: null, kept: 0, lastAt: null, endingToldAt: null }); return;
    case 'silence.ending': {
      const silence = book.silences.get(event.silence);
      if (silence) book.silences.set(silence.id, { ...silence, endingToldAt: at });
      return;
    }
    case 'silence.ended': {
      const silence = book.silences.get(event.silence);
      if (silence) book.silences.set(silence.id, { ...silence, endedAt: at, endedBy: event.by });
      return;
    }
    default: return;
  }
}

function change(book: IncidentBook, id: IncidentId, by: Partial<Incident>): void {
  const incident = book.incidents.get(id);
  if (incident) book.incidents.set(id, { ...incident, ...by });
}

function opened(book: IncidentBook, incident: Incident, at: Millis): void {
  const { id, events: [first] } = incident;
  book.incidents.set(id, incident.told === 1 ? { ...incident, toldAt: at } : incident);
  if (incident.resolvedAt === null) book.open.set(incident.key, id);
  book.openings.set(incident.key, withOpening(book.openings.get(incident.key), id, at));
  if (incident.flapping !== undefined) {
    book.flapping.set(id, true);
    if (incident.told === 1) book.calming.set(incident.key, id);
  }
  if (first && tellsOfLostSite(first)) book.lostSites.set(first.entity, id);
  if (incident.silencedBy !== undefined) keptBack(book, incident.silencedBy, at);
  const tenant = tenantKey(incident.tenant);
  const tellings = book.tellings.get(tenant) ?? noTellings;
  if (first?.name === stormName) {
    book.tellings.set(tenant, { ...tellings, storm: id, stormAt: at, beside: tellings.at.length });
    return;
  }
  const isTold = incident.told === 1;
  if (isTold) book.tellings.set(tenant, { ...tellings, at: [...tellings.at, at].slice(-firstCriticalsMax), beside: tellings.beside + (tellings.storm === null ? 0 : 1) });
  // What its cause or a silence keeps back is no part of a wave: it would be told with the wrong message.
  if (incident.causedBy === null && incident.silencedBy === undefined && first) {
    const kind = book.kinds.get(kindKey(first));
    const wave = isWave(kind, kind && book.incidents.get(kind.head), at) ? kind : { head: id, told: 0, lastAt: at };
    book.kinds.set(kindKey(first), { ...wave, told: wave.told + (isTold ? 1 : 0), lastAt: at });
  }
  if (incident.group !== undefined) foldUnder(book, incident, incident.group, at);
}

function keptBack(book: IncidentBook, id: SilenceId, at: Millis): void {
  const silence = book.silences.get(id);
  if (silence) book.silences.set(id, { ...silence, kept: silence.kept + 1, lastAt: at });
}

function foldUnder(book: IncidentBook, incident: Incident, head: IncidentId, at: Millis): void {
  book.folded.set(head, withFolded(book.folded.get(head) ?? noneFolded, incident));
  const tellings = book.tellings.get(tenantKey(incident.tenant));
  if (tellings?.storm === head) book.tellings.set(tenantKey(incident.tenant), { ...tellings, stormAt: at });
}

function raised(book: IncidentBook, { event, incident: id }: Extract<JournalEvent, { type: 'event.raised' }>, at: Millis): void {
  const incident = id === null ? undefined : book.incidents.get(id);
  if (!incident) return;
  book.incidents.set(incident.id, { ...incident, lastAt: at, count: incident.count + 1, events: [...incident.events.slice(1 - eventsKept), event], ...(!event.over && isWorse(event.severity, incident.severity) ? { severity: event.severity } : {}), ...conditionsAfter(incident, event) });
}

/** What a source still says to be wrong, see `DrEvent.condition`. */
function conditionsAfter({ conditions = [] }: Incident, { condition, over }: DrEvent): Pick<Incident, 'conditions'> {
  if (condition === undefined) return {};
  if (over) return { conditions: conditions.filter((each) => each !== condition) };
  return conditions.includes(condition) ? {} : { conditions: [...conditions, condition] };
}

function unacknowledged(book: IncidentBook, id: IncidentId): void {
  const incident = book.incidents.get(id);
  if (!incident) return;
  const { acknowledged: _over, ...rest } = incident;
  book.incidents.set(id, rest);
  book.acknowledged.delete(id);
}

function muted(book: IncidentBook, { incident: id, cause, group, silence }: Extract<JournalEvent, { type: 'incident.muted' }>, at: Millis): void {
  const incident = book.incidents.get(id);
  if (!incident) return;
  const { silencedBy: _silence, ...rest } = incident;
  const now: Incident = { ...rest, causedBy: cause ?? null, ...(group === undefined ? {} : { group }), ...(silence === undefined ? {} : { silencedBy: silence }) };
  book.incidents.set(id, now);
  if (silence !== undefined) keptBack(book, silence, at);
  if (group !== undefined && incident.group === undefined) foldUnder(book, now, group, at);
}

function told(book: IncidentBook, id: IncidentId, toldBecause: NonNullable<Incident['toldBecause']>, at: Millis): void {
  const incident = book.incidents.get(id);
  if (!incident) return;
  const { silencedBy: _silence, group, ...rest } = incident;
  book.incidents.set(id, { ...rest, causedBy: null, told: timesTold(incident) + 1, toldAt: at, toldBecause });
  if (toldBecause === 'flapping-over' || toldBecause === 'calm') book.calming.delete(incident.key);
  const counted = group === undefined ? undefined : book.folded.get(group);
  // It speaks for itself now; the head counts it among those that came, no more among those that are open under it.
  if (counted && group !== undefined && incident.resolvedAt === null) book.folded.set(group, { ...counted, open: counted.open - 1 });
}

function resolved(book: IncidentBook, { incident: id, closed }: Extract<JournalEvent, { type: 'incident.resolved' }>, at: Millis): void {
  const incident = book.incidents.get(id);
  if (!incident || incident.resolvedAt !== null) return;
  book.incidents.set(id, { ...incident, resolvedAt: at, ...(closed === undefined ? {} : { closed }) });
  if (book.open.get(incident.key) === id) book.open.delete(incident.key);
  book.acknowledged.delete(id);
  book.flapping.delete(id);
  const first = incident.events[0];
  if (first && tellsOfLostSite(first) && book.lostSites.get(first.entity) === id) book.lostSites.delete(first.entity);
  const counted = incident.group === undefined ? undefined : book.folded.get(incident.group);
  if (counted) book.folded.set(incident.group!, { ...counted, open: counted.open - 1 });
  const tellings = book.tellings.get(tenantKey(incident.tenant));
  if (tellings?.storm === id) book.tellings.set(tenantKey(incident.tenant), { ...tellings, storm: null, beside: 0 });
}
