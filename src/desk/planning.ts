import { gateFor } from '../core/gate.js';
import type { Actor, IncidentId, RunId } from '../core/names.js';
import { digestOf, type Operation, type Plan, type PlanDraft } from '../core/plan.js';
import type { RunState } from '../core/run-state.js';
import { planChanges, type PlanChange } from '../core/plan-diff.js';
import type { PlanRefusal } from '../ports/controller.js';
import { runbookFor, type Runbook } from '../runbook/runbook.js';
import { planTimeoutMs, type DeskParts } from './parts.js';

export interface Asking { readonly run: RunId; readonly epoch: number; readonly requestedBy: Actor; readonly incident: IncidentId | null; readonly reason: string | null }
export type Planned = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly refusal: PlanRefusal };

/** The controller's draft plus our gate: who must stand behind it, and the digest that an approval is bound to. */
export async function makePlan(parts: Pick<DeskParts, 'controller' | 'live' | 'clock' | 'runbooks'>, operation: Operation, asking: Asking, signal: AbortSignal = AbortSignal.timeout(planTimeoutMs)): Promise<Planned> {
  const runbook = runbookFor(parts.runbooks, operation);
  if (!runbook) return { ok: false, refusal: { code: 'no-runbook', what: `No runbook allows '${operation.verb}'.`, next: 'Add one to the runbooks folder and start again.', command: 'query runbook' } };
  if (runbook.gate.reason === 'required' && asking.reason === null) return { ok: false, refusal: { code: 'reason-missing', what: `The gate of runbook ${runbook.name} wants to know why: approvers and the report show it.`, next: 'Add reason="..." to the command.', command: null } };
  const result = await parts.controller.plan(operation, parts.live.current, signal);
  return result.ok ? { ok: true, plan: complete(result.draft, runbook, asking, parts.clock.now()) } : result;
}

function complete({ attest, ...draft }: PlanDraft, runbook: Runbook, asking: Asking, now: number): Plan {
  const plan = {
    ...draft, run: asking.run, epoch: asking.epoch, tenant: draft.operation.tenant, runbook: runbook.name, because: { incident: asking.incident, reason: asking.reason }, requestedBy: asking.requestedBy,
    gate: gateFor(runbook.gate, { attest }), policyVersion: runbook.version, createdAt: now,
  };
  return { ...plan, digest: digestOf(plan) };
}

export type Today = { readonly kind: 'same' } | { readonly kind: 'changed'; readonly plan: Plan; readonly changes: readonly PlanChange[] } | { readonly kind: 'refused'; readonly refusal: PlanRefusal };

/** The same question asked of today's estate: would the plan that people see still be the plan (invariant 36)? */
export async function planToday(parts: Pick<DeskParts, 'controller' | 'live' | 'clock' | 'runbooks'>, run: RunState, signal?: AbortSignal): Promise<Today> {
  const { operation, requestedBy, because, epoch } = run.plan;
  const planned = await makePlan(parts, operation, { run: run.plan.run, epoch: epoch + 1, requestedBy, ...because }, signal);
  if (!planned.ok) return { kind: 'refused', refusal: planned.refusal };
  return planned.plan.digest === run.plan.digest ? { kind: 'same' } : { kind: 'changed', plan: planned.plan, changes: planChanges(run.plan, planned.plan) };
}
