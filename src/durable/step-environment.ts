import type { JournalEvent } from '../core/event.js';
import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Controller } from '../ports/controller.js';
import type { Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import type { RunWriter } from './writer.js';

/** What a step meets while it is carried out. */
export interface StepEnvironment {
  readonly controller: Controller;
  readonly journal: Journal;
  readonly writer: RunWriter;
  readonly clock: Clock;
  readonly live: LiveState;
  /** Estate seconds per real second: step times are estate time. */
  readonly clockRate: number;
  readonly signal: AbortSignal;
  /** The run is being cancelled: commands in flight are given up and looked at, waiting ends. */
  readonly cancelled: AbortSignal;
  /** The run ends because a step has failed: waiting ends. */
  readonly ending: AbortSignal;
  /** Asked before each act: false while somebody holds the run. An intent may have waited long for the journal, and the hold came meanwhile. */
  readonly mayAct: () => boolean;
  /** Asked when a step is done, before that is written: what may start with it. Its intents stand in the same append as the evidence, which saves each step of a chain a commit. */
  readonly next: () => Next;
}

export interface Next {
  readonly intents: readonly JournalEvent[];
  /** They stand; `askedAt`: since when they were being written. */
  begin(askedAt: Millis): void;
  /** They do not, and nobody knows why they should. */
  fail(error: unknown): void;
}
export const nothingNext: Next = { intents: [], begin: () => undefined, fail: () => undefined };
