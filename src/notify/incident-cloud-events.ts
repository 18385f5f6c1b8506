import type { DrEvent, Incident } from '../core/dr-event.js';
import type { JournalEntry } from '../core/event.js';
import type { IncidentId, Json, TenantName } from '../core/names.js';

/** What is told of an incident, as CloudEvents 1.0 in their JSON form. `id` is the journal's own number: the same event keeps it however often it is sent. */
export interface IncidentCloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: `lifeboat.incident.${'opened' | 'event' | 'acknowledged' | 'proposed' | 'resolved'}`;
  readonly subject: IncidentId;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** An extension attribute, so that a receiver routes by it without reading the data. Absent: of no tenant. */
  readonly tenant?: TenantName;
  readonly severity: Incident['severity'];
  readonly data: Json;
}

export interface IncidentFeed {
  /** `lifeboat/ESTATE`. */
  readonly source: string;
  /** null: all. */
  readonly tenant: TenantName | null;
  readonly incident: (id: IncidentId) => Incident | undefined;
  readonly redact: (text: string) => string;
}

/** What a receiver hears of the entries, in their order: what opened, what joined it, who looks after it, which run was proposed, what is over. `before`: the entry in front of the first. Pure. */
export function incidentCloudEvents(entries: readonly JournalEntry[], before: JournalEntry | null, { source, tenant, incident, redact }: IncidentFeed): IncidentCloudEvent[] {
  const told: IncidentCloudEvent[] = [];
  let last = before;
  for (const entry of entries) {
    const { event } = entry;
    const opened = last?.event.type === 'incident.opened' ? last.event.incident.id : null;
    last = entry;
    const tell = (kind: 'opened' | 'event' | 'acknowledged' | 'proposed' | 'resolved', of: Incident | undefined, more: { [field: string]: Json }): void => {
      if (of === undefined || (tenant !== null && of.tenant !== tenant)) return;
      told.push({
        specversion: '1.0', id: `journal-${entry.seq}`, source, type: `lifeboat.incident.${kind}`, subject: of.id, time: new Date(entry.at).toISOString(), datacontenttype: 'application/json', ...(of.tenant === null ? {} : { tenant: of.tenant }), severity: of.severity,
        data: { incident: of.id, title: redact(of.title), tenant: of.tenant, site: of.site, causedBy: of.causedBy, ...more },
      });
    };
    if (event.type === 'incident.opened') tell('opened', event.incident, { event: wordsOf(event.incident.events[0], redact) });
    // The event that opened it stands in the entry that says so.
    else if (event.type === 'event.raised' && event.incident !== null && event.incident !== opened) tell('event', incident(event.incident), { event: wordsOf(event.event, redact) });
    else if (event.type === 'incident.acknowledged') tell('acknowledged', incident(event.incident), { by: event.by, until: event.until === undefined ? null : new Date(event.until).toISOString() });
    else if (event.type === 'incident.proposed') tell('proposed', incident(event.incident), { run: event.run });
    else if (event.type === 'incident.resolved') tell('resolved', incident(event.incident), { ...(event.closed === undefined ? {} : { closedBy: event.closed.by, reason: redact(event.closed.reason) }), evidence: event.evidence.slice(0, 5).map(({ saw, by, at }) => ({ saw: redact(saw), by: redact(by), at: new Date(at).toISOString() })) });
  }
  return told;
}

const wordsOf = (event: DrEvent | undefined, redact: (text: string) => string): Json => (event === undefined ? null : {
  name: event.name, severity: event.severity, entityClass: event.entityClass, entity: event.entity, description: redact(event.description), occurredAt: new Date(event.occurredAt).toISOString(), source: event.source,
});
