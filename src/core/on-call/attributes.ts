import type { Attribute } from '../attribute.js';
import type { OnCallSchedule } from './duty.js';
import type { EscalationPolicy } from './escalation.js';

const severities = ['critical', 'warning', 'info'];

/** Attributes of on-call schedules and escalations, in the estate file's words (docs/on-call.md). In the file those of a rotation stand under `rotation:`, and each step has a line of its own. */
export const dutyAttributes: readonly Attribute[] = [
  { entity: 'on_call', name: 'tenants', key: 'tenants', form: { kind: 'whose' }, default: 'all', otherwise: 'all', effect: 'whose incidents it is for; who is on call sees all of them' },
  { entity: 'on_call', name: 'people', key: 'people', form: { kind: 'names' }, default: 'none', effect: 'who is on call, in turns; one shift each' },
  { entity: 'on_call', name: 'from', key: 'from', form: { kind: 'day' }, default: 'none', effect: 'the day on which the first shift of the first one begins' },
  { entity: 'on_call', name: 'handover', key: 'handover', form: { kind: 'time' }, default: '09:00', effect: 'when shifts begin, by the clock of the zone' },
  { entity: 'on_call', name: 'shift_days', key: 'shiftDays', form: { kind: 'whole', min: 1, max: 366, unit: 'days', factor: 1 }, default: '7', effect: 'how long a shift is' },
  { entity: 'on_call', name: 'calendar', key: 'calendar', form: { kind: 'calendar' }, default: 'none', effect: 'an iCalendar that says who is on call, in place of people, from, handover and shift_days' },
  { entity: 'on_call', name: 'time_zone', key: 'timeZone', form: { kind: 'zone' }, default: 'the estate\'s', effect: 'in which days are counted and shifts begin' },
  { entity: 'escalation', name: 'tenants', key: 'tenants', form: { kind: 'whose' }, default: 'all', otherwise: 'all', effect: 'whose incidents call; a tenant\'s own chain comes before one for all' },
  { entity: 'escalation', name: 'severities', key: 'severities', form: { kind: 'choices', values: severities }, default: 'critical', otherwise: ['critical'], effect: 'which incidents call' },
  { entity: 'escalation', name: 'repeat', key: 'repeat', form: { kind: 'whole', min: 0, max: 10, unit: '', factor: 1 }, default: '1', otherwise: 1, effect: 'how often the chain begins anew when its end is reached' },
  { entity: 'escalation', name: 'steps', key: 'steps', form: { kind: 'steps' }, default: '', effect: 'who is called, and who comes next: `on_call:dr,10m:ben+chris` calls whoever is on call for dr at once, and ten minutes later ben and chris' },
];

/** A schedule as commands see it: its rotation or calendar beside the rest. */
export interface FlatSchedule { readonly name: string; readonly tenants: OnCallSchedule['tenants']; readonly timeZone?: string; readonly people?: readonly string[]; readonly from?: string; readonly handover?: string; readonly shiftDays?: number; readonly calendar?: string }

export const flatSchedule = ({ source, ...schedule }: OnCallSchedule): FlatSchedule => {
  if (source.kind === 'calendar') return { ...schedule, calendar: source.url };
  const { kind: _kind, ...rotation } = source;
  return { ...schedule, ...rotation };
};

/** The schedule of which `flatSchedule` is the flat one. Null: it has neither a rotation that is whole, nor a calendar. */
export function scheduleOf({ people, from, handover = '09:00', shiftDays = 7, calendar, ...schedule }: FlatSchedule): OnCallSchedule | null {
  if (calendar !== undefined) return { ...schedule, source: { kind: 'calendar', url: calendar } };
  return people === undefined || people.length === 0 || from === undefined ? null : { ...schedule, source: { kind: 'rotation', people, from, handover, shiftDays } };
}

/** Whether a chain names a schedule. */
export const calls = ({ steps }: Pick<EscalationPolicy, 'steps'>, schedule: string): boolean => steps.some(({ to }) => to.includes(`on_call:${schedule}`));
