import type { Plan, Verb } from './plan.js';
import type { RunState } from './run-state.js';

/** The kind of step whose success makes an entity count, and the words of KSYS's tail line (reference/ksys.md 3.5). */
const counted: Record<Verb, { kind: string; words: string }> = {
  discover: { kind: 'discover-vm', words: 'managed VMs have been successfully discovered' },
  verify: { kind: 'verify-vm', words: 'managed VMs have been successfully verified' },
  move: { kind: 'start-vm', words: 'VMs have been successfully moved' },
  recover: { kind: 'start-vm', words: 'VMs have been successfully recovered' },
  cleanup: { kind: 'close-cleanup', words: 'groups have been cleaned up' },
  resync: { kind: 'resync-group', words: 'disk groups have been resynchronised' },
};

export interface Tally { readonly done: number; readonly of: number; readonly line: string }

/** `5 out of 6 VMs have been successfully moved`. */
export function tallyOf(run: RunState): Tally {
  const { kind, words } = counted[run.plan.operation.verb];
  const steps = countedSteps(run.plan, kind);
  const done = steps.filter((step) => run.steps.get(step.id)?.status === 'done').length;
  return { done, of: steps.length, line: `${done} out of ${steps.length} ${words}` };
}

const countedSteps = (plan: Plan, kind: string) => plan.steps.filter((step) => step.kind === kind);
