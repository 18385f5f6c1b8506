import type { Estate } from '../core/estate.js';
import type { RunId, StepId } from '../core/names.js';
import type { Step } from '../core/plan.js';
import { neverWaived } from '../core/waiver.js';

/** What people can do about a step of which nobody can tell whether it happened. Their word settles what a runbook added; about machines and disks only the world's does. `step`: undefined where it is none of the plan's. */
export function afterUnknown(run: RunId, id: StepId, step: Step | undefined, estate: Estate | null): string {
  if (step?.entity.class !== 'runbook') return `Look at ${step?.entity.name ?? 'it'}, then: resume ${run} (asks the world again) or cancel ${run}`;
  const waive = neverWaived(step, estate) === null ? ` If it happened, or need not: skip ${run} step=${id} waiver="what you saw".` : '';
  return `Look at that system. To ask again: resume ${run}.${waive} Or: cancel ${run} force=yes`;
}
