import { clockTime as exactTime } from '../core/clock-time.js';
import { personOf, sees } from '../core/estate.js';
import { isLookedAfter } from '../core/incident-rules/told.js';
import { shiftsAhead } from '../core/on-call/duty.js';
import { stepsOf } from '../core/on-call/escalation.js';
import { dutyNow, dutyQuestion, nextCall } from '../core/on-call/now.js';
import { surfacesFor } from '../core/routes.js';
import { row, zone, type Asked, type Entry, type Table } from './asked.js';
import type { CommandClass } from './grammar.js';
import { seesSchedule } from './on-call.js';

const weekMs = 7 * 86_400_000;
const severities = ['critical', 'warning', 'info'] as const;

function waysOf(asked: Asked, name: string): string[] {
  const person = personOf(asked.estate, name);
  if (!person) return ['nobody of the estate'];
  const chats = asked.state.links.filter((link) => link.person === name && link.surface !== 'web').map(({ surface }) => surface);
  return [...new Set([...chats, ...(person.email === null ? [] : ['email']), ...(person.phone === null ? [] : ['sms'])])];
}

export const onCallTables = {
  /** Who is on call now, and the shifts of the weeks ahead. */
  on_call: (asked) => (asked.estate.onCall ?? []).filter((schedule) => seesSchedule(asked.person, schedule)).map((schedule): Entry => {
    const duty = dutyNow(asked.state, schedule, asked.now);
    const ahead = shiftsAhead(dutyQuestion(asked.state, schedule), asked.now, asked.now + 8 * weekMs, 9).filter(({ from }) => from > asked.now);
    const calendar = asked.state.duty.calendars.get(schedule.name);
    const at = (when: number): string => exactTime(when, zone(asked), 'minute', true);
    return { name: schedule.name, block: [
      row('On-call schedule', schedule.name), row('Tenants', schedule.tenants === 'all' ? 'all' : schedule.tenants), row('On call now', duty ? `${duty.person} until ${at(duty.until)}${duty.override === null ? '' : ` (${duty.override})`}` : 'NOBODY'), ...(duty ? [row('Reached by', waysOf(asked, duty.person))] : []),
      row('Then', ahead.map((each) => `${each.person} ${at(each.from)} to ${at(each.until)}${each.override === null ? '' : ` (${each.override})`}`)),
      row('Comes from', schedule.source.kind === 'rotation' ? `rotation of ${schedule.source.people.join(', ')}, every ${schedule.source.shiftDays} days at ${schedule.source.handover} ${schedule.timeZone ?? asked.estate.timeZone}` : calendar ? `calendar, as it was read ${at(calendar.at)}` : 'calendar, not read yet'),
      ...(calendar && calendar.unknown.length > 0 ? [row('Nobody of the estate', calendar.unknown)] : []),
    ] };
  }),

  /** Those that hold or lie ahead. */
  override: (asked) => asked.state.duty.overrides.filter(({ until, schedule }) => until > asked.now && (asked.estate.onCall ?? []).some((each) => each.name === schedule && seesSchedule(asked.person, each))).map((each): Entry => ({
    name: each.id, block: [row('Override', each.id), row('On-call schedule', each.schedule), row('On call', each.person), row('From', exactTime(each.from, zone(asked), 'minute', true)), row('Until', exactTime(each.until, zone(asked), 'minute', true)), row('Entered by', each.by), row('Reason', each.reason)],
  })),

  /** What is going on, by incident; then the policies, by name. */
  escalation: (asked) => [
    ...[...asked.state.duty.escalations].flatMap(([id, escalation]): Entry[] => {
      const incident = asked.state.incidents.get(id);
      if (!incident || !sees(asked.person, incident.tenant)) return [];
      const next = nextCall(escalation, incident, asked.state, asked.now);
      return [{ name: id, block: [
        row('Incident', `${id}: ${incident.title}`), row('Escalation', escalation.policy), row('Called so far', escalation.paged.map(({ at, people }, level) => `${level + 1} of ${stepsOf(escalation)}: ${people.join(', ') || 'nobody was on call'} at ${exactTime(at, zone(asked), 'second', true)}`)), row('Not reached', escalation.unreached),
        row('Looks after it', isLookedAfter(incident, asked.now) ? `${incident.acknowledged!.by}${incident.acknowledged!.until === null ? '' : ` until ${exactTime(incident.acknowledged!.until, zone(asked), 'minute', true)}`}` : 'nobody'),
        row('Next', next ? `${next.people.join(', ') || 'nobody, as it stands'} at ${exactTime(next.at, zone(asked), 'second', true)}` : 'nobody: the chain is over or rests'), row('At once', next ? `escalate ${id}` : null),
      ] }];
    }),
    ...(asked.estate.escalations ?? []).filter((each) => seesSchedule(asked.person, each)).map((policy): Entry => ({ name: policy.name, block: [
      row('Escalation', policy.name), row('Tenants', policy.tenants === 'all' ? 'all' : policy.tenants), row('For', policy.severities), row('Steps', policy.steps.map(({ afterMs, to }, index) => `${index + 1}: ${afterMs === 0 ? 'at once' : `after ${afterMs / 60_000} min`} ${to.join(', ')}`)), row('Begins anew', policy.repeat === 0 ? 'never' : `${policy.repeat} times`),
      row('Ways', severities.filter((severity) => policy.severities.includes(severity)).map((severity) => `${severity}: ${surfacesFor(asked.estate, policy.tenants === 'all' ? null : policy.tenants[0] ?? null, severity).join(', ') || 'none'}`)),
    ] })),
  ],
} satisfies Partial<Record<CommandClass, Table>>;
