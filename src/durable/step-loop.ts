import { authorityLost } from '../core/approval.js';
import { groupOfVmNamed } from '../core/estate.js';
import type { Millis, StepId } from '../core/names.js';
import type { Step } from '../core/plan.js';
import { rosterOf } from '../core/roster.js';
import { Dispatcher } from '../core/schedule.js';
import { neverWaived } from '../core/waiver.js';
import type { ExecutionResult } from '../ports/runs.js';
import { end } from './ending.js';
import type { Execution } from './execution.js';
import { nothingNext, type Next, type StepEnvironment } from './step-environment.js';
import { intentOf, runStep, startingPoint, type Settled, type StartingPoint } from './step-runner.js';
import { afterUnknown } from './unknown-outcome.js';
import { ExecutionEnded } from './writer.js';

/** Works the plan's steps off: launches what may start, stops at a hold, parks where people must decide, ends when nothing is left. */
export class StepLoop {
  readonly #inFlight = new Map<StepId, Promise<void>>();
  /** Done, and the evidence is still being written: until it stands, nothing else may say that it builds on it (invariants 16 and 19). */
  readonly #settling = new Set<StepId>();
  /** Begun by a process that died, and dropped since. */
  readonly #looksOnly = new Set<StepId>();
  readonly #byId: ReadonlyMap<StepId, Step>;
  #dispatcher: Dispatcher<Step>;
  /** Failed steps that the dispatcher knows of: one that has left this state was retried or waived since. */
  readonly #failed = new Set<StepId>();
  #parkBecause: { step: StepId | null; why: string; next: string } | null = null;
  #stopped = false;
  #lost: unknown = null;

  constructor(private readonly execution: Execution) {
    this.#byId = new Map(execution.plan.steps.map((step) => [step.id, step]));
    this.#dispatcher = this.#fromJournal();
  }

  async run(): Promise<ExecutionResult> {
    if (this.execution.run.status === 'parked') {
      await this.execution.whileParked();
      this.#dispatcher = this.#fromJournal();
    }
    for (;;) {
      this.#stopIfLost();
      if ([...this.#failed].some((id) => this.execution.run.steps.get(id)?.status !== 'failed')) this.#dispatcher = this.#fromJournal();
      if (this.execution.run.cancelling) this.execution.cancelInFlight();
      if (this.execution.run.cancelling || this.#stopped) for (const step of this.#dispatcher.take((each) => this.#begun(each.id))) this.#look(step);
      if (!this.#quiet) for (const step of this.#dispatcher.take((each) => this.#standsOnEvidence(each))) if (this.#looksOnly.has(step.id)) this.#look(step); else this.#launch(step);
      if (this.#inFlight.size === 0) {
        // What a hold keeps from starting is taking back, too.
        const { held, run: { cancelling } } = this.execution;
        if (cancelling && !held) return end(this.execution, 'cancelled');
        if (this.#parkBecause && !cancelling) { await this.#park(); continue; }
        if (this.#stopped && !held) return end(this.execution, 'failed');
        if (!held && this.#dispatcher.readyCount === 0) return end(this.execution, null);
      }
      await this.execution.watch.change();
    }
  }

  /** Nothing new starts. */
  get #quiet(): boolean { return this.#parkBecause !== null || this.execution.held || this.execution.run.cancelling !== null || this.#stopped; }

  /** What may start now, from what stands in the journal. */
  #fromJournal(): Dispatcher<Step> {
    const { steps } = this.execution.plan;
    const standing = (id: StepId) => this.execution.run.steps.get(id)?.status ?? 'pending';
    const counts = (id: StepId): boolean => standing(id) === 'done' || standing(id) === 'skipped' || (standing(id) === 'failed' && this.#byId.get(id)?.onFailure === 'warn');
    const settled = (id: StepId): boolean => ['done', 'failed', 'skipped'].includes(standing(id));
    this.#dispatcher = new Dispatcher(steps, counts, settled, this.#inFlight.keys());
    this.#failed.clear();
    this.#looksOnly.clear();
    this.#parkBecause = null;
    this.#stopped = false;
    this.execution.waitAgain();
    for (const step of steps) if (standing(step.id) === 'failed' && !this.#inFlight.has(step.id)) this.#afterFailure(step);
    return this.#dispatcher;
  }

  #launch(step: Step): void {
    const before = this.execution.run.steps.get(step.id);
    if (step.irreversible) {
      const lost = authorityLost(this.execution.run, rosterOf(this.execution.state, this.execution.parts.clock.now()));
      if (lost !== null) {
        this.#parkBecause = { step: step.id, why: `${lost.why}, and '${step.says}' cannot be undone.`, next: `Other approvers go on with: resume ${this.execution.id}. Or: cancel ${this.execution.id}` };
        this.#dispatcher.release(step);
        this.#dispatcher.again(step);
        return;
      }
    }
    this.#follow(step, (next) => runStep(this.#environment(next), this.execution.plan, step, startingPoint(before)));
  }

  /** `told`: the step whose evidence goes into the same append. */
  #standsOnEvidence(step: Step, told: StepId | null = null): boolean { return this.#settling.size === 0 || !step.after.some((id) => id !== told && this.#settling.has(id)); }

  #begun(id: StepId): boolean { return this.execution.run.steps.get(id)?.status === 'started'; }

  /** A command that a process left in flight when it died, in a run or group that goes no further: nothing is done any more, but the world is asked what became of it (invariant 25). */
  #look(step: Step): void {
    this.#follow(step, (next) => runStep({ ...this.#environment(next), cancelled: AbortSignal.abort(new Error('it goes no further')) }, this.execution.plan, step, startingPoint(this.execution.run.steps.get(step.id))));
  }

  #environment(next: () => Next): StepEnvironment { return this.execution.stepEnvironment(() => !this.execution.held, true, next); }

  /** Sees to what becomes of a step that was taken. */
  #follow(step: Step, run: (next: () => Next) => Promise<Settled>): void {
    // By which dispatcher the step counts as done already: people may have had it made anew meanwhile.
    let told: Dispatcher<Step> | null = null;
    const next = (): Next => {
      told = this.#dispatcher;
      told.satisfy(step.id);
      told.release(step);
      this.#settling.add(step.id);
      return this.#next(step.id);
    };
    const work = run(next)
      .then(({ outcome, why }) => {
        if (outcome === 'done' || (outcome === 'failed' && step.onFailure === 'warn')) { if (told !== this.#dispatcher) this.#dispatcher.satisfy(step.id); }
        else if (outcome === 'failed') this.#afterFailure(step);
        else if (outcome === 'not-started') this.#dispatcher.again(step);
        else {
          this.#dispatcher.again(step);
          this.#parkBecause ??= { step: step.id, why: `Nobody can tell whether '${step.says}' happened: ${why ?? 'no answer'}`, next: afterUnknown(this.execution.id, step.id, step, this.execution.state.estate) };
        }
      })
      .catch((error: unknown) => {
        if (!this.execution.signal.aborted) this.execution.parts.log('a step could not be recorded', { run: this.execution.id, step: step.id, error: error instanceof Error ? error.message : String(error) });
        this.#lost ??= error;
      })
      .finally(() => {
        this.#inFlight.delete(step.id);
        this.#settling.delete(step.id);
        if (told !== this.#dispatcher) this.#dispatcher.release(step);
        // A race among thousands in flight, once for each entry of the journal, would remember every one of them every time.
        this.execution.watch.wake();
      });
    this.#inFlight.set(step.id, work);
  }

  /** Takes what may start when the evidence that is about to be written stands. What needs a look first, at the world or at people's rights, starts as usual. */
  #next(told: StepId): Next {
    if (this.#quiet) return nothingNext;
    const taken: { step: Step; from: StartingPoint; begin: (askedAt: Millis) => void; fail: (error: unknown) => void }[] = [];
    for (const step of this.#dispatcher.take((each) => this.#standsOnEvidence(each, told))) {
      const from = startingPoint(this.execution.run.steps.get(step.id));
      if (step.irreversible || from.probe) {
        this.#dispatcher.release(step);
        this.#dispatcher.again(step);
        continue;
      }
      let [begin, fail]: [(askedAt: Millis) => void, (error: unknown) => void] = [() => undefined, () => undefined];
      const standing = new Promise<Millis>((resolve, reject) => { [begin, fail] = [resolve, reject]; });
      this.#follow(step, async (next) => runStep(this.#environment(next), this.execution.plan, step, { ...from, intended: true, askedAt: await standing }));
      taken.push({ step, from, begin, fail });
    }
    return {
      intents: taken.map(({ step, from }) => intentOf(this.execution.plan, step, from.attempt)),
      begin: (askedAt) => { for (const each of taken) each.begin(askedAt); },
      fail: (error) => { for (const each of taken) each.fail(error); },
    };
  }

  /** drop: the entity's later steps go. stop: every later step of its group goes, and a plan with one group ends there. park: people decide. */
  #afterFailure(step: Step): void {
    if (step.onFailure === 'warn') return;
    this.#failed.add(step.id);
    const gone = new Set([step.id, ...this.#dispatcher.downstream(step.id)]);
    if (step.onFailure === 'stop') {
      const group = this.#groupOf(step);
      for (const each of this.execution.plan.steps) if (group === null || this.#groupOf(each) === group) gone.add(each.id);
      if (this.execution.plan.operation.hostGroups.length === 1 || step.entity.class === 'runbook') this.#stop();
    }
    if (step.onFailure === 'park' && !this.#stopped) {
      const state = this.execution.run.steps.get(step.id);
      const { id } = this.execution;
      this.#parkBecause ??= { step: step.id, why: `This failed: ${step.says}. ${state?.why ?? ''}`.trim(), next: `${state?.remedy ? `${state.remedy} ` : ''}Then: retry ${id}.${neverWaived(step, this.execution.state.estate) === null ? ` To go on without it: skip ${id} step=${step.id} waiver="why".` : ''} Or: cancel ${id}` };
    }
    for (const id of gone) if (id !== step.id && this.#begun(id) && !this.#inFlight.has(id)) {
      gone.delete(id);
      this.#looksOnly.add(id);
    }
    this.#dispatcher.drop(gone);
  }

  /** The run ends: nobody is asked about another failed step any more, and nothing is waited for. */
  #stop(): void {
    this.#stopped = true;
    if (this.#parkBecause?.step != null && this.execution.run.steps.get(this.#parkBecause.step)?.status === 'failed') this.#parkBecause = null;
    this.execution.stopWaiting();
  }

  #groupOf(step: Step): string | null {
    if (step.entity.class === 'disk_group') return step.entity.name;
    if (step.entity.class !== 'vm') return null;
    return groupOfVmNamed(this.execution.state.estate!, step.entity.name) ?? null;
  }

  /** Keeps its locks and waits for people: nothing is released while an outcome is unknown. */
  async #park(): Promise<void> {
    const because = this.#parkBecause!;
    await this.execution.writer.append({ type: 'run.parked', run: this.execution.id, ...because });
    await this.execution.whileParked();
    this.#dispatcher = this.#fromJournal();
    if (this.execution.run.cancelling && because.step !== null) this.#dispatcher.drop(new Set([because.step]));
  }

  /** A step that could not be recorded ends this execution, but not before the others have come to their end. */
  async settled(): Promise<void> { await Promise.allSettled(this.#inFlight.values()); }

  #stopIfLost(): void {
    this.execution.stopIfAborted();
    if (this.#lost !== null) throw this.#lost instanceof ExecutionEnded ? this.#lost : new ExecutionEnded('A step could not be recorded.', { cause: this.#lost });
  }
}
