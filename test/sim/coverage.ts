import { emptyState, fold, type State } from '../../src/core/state.js';
import { runOfEvent, type JournalEntry, type VmLifecycle } from '../../src/core/event.js';
import type { RunStatus, StepState } from '../../src/core/run-state.js';
import type { CallFault } from '../../src/lab/process.js';
import { changingSteps, everyCallFault } from './acts/lines.js';

const runStatuses: readonly RunStatus[] = ['proposed', 'rejected', 'withdrawn', 'expired', 'granted', 'running', 'held', 'cancelling', 'parked', 'succeeded', 'exceptions', 'failed', 'cancelled'];
const vmStates: readonly VmLifecycle[] = ['INIT', 'DISCOVERED', 'READY_TO_MOVE', 'MOVING', 'ACTIVE_NEEDS_CLEANUP', 'ACTIVE_NEEDS_RESYNC', 'MOVE_FAILED'];
const stepStatuses: readonly StepState['status'][] = ['pending', 'started', 'done', 'failed', 'unknown', 'skipped'];

/** What must be reached sometimes, or the rest proves nothing. Not a verdict on the product: it reads its own fold of the journal. */
const wanted: readonly string[] = [
  ...runStatuses.map((status) => `run ${status}`), ...vmStates.map((state) => `vm ${state}`), ...stepStatuses.map((status) => `step ${status}`),
  'a run is taken over by another process', 'a changed plan voids an approval', 'a stray VM is told of', 'a resync discards writes', 'a step is probed after a silence', 'a run is queued',
  'a VM is restarted by itself', 'a rehearsal is done', 'a live move is done',
];
const pairs = everyCallFault.flatMap((fault) => changingSteps.map((step) => `${fault} x ${step}`));

export class Coverage {
  readonly #reached = new Set<string>();
  #state: State = emptyState();

  /** A new night: what was reached stays. */
  begin(): void { this.#state = emptyState(); }
  pair(fault: CallFault, step: string): void { this.#reached.add(`${fault} x ${step}`); }

  entry(entry: JournalEntry): void {
    const { event } = entry;
    const claimedBefore = event.type === 'run.claimed' ? this.#state.runs.get(event.run)?.claim ?? null : null;
    fold(this.#state, entry);
    const run = this.#state.runs.get(runOfEvent(event) ?? '');
    if (run) {
      this.#reached.add(`run ${run.status}`);
      if ('step' in event && typeof event.step === 'string') this.#reached.add(`step ${run.steps.get(event.step)?.status}`);
      if (event.type === 'plan.proposed') this.#reached.add('step pending');
    }
    if (event.type === 'step.finished' && event.changes.length > 0 || event.type === 'estate.imported') for (const { state } of this.#state.vms.values()) this.#reached.add(`vm ${state}`);
    if (claimedBefore !== null && event.type === 'run.claimed' && claimedBefore.boot !== event.boot) this.#reached.add('a run is taken over by another process');
    if (event.type === 'plan.revised' && event.voided.length > 0) this.#reached.add('a changed plan voids an approval');
    if (event.type === 'incident.opened' && event.incident.key.startsWith('VM_ACTIVE_AT_LEFT_SITE')) this.#reached.add('a stray VM is told of');
    if (event.type === 'plan.granted' && run?.plan.loss.words.startsWith('discarded at') === true) this.#reached.add('a resync discards writes');
    if (event.type === 'run.finished' && event.outcome === 'succeeded' && run) {
      const { verb, automatic, drTest } = run.plan.operation;
      if (verb === 'restart' && automatic === true) this.#reached.add('a VM is restarted by itself');
      if (verb === 'move' && drTest === true) this.#reached.add('a rehearsal is done');
      if (verb === 'lpm') this.#reached.add('a live move is done');
    }
    if (event.type === 'step.finished' && event.probed) this.#reached.add('a step is probed after a silence');
    if (event.type === 'lock.requested' && this.#state.locks.held.size > 0 && event.keys.some((key) => this.#state.locks.held.has(key))) this.#reached.add('a run is queued');
  }

  missing(): { readonly sometimes: readonly string[]; readonly pairs: readonly string[] } {
    return { sometimes: wanted.filter((each) => !this.#reached.has(each)), pairs: pairs.filter((each) => !this.#reached.has(each)) };
  }
  report() {
    const { sometimes, pairs: unreached } = this.missing();
    return { sometimes: { reached: wanted.length - sometimes.length, of: wanted.length, missing: sometimes }, pairs: { reached: pairs.length - unreached.length, of: pairs.length, missing: unreached } };
  }
}

/** How many of each must be reached. */
export interface Floor { readonly sometimes: number; readonly pairs: number }
/** What to say of a number below the floor, or so far above it that the floor has to rise. Nights are the same on every machine, so it is never chance. */
export function againstFloor(reached: Floor, floor: Floor): string[] {
  return (Object.keys(floor) as (keyof Floor)[]).flatMap((what) => {
    if (reached[what] < floor[what]) return [`${what}: ${reached[what]} reached, and ${floor[what]} were reached before: the nights have lost what they reached.`];
    if (reached[what] > floor[what] * 1.1) return [`${what}: ${reached[what]} reached, more than 10 % above ${floor[what]}: raise the floor to ${reached[what]} in test/sim/coverage-floor.json.`];
    return [];
  });
}
