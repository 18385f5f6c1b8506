import type { RunId, StepId } from '../core/names.js';
import type { EntityRef } from '../core/plan.js';

/** What people can do about a step of which nobody can tell whether it happened. Their word settles what a runbook added; about machines and disks only the world's does. */
export function afterUnknown(run: RunId, step: StepId, entity: EntityRef | null): string {
  if (entity?.class === 'runbook') return `Look at that system. To ask again: resume ${run}. If it happened, or need not: skip ${run} step=${step} waiver="what you saw". Or: cancel ${run} force=yes`;
  return `Look at ${entity?.name ?? 'it'}, then: resume ${run} (asks the world again) or cancel ${run}`;
}
