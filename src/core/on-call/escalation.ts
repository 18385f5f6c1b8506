import { isLookedAfter } from '../incident-rules/told.js';
import type { Incident, Severity } from '../dr-event.js';
import type { Millis, PersonName, TenantName } from '../names.js';

/** `ana`, or `on_call:NAME` for whoever is on call then. */
export type EscalationTarget = string;
export interface EscalationStep {
  /** After the step before it; of the first, after the incident opened. */
  readonly afterMs: Millis;
  readonly to: readonly EscalationTarget[];
}

/** Who is called for an incident, and who next if nobody says that he looks after it. */
export interface EscalationPolicy {
  readonly name: string;
  readonly tenants: readonly TenantName[] | 'all';
  readonly severities: readonly Severity[];
  readonly steps: readonly EscalationStep[];
  /** How often the chain begins anew when its end is reached. */
  readonly repeat: number;
}

/** One incident's chain as it was when the incident opened: a change of the estate does not touch it. Who is on call is asked when a step is due. */
export interface Escalation {
  readonly policy: string;
  readonly steps: readonly EscalationStep[];
  readonly repeat: number;
  readonly startedAt: Millis;
  /** Steps taken so far, over all rounds. */
  readonly taken: number;
  readonly lastAt: Millis | null;
  /** Whom each step called. */
  readonly paged: readonly { readonly at: Millis; readonly people: readonly PersonName[] }[];
  /** Of the last step: who was reached by no way. */
  readonly unreached: readonly PersonName[];
  /** Everybody whom the last step called could not be reached: the next one does not wait. */
  readonly hurry: boolean;
}

/** The first policy that fits: a tenant's own before one for all. */
export function policyFor(policies: readonly EscalationPolicy[], { tenant, severity }: Pick<Incident, 'tenant' | 'severity'>): EscalationPolicy | undefined {
  const fits = policies.filter((each) => each.severities.includes(severity));
  return fits.find(({ tenants }) => tenants !== 'all' && tenant !== null && tenants.includes(tenant)) ?? fits.find(({ tenants }) => tenants === 'all');
}

export const stepsOf = ({ steps, repeat }: Pick<Escalation, 'steps' | 'repeat'>): number => steps.length * (repeat + 1);

/**
 * When the next step is due. Null: there is none, or somebody looks after the incident.
 * An acknowledgement that ran out lets the chain go on at once, with the step after the last one.
 */
export function nextStepAt(escalation: Escalation, incident: Pick<Incident, 'openedAt' | 'resolvedAt' | 'acknowledged'>, now: Millis): Millis | null {
  const { openedAt, resolvedAt, acknowledged } = incident;
  if (resolvedAt !== null || escalation.taken >= stepsOf(escalation)) return null;
  if (isLookedAfter(incident, now)) return null;
  if (acknowledged?.until != null) return acknowledged.until;
  const step = escalation.steps[escalation.taken % escalation.steps.length]!;
  const since = escalation.lastAt ?? Math.max(escalation.startedAt, openedAt);
  return escalation.hurry ? since : since + step.afterMs;
}

/** Nobody is called twice by one step. `onDuty`: who is on call for a schedule now. */
export const peopleOf = (step: EscalationStep, onDuty: (schedule: string) => PersonName | null): PersonName[] =>
  [...new Set(step.to.flatMap((target) => (target.startsWith('on_call:') ? onDuty(target.slice('on_call:'.length)) ?? [] : [target])))];
