import { clockTime } from '../core/clock-time.js';
import { personOf, type Freeze } from '../core/estate.js';
import { freezeOf } from '../core/freeze.js';
import { gateFor } from '../core/gate.js';
import { historyOf, type History } from '../core/history.js';
import type { Actor, IncidentId, RunId } from '../core/names.js';
import { digestOf, sameBound, type Operation, type Plan } from '../core/plan.js';
import type { RunState } from '../core/run-state.js';
import { planChanges, type PlanChange } from '../core/plan-diff.js';
import { makespanMs } from '../core/schedule.js';
import type { StartWindow } from '../core/start-window.js';
import type { State } from '../core/state.js';
import { decideUntil } from '../core/start-window.js';
import { within } from '../ports/clock.js';
import type { PlanRefusal } from '../ports/controller.js';
import { compile } from '../runbook/compile.js';
import { runbookFor, type Runbook } from '../runbook/runbook.js';
import { planTimeoutMs, type DeskParts } from './parts.js';

export interface Asking { readonly run: RunId; readonly epoch: number; readonly requestedBy: Actor; readonly incident: IncidentId | null; readonly reason: string | null; /** Where one was named; otherwise the one that the command means. */ readonly runbook?: string; readonly window?: StartWindow }
export type Planned = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly refusal: PlanRefusal };

type PlanningParts = Pick<DeskParts, 'controller' | 'live' | 'clock' | 'runbooks'>;
/** A plan whose end nobody has worked out yet: what takes long is left for when it is wanted. */
type Unfinished = Omit<Plan, 'predictedMs' | 'predictedFromRuns' | 'digest'>;

/** The controller's draft plus our gate: who must stand behind it, and the digest that an approval is bound to. */
export async function makePlan(parts: PlanningParts, operation: Operation, asking: Asking, signal?: AbortSignal): Promise<Planned> {
  const planned = await draftPlan(parts, operation, asking, signal);
  return planned.ok ? { ok: true, plan: finished(planned.plan, historyOf(parts.live.current, operation.verb)) } : planned;
}

async function draftPlan(parts: PlanningParts, operation: Operation, asking: Asking, signal?: AbortSignal): Promise<{ readonly ok: true; readonly plan: Unfinished } | { readonly ok: false; readonly refusal: PlanRefusal }> {
  if (signal === undefined) return within(parts.clock, planTimeoutMs, (limit) => draftPlan(parts, operation, asking, limit));
  const runbook = asking.runbook === undefined ? runbookFor(parts.runbooks, operation) : parts.runbooks.find((each) => each.name === asking.runbook);
  if (!runbook) return { ok: false, refusal: { code: 'no-runbook', what: asking.runbook === undefined ? `No runbook allows '${operation.verb}'.` : `The runbook '${asking.runbook}' does not exist (any more).`, next: 'Add one to the runbooks folder and start again.', command: 'query runbook' } };
  const state = parts.live.current;
  const freezes = state.estate?.freezes ?? [];
  // What is wanted for later is judged by the calendar of that time.
  const startsAt = Math.max(parts.clock.now(), asking.window?.from ?? 0);
  const frozen = freezeOf(freezes, operation, startsAt);
  if ((frozen !== null || runbook.gate.reason === 'required') && asking.reason === null) return { ok: false, refusal: reasonMissing(runbook, frozen, state, asking.requestedBy) };
  const result = await compile({ runbook, runbooks: parts.runbooks, operation, state, planVerb: (wanted) => parts.controller.plan(wanted, state, signal) });
  if (!result.ok) return result;
  const { attest, ...draft } = result.draft;
  const gate = gateFor(runbook.gate, { attest, operation: draft.operation, irreversible: draft.irreversible, requestedBy: asking.requestedBy, freezes, now: startsAt });
  return {
    ok: true,
    plan: {
      ...draft, run: asking.run, epoch: asking.epoch, tenant: draft.operation.tenant, runbook: runbook.name, because: { incident: asking.incident, reason: asking.reason }, requestedBy: asking.requestedBy,
      ...(asking.window === undefined ? {} : { window: asking.window }), gate, policyVersion: runbook.version, createdAt: parts.clock.now(),
    },
  };
}

function finished(plan: Unfinished, history: History): Plan {
  const steps = history.runs === 0 ? plan.steps : plan.steps.map((step) => ({ ...step, estimateMs: history.durationMs(step) }));
  return { ...plan, steps, predictedMs: makespanMs(steps), predictedFromRuns: history.runs, digest: digestOf(plan) };
}

function reasonMissing(runbook: Runbook, frozen: Freeze | null, { estate }: State, by: Actor): PlanRefusal {
  const zone = (by.kind === 'person' ? personOf(estate!, by.person)?.timeZone : null) ?? estate!.timeZone;
  const why = frozen === null ? `The gate of runbook ${runbook.name} wants to know why` : `A change freeze is in force until ${clockTime(Date.parse(frozen.to), zone, 'minute', true)}: ${frozen.reason}. It takes one more person, and a reason why this cannot wait`;
  return { code: 'reason-missing', what: `${why}: approvers and the report show it.`, next: 'Ask with reason="...".', command: null };
}

export type Today = { readonly kind: 'same' } | { readonly kind: 'changed'; readonly plan: Plan; readonly changes: readonly PlanChange[] } | { readonly kind: 'refused'; readonly refusal: PlanRefusal };

/** The same question asked of today's estate: would the plan that people see still be the plan (invariant 36)? Where it is, neither prediction nor digest is worked out again. */
export async function planToday(parts: PlanningParts, run: RunState, signal?: AbortSignal): Promise<Today> {
  const { operation, requestedBy, because, epoch } = run.plan;
  const planned = await draftPlan(parts, operation, { run: run.plan.run, epoch: epoch + 1, requestedBy, ...because, runbook: run.plan.runbook, ...(run.plan.window === undefined ? {} : { window: run.plan.window }) }, signal);
  if (!planned.ok) return { kind: 'refused', refusal: planned.refusal };
  if (sameBound(planned.plan, run.plan)) return { kind: 'same' };
  const plan = finished(planned.plan, historyOf(parts.live.current, operation.verb));
  return { kind: 'changed', plan, changes: planChanges(run.plan, plan) };
}

/** Once more when the locks are held and nothing has been changed (invariant 22): the plan stands, is asked for anew, or cannot be. */
export async function revalidate(parts: PlanningParts, run: RunState, signal: AbortSignal) {
  const today = await planToday(parts, run, signal);
  if (today.kind === 'refused') return { kind: 'refused' as const, what: today.refusal.what, next: today.refusal.next };
  return today.kind === 'changed' ? { ...today, expiresAt: decideUntil(today.plan, parts.clock.now()) } : today;
}
