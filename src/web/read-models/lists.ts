import { sees, type Person } from '../../core/estate.js';
import type { DrEvent, Incident } from '../../core/dr-event.js';
import type { JournalEntry } from '../../core/event.js';
import { actorName, type Millis } from '../../core/names.js';
import type { State } from '../../core/state.js';
import type { OutboxRow } from '../../ports/outbox.js';
import { entryWords } from '../entry-words.js';
import { runFor, seesEntry } from './visible.js';

export interface IncidentModel extends Omit<Incident, 'events' | 'key'> { readonly events: readonly Omit<DrEvent, 'key'>[] }

/** Open ones first, then the newest. */
export function incidentsFor(state: State, person: Person, limit: number): IncidentModel[] {
  const visible = (id: string | null): string | null => { const incident = id === null ? undefined : state.incidents.get(id); return incident && sees(person, incident.tenant) ? incident.id : null; };
  return [...state.incidents.values()].filter((incident) => sees(person, incident.tenant))
    .toSorted((a, b) => Number(a.resolvedAt !== null) - Number(b.resolvedAt !== null) || b.openedAt - a.openedAt).slice(0, limit)
    .map(({ key: _key, events, ...incident }) => ({
      ...incident, causedBy: visible(incident.causedBy), proposedRun: incident.proposedRun !== null && runFor(state, person, incident.proposedRun) ? incident.proposedRun : null,
      events: events.filter((event) => sees(person, event.tenant ?? incident.tenant)).map(({ key: _eventKey, ...event }) => event),
    }));
}

export interface MailModel {
  readonly key: string;
  readonly surface: 'email' | 'sms';
  readonly to: string;
  readonly about: string;
  readonly status: OutboxRow['status'];
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Millis;
  readonly sentAt: Millis | null;
  /** false: addressed to somebody else, so that its text stays theirs. */
  readonly readable: boolean;
}

/** What goes to one person alone may carry that person's codes: others read it only where nothing is real. */
export const mayRead = (state: State, person: Person, row: OutboxRow): boolean =>
  sees(person, row.tenant) && (state.estate?.simulated === true || row.target.kind === 'channel' || row.target.person === person.name);

export const mailFor = (state: State, person: Person, rows: readonly OutboxRow[]): MailModel[] =>
  rows.filter((row) => sees(person, row.tenant) && (row.surface === 'email' || row.surface === 'sms')).map((row) => ({
    key: row.key, surface: row.surface as 'email' | 'sms', to: row.target.kind === 'channel' ? row.target.channel : `${row.target.person} (${row.target.identity})`, about: `${row.subject.view} ${row.subject.id}`,
    status: row.status, attempts: row.attempts, lastError: row.lastError, createdAt: row.createdAt, sentAt: row.sentAt, readable: mayRead(state, person, row),
  }));

export interface EntryModel {
  /** Where it stands: `1234` in the whole journal for the provider's people; for others `run:R-12 5` in a run of their own, or nothing, because a number would count what other tenants do. */
  readonly place: string;
  readonly at: Millis;
  readonly actor: string;
  readonly type: string;
  readonly says: string;
  readonly digest: string;
}

export const entriesFor = (person: Person, entries: readonly JournalEntry[]): EntryModel[] =>
  entries.filter((entry) => seesEntry(person, entry)).map((entry) => ({ place: placeFor(person, entry), at: entry.at, actor: actorName(entry.actor), type: entry.event.type, says: entryWords(entry), digest: entry.digest.slice(0, 12) }));

function placeFor(person: Person, { seq, stream, streamSeq }: JournalEntry): string {
  if (person.tenants === 'all') return String(seq);
  return stream.startsWith('run:') ? `${stream} ${streamSeq}` : '';
}
