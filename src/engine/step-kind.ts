import type { Evidence } from '../core/dr-event.js';
import type { Estate } from '../core/estate.js';
import type { StateChange } from '../core/event.js';
import type { Plan, Step } from '../core/plan.js';
import { redactText } from '../core/redact.js';
import type { StepContext, StepResult } from '../ports/controller.js';
import { DriverError } from '../ports/world.js';
import type { World } from './site-access.js';

export interface StepWorld extends World { readonly estate: Estate; readonly now: () => number }

/**
 * One kind of step (DESIGN.md section 5). `act` is check-then-act: it looks first, so that a repeat after a lost answer does nothing twice.
 * `check` only reads. Both may throw DriverError; `settle` below turns it into a three-valued result.
 */
export interface StepKind {
  act(step: Step, plan: Plan, world: StepWorld, context: StepContext): Promise<StepResult>;
  check(step: Step, plan: Plan, world: StepWorld, context: StepContext): Promise<StepResult>;
}

export const done = (evidence: readonly Evidence[], changes: readonly StateChange[] = []): StepResult => ({ kind: 'done', evidence, changes });
export const notDone = (why: string, remedy: string, options: { retry?: boolean; evidence?: readonly Evidence[]; changes?: readonly StateChange[] } = {}): StepResult =>
  ({ kind: 'not-done', why, remedy, retry: options.retry ?? false, evidence: options.evidence ?? [], changes: options.changes ?? [] });
export const unknown = (why: string, evidence: readonly Evidence[] = []): StepResult => ({ kind: 'unknown', why, evidence });

/** Refusals and missing things are answers; silence is not, and says nothing about what happened (invariant 16). */
export async function settle(step: Step, work: () => Promise<StepResult>): Promise<StepResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DriverError)) return unknown(redactText(`The step broke: ${error instanceof Error ? error.message : String(error)}`));
    switch (error.code) {
      case 'refused': return notDone(error.message, 'Correct the cause named above, then ask again.', { retry: true });
      case 'capacity': return notDone(error.message, 'Free capacity on that host, then ask again.');
      case 'not-found': return notDone(error.message, 'Compare the estate file with the HMC, run discover again.');
      // Nothing that only reads can leave an effect behind: silence there is a failed look.
      default: return step.mutates ? unknown(error.message) : notDone(error.message, 'Check the link to that site, then try again.', { retry: true });
    }
  }
}

/** A kind that only reads: looking again is the check. */
export const reading = (look: StepKind['act']): StepKind => ({ act: look, check: look });

/** A kind that changes the world: does nothing where the check says done, and proves the effect afterwards, also after a refusal: an answer is not the state of the world. */
export function changing(check: StepKind['check'], change: (step: Step, plan: Plan, world: StepWorld, context: StepContext) => Promise<void>): StepKind {
  return {
    check,
    async act(step, plan, world, context) {
      const before = await check(step, plan, world, context);
      if (before.kind !== 'not-done') return before;
      try {
        await change(step, plan, world, context);
      } catch (error) {
        if (!(error instanceof DriverError) || error.code !== 'refused') throw error;
        const after = await check(step, plan, world, context);
        return after.kind === 'not-done' ? { ...after, why: error.message } : after;
      }
      return check(step, plan, world, context);
    },
  };
}

export const text = (step: Step, key: string): string => {
  const value = step.args[key];
  if (typeof value !== 'string') throw new TypeError(`Step ${step.id} lacks '${key}'.`);
  return value;
};
export const amount = (step: Step, key: string): number => {
  const value = step.args[key];
  if (typeof value !== 'number') throw new TypeError(`Step ${step.id} lacks '${key}'.`);
  return value;
};
