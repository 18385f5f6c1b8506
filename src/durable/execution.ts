import { setMaxListeners } from 'node:events';
import { runStream, type JournalEvent } from '../core/event.js';
import { lifeboat, type RunId } from '../core/names.js';
import type { Plan } from '../core/plan.js';
import type { PlanChange } from '../core/plan-diff.js';
import type { RunState } from '../core/run-state.js';
import { stoppedWithAutomation, type State } from '../core/state.js';
import type { Brake } from '../ports/brake.js';
import type { Clock } from '../ports/clock.js';
import type { Controller } from '../ports/controller.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import type { InTurn } from './in-turn.js';
import { nothingNext, type Next, type StepEnvironment } from './step-environment.js';
import type { Watch } from './watch.js';
import { createRunWriter, ExecutionEnded, type RunWriter } from './writer.js';

const neverCancelled = new AbortController().signal;
setMaxListeners(0, neverCancelled);

/** Today's plan against the approved one, after the locks and before the first effect (invariant 22). */
export type Revalidation =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly plan: Plan; readonly expiresAt: number; readonly changes: readonly PlanChange[] }
  | { readonly kind: 'refused'; readonly what: string; readonly next: string };

export interface ExecutorParts {
  readonly journal: Journal;
  readonly live: LiveState;
  readonly controller: Controller;
  readonly clock: Clock;
  readonly brake: Brake;
  /** Unique per boot. */
  readonly bootId: string;
  readonly revalidate: (run: RunState, signal: AbortSignal) => Promise<Revalidation>;
  readonly log: (message: string, detail: object) => void;
}

/** One execution of one run on this node: what its phases share. Its memory is the journal; nothing here outlives a crash. */
export class Execution {
  #writer: RunWriter | null = null;
  #fence = 0;
  readonly #cancelled = new AbortController();
  #ending = new AbortController();

  constructor(readonly parts: ExecutorParts, readonly id: RunId, readonly watch: Watch, readonly signal: AbortSignal, /** Shared by all runs of this node that want locks. */ readonly lockInTurn: InTurn) {
    // Every step under way listens to it.
    setMaxListeners(0, signal, this.#cancelled.signal, this.#ending.signal);
  }

  get state(): State { return this.parts.live.current; }
  get run(): RunState { return this.state.runs.get(this.id)!; }
  get plan(): Plan { return this.run.plan; }
  /** Only a claimed run is written to. */
  get writer(): RunWriter {
    if (!this.#writer) throw new ExecutionEnded('This run has not been claimed.');
    return this.#writer;
  }
  get held(): boolean { return this.run.held !== null || this.parts.brake.held(this.id) !== null || stoppedWithAutomation(this.state, this.run); }

  /** Writes our fence: whoever executed before can append nothing more (invariant 24). */
  async claim(): Promise<void> {
    for (;;) {
      const fence = this.run.streamSeq + 1;
      const event: JournalEvent = { type: 'run.claimed', run: this.id, epoch: this.plan.epoch, boot: this.parts.bootId, fence };
      try {
        const committed = await this.parts.journal.append({ entries: [{ stream: runStream(this.id), tenant: this.plan.tenant, actor: lifeboat('engine'), event }], expect: { [runStream(this.id)]: fence - 1 } });
        await this.parts.live.reach(committed[0]!.seq);
        this.#fence = fence;
        this.#writer = createRunWriter(this.parts.journal, this.parts.live, this.parts.clock, this.plan, fence, this.signal);
        return;
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        this.stopIfAborted();
        // Somebody else wrote to the run, such as a late vote: look and claim again at once, or a younger run would overtake this one.
        if (error.code !== 'conflict') await this.parts.clock.sleep(200, this.signal).catch(() => undefined);
        else await this.parts.live.reach((await this.parts.journal.read({ afterSeq: this.state.seq })).at(-1)?.seq ?? 0).catch(() => undefined);
      }
    }
  }

  /** Commands in flight are given up and waiting ends; the world is then asked what became of them. */
  cancelInFlight(): void { this.#cancelled.abort(new Error('the run is being cancelled')); }

  /** A step has failed that ends the run: waiting ends, commands in flight come to their end. */
  stopWaiting(): void { this.#ending.abort(new Error('the run ends')); }
  /** That step is tried again. */
  waitAgain(): void {
    if (!this.#ending.signal.aborted) return;
    this.#ending = new AbortController();
    setMaxListeners(0, this.#ending.signal);
  }

  /** What takes things back after a cancel is not cancelled itself: `cancellable: false`. */
  stepEnvironment(mayAct: () => boolean, cancellable = true, next: () => Next = () => nothingNext): StepEnvironment {
    const { controller, journal, live, clock } = this.parts;
    return { controller, journal, live, clock, writer: this.writer, clockRate: this.state.estate?.clockRate ?? 1, signal: this.signal, cancelled: cancellable ? this.#cancelled.signal : neverCancelled, ending: cancellable ? this.#ending.signal : neverCancelled, mayAct, next };
  }

  /** People decide: the run keeps its locks meanwhile. */
  async whileParked(): Promise<void> {
    while (this.run.status === 'parked') {
      await this.watch.change();
      this.stopIfAborted();
    }
  }

  /** @throws ExecutionEnded when this node stops, or another has claimed the run since. */
  stopIfAborted(): void {
    if (this.signal.aborted) throw new ExecutionEnded('This node is stopping.');
    if ((this.run.claim?.fence ?? 0) > this.#fence && this.#writer !== null) throw new ExecutionEnded('Another node has taken this run over.');
  }
}
