import type { Severity } from '../core/dr-event.js';
import { personOf, tenantOf, type Contact, type NotificationLevel } from '../core/estate.js';
import type { JournalEntry } from '../core/event.js';
import { stepOf } from '../core/plan.js';
import { mutedBecause } from '../core/muted.js';
import { levelOf, systemOf } from '../core/policies.js';
import type { State } from '../core/state.js';
import { calledFirst } from '../core/on-call/now.js';
import { routeOf } from '../core/routes.js';
import type { Wanted } from '../ports/outbox.js';
import { levelSends } from './levels.js';
import { isQuiet } from './pages.js';

/** Mail and SMS that an entry makes wanted: incidents and what became of a move, to the contacts of the tenant and of the provider. */
export function wantedForContacts(entries: readonly JournalEntry[], state: State): Wanted[] {
  const level = (contact: Contact, tenant: string | null): NotificationLevel => levelOf(state.estate!, contact, tenant);
  return entries.flatMap((entry) => {
    const { event } = entry;
    if (event.type === 'incident.opened') {
      const { incident } = event;
      // What an open incident at the same site explains sends nothing of its own.
      if (mutedBecause(incident, state, entry.at) !== null) return [];
      const isSiteEvent = incident.events[0]?.entityClass === 'site';
      // Who is called hears of it by the call.
      const called = calledFirst(incident, state, entry.at);
      return recipients(state, incident.tenant).filter((contact) => !called.includes(contact.user) && levelSends(level(contact, incident.tenant), incident.severity, isSiteEvent) && !waits(contact, incident.severity, state, entry.at))
        .flatMap((contact) => byRoute(messages(contact, 'notification', incident.id, entry), incident.tenant, incident.severity, state));
    }
    if (event.type === 'event.raised' && event.incident !== null) {
      // dup_event_processing=no: every report is sent, also while its incident is open. The first is the opening itself.
      const incident = state.incidents.get(event.incident);
      const opens = entries.some((each) => each.event.type === 'incident.opened' && each.event.incident.id === event.incident && each.seq === entry.seq - 1) || event.event.occurredAt === incident?.openedAt;
      if (!incident || opens || mutedBecause(incident, state, entry.at) !== null || !repeats(state, event.event.tenant)) return [];
      return recipients(state, incident.tenant).filter((contact) => levelSends(level(contact, incident.tenant), event.event.severity, event.event.entityClass === 'site') && !waits(contact, event.event.severity, state, entry.at))
        .flatMap((contact) => byRoute(messages(contact, 'notification', incident.id, entry, `:again.${entry.seq}`), incident.tenant, event.event.severity, state));
    }
    if (event.type === 'incident.told') {
      const incident = state.incidents.get(event.incident);
      if (!incident || mutedBecause(incident, state, entry.at) !== null) return [];
      return recipients(state, incident.tenant).filter((contact) => levelSends(level(contact, incident.tenant), incident.severity, incident.events[0]?.entityClass === 'site')).flatMap((contact) => messages(contact, 'notification', incident.id, entry, `:told.${entry.seq}`));
    }
    if (event.type === 'incident.resolved') {
      const incident = state.incidents.get(event.incident);
      if (!incident || mutedBecause(incident, state, entry.at) !== null) return [];
      return recipients(state, incident.tenant).filter((contact) => levelSends(level(contact, incident.tenant), incident.severity, false) && !waits(contact, 'info', state, entry.at)).flatMap((contact) => messages(contact, 'notification', incident.id, entry, ':resolved').filter((message) => message.surface === 'email'));
    }
    if (event.type === 'step.finished' && event.outcome === 'done') {
      // A runbook's own words to the contacts; those to the channel are told in the run's thread.
      const run = state.runs.get(event.run);
      const step = run && stepOf(run.plan, event.step);
      if (!run || step?.kind !== 'notify' || step.args.to !== 'contacts') return [];
      return recipients(state, run.plan.tenant).filter((contact) => level(contact, run.plan.tenant) !== 'disable').flatMap((contact) => messages(contact, 'story', event.run, entry, `/${step.id}`).filter((message) => message.surface === 'email'));
    }
    if (event.type === 'glass.broken') {
      const run = state.runs.get(event.run);
      return run ? recipients(state, run.plan.tenant).flatMap((contact) => messages(contact, 'story', event.run, entry, `/glass.${event.epoch}`)) : [];
    }
    if (event.type === 'plan.granted' && event.under !== undefined) {
      const run = state.runs.get(event.run);
      return run ? recipients(state, run.plan.tenant).flatMap((contact) => messages(contact, 'story', event.run, entry, `/${event.under}`)) : [];
    }
    if (event.type === 'run.finished') {
      const run = state.runs.get(event.run);
      if (!run || run.plan.gate.people === 0) return [];
      return recipients(state, run.plan.tenant).filter((contact) => level(contact, run.plan.tenant) !== 'disable').flatMap((contact) => messages(contact, 'run-outcome', event.run, entry).filter((message) => message.surface === 'email'));
    }
    return [];
  });
}

/** What is not critical waits until a person's quiet hours are over; a digest tells it then. */
const waits = (contact: Contact, severity: Severity, state: State, at: number): boolean => {
  const person = personOf(state.estate!, contact.user);
  return severity !== 'critical' && person !== undefined && isQuiet(person, state, at);
};

/** A contact's addresses are used as they are, unless the estate says which ways a severity takes. */
const byRoute = (rows: readonly Wanted[], tenant: string | null, severity: Severity, state: State): Wanted[] => {
  const ways = routeOf(state.estate!, tenant, severity);
  return rows.filter(({ surface }) => ways === null || (ways as readonly string[]).includes(surface));
};

const repeats = (state: State, tenant: string | null): boolean => { const found = tenantOf(state.estate!, tenant ?? ''); return found !== undefined && !systemOf(found).dupEventProcessing; };

/** The tenant's own contacts and the provider's; never another tenant's (DESIGN.md section 8). */
const recipients = (state: State, tenant: string | null): Contact[] => (state.estate?.contacts ?? []).filter((contact) => contact.tenant === null || contact.tenant === tenant);

function messages(contact: Contact, view: string, id: string, entry: JournalEntry, suffix = ''): Wanted[] {
  const common = { threadKey: null, subject: { view, id, seq: entry.seq }, tenant: contact.tenant, wanted: entry.seq, editable: false } as const;
  const to = (surface: 'email' | 'sms', identity: string): Wanted => ({ ...common, key: `${view}:${id}${suffix}/${surface}/${identity}`, surface, target: { kind: 'person', person: contact.user, identity } });
  return [...(contact.email === null ? [] : [to('email', contact.email)]), ...(contact.pager === undefined ? [] : [to('email', contact.pager)]), ...(contact.phone === null ? [] : [to('sms', contact.phone)])];
}
