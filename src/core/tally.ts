import type { Verb } from './plan.js';
import type { RunState } from './run-state.js';

/** The kind of step whose success makes an entity count, and the words of KSYS's tail line (reference/ksys.md 3.5). */
interface Counted { readonly kinds: readonly string[]; readonly words: string }
const counted: Record<Verb, Counted> = {
  discover: { kinds: ['discover-vm'], words: 'managed VMs have been successfully discovered' },
  verify: { kinds: ['verify-vm'], words: 'managed VMs have been successfully verified' },
  move: { kinds: ['start-vm'], words: 'VMs have been successfully moved' },
  recover: { kinds: ['start-vm'], words: 'VMs have been successfully recovered' },
  cleanup: { kinds: ['close-cleanup'], words: 'groups have been cleaned up' },
  restart: { kinds: ['restart-vm', 'reboot-vm'], words: 'VMs have been successfully restarted' },
  lpm: { kinds: ['migrate-vm'], words: 'VMs have been successfully migrated' },
  restore: { kinds: ['migrate-vm'], words: 'VMs have been successfully brought back to their home hosts' },
  resync: { kinds: ['resync-group'], words: 'disk groups have been resynchronised' },
};

const validated: Counted = { kinds: ['validate-lpm'], words: 'VMs could be migrated' };
const afterRestarts: Counted = { kinds: ['clean-source'], words: 'VMs have been cleaned up' };
const rehearsed: Partial<Record<Verb, Counted>> = {
  move: { kinds: ['start-test-vm'], words: 'rehearsal VMs have been successfully started' },
  cleanup: { kinds: ['close-rehearsal'], words: 'groups have been cleaned up after the rehearsal' },
};

export interface Tally { readonly done: number; readonly of: number; readonly line: string }

/** `5 out of 6 VMs have been successfully moved`. */
export function tallyOf(run: RunState): Tally {
  const { verb, drTest, scope, validateOnly } = run.plan.operation;
  const { kinds, words } = (drTest ? rehearsed[verb] : validateOnly ? validated : verb === 'cleanup' && scope.class === 'host' ? afterRestarts : undefined) ?? counted[verb];
  // With skip_power_on a VM has moved when it is defined: nothing starts it.
  const started = kinds.includes('start-vm') ? new Set(run.plan.steps.filter(({ kind }) => kind === 'start-vm').map(({ entity }) => entity.name)) : null;
  const steps = run.plan.steps.filter((step) => kinds.includes(step.kind) || (started !== null && step.kind === 'define-vm' && !started.has(step.entity.name)));
  const done = steps.filter((step) => run.steps.get(step.id)?.status === 'done').length;
  return { done, of: steps.length, line: `${done} out of ${steps.length} ${words}` };
}
