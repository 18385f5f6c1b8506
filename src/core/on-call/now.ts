import type { Incident } from '../dr-event.js';
import { personOf } from '../estate.js';
import type { Millis, PersonName } from '../names.js';
import type { State } from '../state.js';
import { onDutyAt, type DutyQuestion, type OnCallSchedule, type OnDuty } from './duty.js';
import { nextStepAt, peopleOf, policyFor, type Escalation, type EscalationStep } from './escalation.js';

/** What the rules of `duty.ts` ask, from the state. */
export const dutyQuestion = ({ estate, duty }: State, schedule: OnCallSchedule): DutyQuestion =>
  ({ schedule, estateZone: estate?.timeZone ?? 'UTC', overrides: duty.overrides, calendar: duty.calendars.get(schedule.name)?.shifts ?? [] });

/** Null also where who would be on call is none of the estate any more. */
export function dutyNow(state: State, schedule: OnCallSchedule, now: Millis): OnDuty | null {
  const duty = onDutyAt(dutyQuestion(state, schedule), now);
  return duty && state.estate && personOf(state.estate, duty.person) ? duty : null;
}

const onDutyBy = (state: State, now: Millis) => (name: string): PersonName | null => {
  const schedule = state.estate?.onCall?.find((each) => each.name === name);
  return schedule ? dutyNow(state, schedule, now)?.person ?? null : null;
};

/** Whom an incident would call first, if it opened now: they are not told a second time as contacts. */
export function calledFirst(incident: Pick<Incident, 'tenant' | 'severity'>, state: State, now: Millis): PersonName[] {
  const policy = policyFor(state.estate?.escalations ?? [], incident);
  const [first] = policy?.steps ?? [];
  return first?.afterMs === 0 ? peopleOf(first, onDutyBy(state, now)) : [];
}

/**
 * Chains that would call nobody at that moment, in whatever step: escalations of the estate, and those of open incidents, which are as they were. A calendar that was not read yet is nobody's
 * absence: NO_ROUTE_TO_ON_CALL says so once it was.
 */
export function emptyChains(state: State, now: Millis): string[] {
  const unread = (name: string): boolean => state.estate?.onCall?.some(({ name: own, source }) => own === name && source.kind === 'calendar' && !state.duty.calendars.has(own)) ?? false;
  const isEmpty = (steps: readonly EscalationStep[]): boolean => !steps.some((step) => peopleOf(step, onDutyBy(state, now)).length > 0 || step.to.some((target) => target.startsWith('on_call:') && unread(target.slice('on_call:'.length))));
  return [...(state.estate?.escalations ?? []).filter(({ steps }) => isEmpty(steps)).map(({ name }) => `escalation ${name}`), ...[...state.duty.escalations].filter(([, { steps }]) => isEmpty(steps)).map(([incident]) => `the chain of ${incident}`)];
}

/** The next step of an incident's chain, with whom it would call now. Null: there is none. */
export function nextCall(escalation: Escalation, incident: Incident, state: State, now: Millis): { readonly at: Millis; readonly level: number; readonly people: readonly PersonName[] } | null {
  const at = nextStepAt(escalation, incident, now);
  if (at === null) return null;
  return { at, level: escalation.taken, people: peopleOf(escalation.steps[escalation.taken % escalation.steps.length]!, onDutyBy(state, now)) };
}
