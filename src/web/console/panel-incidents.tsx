import type { IncidentModel } from '../read-models/lists.js';
import { Badge, severityTone } from './badge.js';
import { EvidenceList } from './evidence.js';
import { counted, dayAndTime } from './format.js';
import { useResource } from './hooks.js';
import { Nothing, ProblemNote, Waiting } from './notice.js';

export function IncidentsPanel({ version, onRun }: { readonly version: number; readonly onRun: (run: string) => void }) {
  const { data, problem } = useResource<{ incidents: IncidentModel[] }>('/api/incidents', version);
  if (problem && !data) return <ProblemNote problem={problem} />;
  if (!data) return <Waiting what="incidents" />;
  if (data.incidents.length === 0) return <Nothing>No incident: nothing has failed that Lifeboat knows of.</Nothing>;
  return <ul class="list">{data.incidents.map((incident) => <li key={incident.id}><IncidentView incident={incident} onRun={onRun} /></li>)}</ul>;
}

function IncidentView({ incident, onRun }: { readonly incident: IncidentModel; readonly onRun: (run: string) => void }) {
  const { proposedRun } = incident;
  return (
    <article class="block">
      <h3>{incident.id} {incident.title}</h3>
      <p class="facts">
        {incident.resolvedAt === null ? <Badge tone={severityTone(incident.severity)}>{`Open, ${incident.severity}`}</Badge> : <Badge tone="good">{`Resolved ${dayAndTime(incident.resolvedAt)}`}</Badge>}
        {incident.closed === undefined ? null : <span>closed by {incident.closed.by}: {incident.closed.reason}</span>}
        <span>since {dayAndTime(incident.openedAt)}</span>
        <span>{incident.tenant ?? 'provider'}{incident.site === null ? '' : ` · ${incident.site}`}</span>
        <span>{counted(incident.count, 'event')}</span>
        {incident.causedBy === null ? null : <span>caused by {incident.causedBy}</span>}
        {incident.group === undefined ? null : <span>counted under {incident.group}</span>}
        {incident.silencedBy === undefined ? null : <span>silenced by {incident.silencedBy}</span>}
        {incident.resolvedAt !== null || incident.acknowledged === undefined ? null : <span>{incident.acknowledged.by} looks after it{incident.acknowledged.until === null ? '' : ` until ${dayAndTime(incident.acknowledged.until)}`}</span>}
      </p>
      {proposedRun === null ? null : <p><button type="button" onClick={() => { onRun(proposedRun); }}>Open proposed run {proposedRun}</button></p>}
      <details>
        <summary>Events and evidence</summary>
        {incident.events.map((event, index) => (
          <div key={index} class="event"><p><strong>{event.name}</strong> {event.description} <small>{dayAndTime(event.occurredAt)}, from {event.source}</small></p><EvidenceList evidence={event.evidence} /></div>
        ))}
      </details>
    </article>
  );
}
