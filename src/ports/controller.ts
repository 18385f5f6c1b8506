import type { DrEvent, Evidence } from '../core/dr-event.js';
import type { StateChange } from '../core/event.js';
import type { Millis, RunId, StepId } from '../core/names.js';
import type { Operation, Plan, PlanDraft, Step } from '../core/plan.js';
import type { State } from '../core/state.js';
import type { Sighting } from './world.js';

/** Why no plan can be made: what is wrong, what it means, the next command. */
export interface PlanRefusal { readonly code: string; readonly what: string; readonly next: string; readonly command: string | null }

export type PlanResult = { readonly ok: true; readonly draft: PlanDraft } | { readonly ok: false; readonly refusal: PlanRefusal };

export interface StepContext {
  readonly run: RunId;
  readonly attempt: number;
  /** `R-12/stop-vm:payroll`: the vendor's idempotency key where it has one. */
  readonly key: string;
  readonly signal: AbortSignal;
  readonly state: State;
  /** When this attempt began, by the journal: the time of something that waits runs on over restarts. */
  readonly startedAt: Millis;
  /** A progress line in KSYS's words (reference/ksys.md 4.12). */
  readonly progress: (line: string) => void;
}

/** Three-valued: a call that timed out is neither done nor failed. */
export type StepResult =
  | { readonly kind: 'done'; readonly evidence: readonly Evidence[]; readonly changes: readonly StateChange[] }
  | { readonly kind: 'not-done'; readonly why: string; readonly remedy: string; readonly retry: boolean; readonly evidence: readonly Evidence[]; readonly changes: readonly StateChange[] }
  | { readonly kind: 'unknown'; readonly why: string; readonly evidence: readonly Evidence[] }
  /** Nothing is unknown: it waits for people, for time or for a condition. Asked again whenever the journal grows; it fails when its time is over. */
  | { readonly kind: 'waiting'; readonly why: string; readonly evidence: readonly Evidence[] };

/** The built-in engine is the first; a remote KSYS driven by its own ksysmgr will be the second. */
export interface Controller {
  readonly name: string;
  /** Reads today's estate and answers with the ordered steps; changes nothing. */
  plan(operation: Operation, state: State, signal: AbortSignal): Promise<PlanResult>;
  /** Acts, then answers with what was seen. Check-then-act. Never throws for an outcome; a thrown error counts as unknown. */
  do(step: Step, plan: Plan, context: StepContext): Promise<StepResult>;
  /** Reads the world only: is the step's effect there? */
  check(step: Step, plan: Plan, context: StepContext): Promise<StepResult>;
  /**
   * Steps that take back what was done, where that is safe: a group of a planned move that stops before its storage switched gets its stopped VMs started at the
   * source again. `unresolved`: steps whose outcome nobody knows; nothing that depends on one is taken back.
   */
  undo(plan: Plan, done: ReadonlySet<StepId>, unresolved: ReadonlySet<StepId>): readonly Step[];
  /** What the monitor sees now: raised conditions, and which of `mayBeOver` are over. */
  observe(state: State, now: Millis, signal: AbortSignal, mayBeOver: ReadonlySet<string>): Promise<Observation>;
}

/** Something that is so now. People are told when it has been so for `afterMs` of estate time. `also`: other names of the same thing, which join its incident. */
export interface Condition { readonly event: DrEvent; readonly afterMs: Millis; readonly also: readonly DrEvent[] }

export interface Observation {
  readonly raised: readonly Condition[];
  readonly sighting: Sighting;
  /** Nobody at all answers: Lifeboat has lost its own network, and what it does not hear proves nothing. */
  readonly isolated: boolean;
  /** Keys of conditions that were asked about and are fine now, with what proves it. */
  readonly cleared: readonly { readonly key: string; readonly evidence: readonly Evidence[] }[];
}
