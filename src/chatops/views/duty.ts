import { sees, type Person } from '../../core/estate.js';
import type { Incident } from '../../core/dr-event.js';
import type { JournalEntry } from '../../core/event.js';
import { isLookedAfter } from '../../core/incident-rules/told.js';
import { mutedBecause } from '../../core/muted.js';
import { isTerminal, type RunState } from '../../core/run-state.js';
import { openIncidents, pendingWork, type State } from '../../core/state.js';
import { badges } from './run.js';
import type { ViewContext, ViewOf } from './view.js';
import type { ViewData } from './schemas.js';
import { personWords } from './words.js';

/** A card that is longer is read by nobody. */
const incidentsShown = 12;
const runsShown = 12;

/** What somebody who begins a shift has to know, cut to what he may see. */
export function handoverView({ event }: JournalEntry, reader: Person, state: State, { now }: ViewContext): ViewOf<'handover'> | null {
  if (event.type !== 'shift.changed') return null;
  const open = openIncidents(state).filter((incident) => sees(reader, incident.tenant) && mutedBecause(incident, state, now) === null);
  return {
    name: 'handover', names: ['handover'], tone: open.some(({ severity }) => severity === 'critical') ? 'critical' : 'info',
    data: {
      schedule: event.schedule, from: event.from === null ? null : personWords(state.estate, event.from), to: event.to === null ? null : personWords(state.estate, event.to), until: event.until, yours: event.to === reader.name,
      ...briefs(open, state, now), runs: briefRuns([...state.runs.values()].filter((run) => !isTerminal(run.status) && sees(reader, run.plan.tenant))), remaining: remaining(reader, state),
      next: [{ does: 'who is on call when', command: `query on_call ${event.schedule}` }, ...(open.length > 0 ? [{ does: 'all open incidents', command: 'query incident' }] : [])],
    },
  };
}

/** What happened in a time, for one who was not told one by one. Null: there is nothing to say. */
export function digestView({ event }: JournalEntry, reader: Person, held: readonly Incident[], state: State, { now }: ViewContext): ViewOf<'digest'> | null {
  if (event.type !== 'digest.made') return null;
  const { from, until, because } = event;
  const inTime = (at: number | null): boolean => at !== null && at >= from && at < until;
  const incidents = because === 'quiet-hours' ? held : [...state.incidents.values()].filter((incident) => (inTime(incident.openedAt) || inTime(incident.resolvedAt)) && sees(reader, incident.tenant) && mutedBecause(incident, state, until) === null);
  const runs = because === 'quiet-hours' ? [] : [...state.runs.values()].filter((run) => inTime(run.finishedAt) && sees(reader, run.plan.tenant));
  if (because === 'quiet-hours' && incidents.length === 0) return null;
  return {
    name: 'digest', names: ['digest'], tone: 'info',
    data: { reader: reader.displayName, from, until, quietHours: because === 'quiet-hours', ...briefs(incidents, state, now), runs: briefRuns(runs), remaining: remaining(reader, state), next: [{ does: 'all incidents', command: 'query incident' }, { does: 'all runs', command: 'query run' }] },
  };
}

type Brief = ViewData<'digest'>['incidents'][number];
const severities = ['critical', 'warning', 'info'] as const;

function briefs(incidents: readonly Incident[], state: State, now: number): { readonly incidents: Brief[]; readonly incidentsLeftOut: number } {
  const sorted = incidents.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.openedAt - b.openedAt);
  return {
    incidents: sorted.slice(0, incidentsShown).map((incident) => {
      const { id, severity, title, tenant, openedAt, resolvedAt } = incident;
      return { id, severity, title, tenant, openedAt, resolvedAt, lookedAfterBy: isLookedAfter(incident, now) ? personWords(state.estate, incident.acknowledged!.by) : null };
    }),
    incidentsLeftOut: Math.max(0, sorted.length - incidentsShown),
  };
}

const briefRuns = (runs: readonly RunState[]): ViewData<'digest'>['runs'] => runs.slice(-runsShown).map((run) => ({ run: run.plan.run, title: run.plan.title, badge: badges[run.status] }));

/** Cleanup and resync that somebody still has to ask for. */
const remaining = (reader: Person, state: State): { does: string; command: string }[] =>
  [...new Map(pendingWork(state).filter(({ tenant }) => sees(reader, tenant)).map((work) => [`${work.work}/${work.site}`, { does: `${work.work} ${work.site} (${work.because})`, command: `${work.work} site ${work.site}` }])).values()];
