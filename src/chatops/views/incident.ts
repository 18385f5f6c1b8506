import { eventNamed } from '../../core/event-catalogue/catalogue.js';
import { isLookedAfter } from '../../core/incident-rules/told.js';
import { toldWords } from '../../core/incident-rules/words.js';
import type { Incident } from '../../core/dr-event.js';
import { isTerminal } from '../../core/run-state.js';
import type { State } from '../../core/state.js';
import type { ViewData } from './schemas.js';
import { badges } from './run.js';
import { approveCommand } from './words.js';
import type { ViewContext, ViewOf } from './view.js';

function data(incident: Incident, state: State, { now, linkTo }: ViewContext): ViewData<'incident'> {
  const event = incident.events.at(-1) ?? null;
  const run = incident.proposedRun === null ? undefined : state.runs.get(incident.proposedRun);
  const seen = incident.events.flatMap((each) => each.evidence).toSorted((a, b) => b.at - a.at);
  return {
    id: incident.id, event: event?.name ?? 'EVENT', severity: incident.severity, title: incident.title, tenant: incident.tenant, site: incident.site, entityClass: event?.entityClass ?? 'system', entity: event?.entity ?? '',
    description: event?.description ?? '', openedAt: incident.openedAt, lastAt: incident.lastAt, times: incident.count, resolvedAt: incident.resolvedAt, closed: incident.closed ?? null,
    // What each observer saw last; older looks are in the journal.
    evidence: seen.filter((each, index) => seen.findIndex((other) => other.by === each.by && other.saw === each.saw) === index).slice(0, 6).map(({ saw, by, at }) => ({ saw, by, at })),
    proposal: run ? { run: run.plan.run, title: run.plan.title, badge: badges[run.status], open: !isTerminal(run.status) } : null,
    means: eventNamed(event?.name ?? '')?.means ?? null,
    reaction: incident.resolvedAt !== null ? null : eventNamed(event?.name ?? '')?.reaction ?? null,
    lookedAfter: incident.resolvedAt === null && isLookedAfter(incident, now) ? { by: incident.acknowledged!.by, until: incident.acknowledged!.until } : null,
    toldBecause: incident.toldBecause === undefined ? null : toldWords[incident.toldBecause], explainedBy: incident.causedBy, again: incident.again ?? null, flapping: incident.flapping ?? null,
    folded: foldedUnder(incident, state),
    pageUrl: linkTo?.(incident.id) ?? null,
    next: incident.resolvedAt !== null ? [] : run && run.status === 'proposed' ? [{ does: 'read the plan', command: `review ${run.plan.run}` }, { does: 'approve', command: approveCommand(run.plan) }] : [{ does: 'everything seen so far', command: `query incident ${incident.id}` }, { does: 'say that you look after it', command: `acknowledge ${incident.id}` }],
    asOf: now,
  };
}

/** Their names are the tenant's own: who sees the head sees them. */
function foldedUnder(incident: Incident, state: State): ViewData<'incident'>['folded'] {
  const folded = state.incidentIndex.folded.get(incident.id);
  if (!folded) return null;
  const first = folded.first.flatMap((id) => { const each = state.incidents.get(id); return each ? [`${id} ${each.events[0]?.entity ?? ''}`.trim()] : []; });
  return { total: folded.count, open: folded.open, critical: folded.critical, kinds: Object.entries(folded.kinds).toSorted(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`), first, command: `query incident group=${incident.id}` };
}

const tone = (incident: Incident): 'good' | 'critical' | 'warning' | 'info' => (incident.resolvedAt !== null ? 'good' : incident.severity);

/** The card in the channel: what was seen, by whom, how old, and the run that Lifeboat proposes. */
export function incidentView(incident: Incident, state: State, context: ViewContext): ViewOf<'incident'> {
  return { name: 'incident', names: [`incident-${incident.severity}`, 'incident'], tone: tone(incident), data: data(incident, state, context) };
}

/** The same for mail and SMS. A template of the event's own name (`HOST_FAILURE.sms.hbs`) wins over the severity's and the default. */
export function notificationView(incident: Incident, state: State, context: ViewContext): ViewOf<'notification'> {
  const event = incident.events.at(-1)?.name;
  return { name: 'notification', names: [...(event ? [event] : []), `notification-${incident.severity}`, 'notification'], tone: tone(incident), data: data(incident, state, context) };
}
