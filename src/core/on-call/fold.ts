import type { Estate } from '../estate.js';
import type { JournalEntry } from '../event.js';
import type { IncidentId, Millis, PersonName } from '../names.js';
import type { OnCallSchedule, Override, Shift } from './duty.js';
import type { Escalation } from './escalation.js';

/** What the journal knows of who is called. */
export interface DutyState {
  /** Those that were not taken back, oldest first. */
  overrides: readonly Override[];
  overridesMade: number;
  /** By schedule: what its calendar said last. */
  calendars: Map<string, { readonly shifts: readonly Shift[]; readonly unknown: readonly string[]; readonly at: Millis }>;
  /** By schedule: who was told last to be on call. */
  onDuty: Map<string, PersonName | null>;
  escalations: Map<IncidentId, Escalation>;
  /** Of incidents that are over, the newest last: their messages may still have to say so. */
  endedEscalations: Map<IncidentId, Escalation>;
  /** By person: until when a digest has told everything. */
  digests: Map<PersonName, Millis>;
}

const endedKept = 200;

export const noDuty = (): DutyState => ({ overrides: [], overridesMade: 0, calendars: new Map(), onDuty: new Map(), escalations: new Map(), endedEscalations: new Map(), digests: new Map() });

/** `before`: the estate in use until this entry. */
export function foldDuty(duty: DutyState, { event, at }: JournalEntry, before: Pick<Estate, 'onCall'> | null = null): void {
  switch (event.type) {
    case 'estate.imported': forget(duty, before?.onCall ?? [], event.estate.onCall ?? []); break;
    case 'override.added':
      duty.overrides = [...duty.overrides, event.override];
      duty.overridesMade += 1;
      break;
    case 'override.removed': duty.overrides = duty.overrides.filter(({ id }) => id !== event.override); break;
    case 'calendar.read': duty.calendars.set(event.schedule, { shifts: event.shifts, unknown: event.unknown, at }); break;
    case 'shift.changed': duty.onDuty.set(event.schedule, event.to); break;
    case 'escalation.started': duty.escalations.set(event.incident, { policy: event.policy, steps: event.steps, repeat: event.repeat, startedAt: at, taken: 0, lastAt: null, paged: [], unreached: [], hurry: false }); break;
    case 'incident.paged': {
      const escalation = duty.escalations.get(event.incident);
      if (escalation) duty.escalations.set(event.incident, { ...escalation, taken: event.level + 1, lastAt: at, paged: [...escalation.paged, { at, people: event.people }], unreached: [], hurry: event.people.length === 0 });
      break;
    }
    case 'page.unreached': {
      const escalation = duty.escalations.get(event.incident);
      if (escalation && event.level === escalation.taken - 1) duty.escalations.set(event.incident, { ...escalation, unreached: [...escalation.unreached, event.person], hurry: escalation.hurry || event.last });
      break;
    }
    case 'digest.made': duty.digests.set(event.person, event.until); break;
    // What is over calls nobody any more.
    case 'incident.resolved': {
      const escalation = duty.escalations.get(event.incident);
      if (!escalation) break;
      duty.escalations.delete(event.incident);
      duty.endedEscalations.set(event.incident, escalation);
      for (const oldest of duty.endedEscalations.keys()) { if (duty.endedEscalations.size <= endedKept) break; duty.endedEscalations.delete(oldest); }
      break;
    }
    default: break;
  }
}

/** What was known of a schedule that is gone, or of a calendar that another one took the place of, is not true of the next one under that name. */
function forget(duty: DutyState, before: readonly OnCallSchedule[], after: readonly OnCallSchedule[]): void {
  const addressOf = (schedules: readonly OnCallSchedule[], name: string): string | null => { const source = schedules.find((each) => each.name === name)?.source; return source?.kind === 'calendar' ? source.url : null; };
  for (const { name } of before) {
    const address = addressOf(after, name);
    if (address === null || address !== addressOf(before, name)) duty.calendars.delete(name);
    if (after.some((each) => each.name === name)) continue;
    duty.onDuty.delete(name);
    duty.overrides = duty.overrides.filter(({ schedule }) => schedule !== name);
  }
}
