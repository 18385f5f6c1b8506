import type { Estate, ExternalAction } from './estate.js';
import { canonical, sha256, type Step } from './plan.js';

/** An approval holds for the action as it was defined. */
export const definitionOf = (action: ExternalAction): string => sha256(canonical(action)).slice(0, 16);

/** Why a step may not be waived; null where it may. Only what a runbook added can be; what keeps VMs and data safe cannot. */
export function neverWaived(step: Step | undefined, estate: Estate | null): string | null {
  if (step?.entity.class !== 'runbook') return 'it is one of the controller\'s own steps, which keep a VM from running twice and its disks from being taken away.';
  if (step.kind === 'approval') return 'an approval is given by people, or not at all.';
  const action = estate?.actions?.find((each) => each.name === step.args.action);
  if (step.mutates && (!action || definitionOf(action) !== step.args.definition)) return `the estate no longer has the action ${String(step.args.action)} as it was approved, so nobody can tell what would be left out.`;
  return action?.effect === 'fences' ? 'it makes sure that the old side cannot write; without it both sides could.' : null;
}
