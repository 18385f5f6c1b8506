import { setMaxListeners } from 'node:events';
import { authorityLost } from '../core/approval.js';
import { runStream, type JournalEvent } from '../core/event.js';
import { tenantOf, tenantOfVm } from '../core/estate.js';
import { blockers, holdsAll, lockRank } from '../core/locks.js';
import { lifeboat, type RunId, type StepId } from '../core/names.js';
import type { Plan, Step } from '../core/plan.js';
import type { PlanChange } from '../core/plan-diff.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { Dispatcher } from '../core/schedule.js';
import { tallyOf } from '../core/tally.js';
import type { Brake } from '../ports/brake.js';
import type { Clock } from '../ports/clock.js';
import type { Controller } from '../ports/controller.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { ExecuteRun, ExecutionResult } from '../ports/runs.js';
import type { LiveState } from '../ports/state.js';
import { runStep, startingPoint, type StepEnvironment } from './step-runner.js';
import { Watch } from './watch.js';
import { createRunWriter, ExecutionEnded, type RunWriter } from './writer.js';

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
  /** Called for every effect of a brake or a decision that this node has not journalled itself. */
  readonly log: (message: string, detail: object) => void;
}

/** Works a granted run off, as far as it goes. Its whole memory is the journal: safe to call again after a crash at any point. */
export function createExecutor(parts: ExecutorParts): ExecuteRun & { poke(run: RunId): void } {
  const watches = new Map<RunId, Watch>();
  const execute: ExecuteRun = async (run, epoch, signal) => {
    const state = parts.live.current.runs.get(run);
    if (!state || isTerminal(state.status) || state.plan.epoch !== epoch || state.status === 'proposed') return 'finished';
    // Every step under way listens to it.
    setMaxListeners(0, signal);
    const watch = new Watch(parts.live, signal);
    watches.set(run, watch);
    try {
      return await new Execution(parts, run, watch, signal).work();
    } catch (error) {
      if (error instanceof ExecutionEnded) return 'waiting';
      throw error;
    } finally {
      watch.close();
      watches.delete(run);
    }
  };
  return Object.assign(execute, { poke: (run: RunId) => watches.get(run)?.wake() });
}

class Execution {
  #writer!: RunWriter;
  #inFlight = new Map<StepId, Promise<void>>();
  #parkBecause: { step: StepId | null; why: string; next: string } | null = null;
  #stopped = false;

  constructor(private readonly parts: ExecutorParts, private readonly id: RunId, private readonly watch: Watch, private readonly signal: AbortSignal) {}

  get #run(): RunState { return this.parts.live.current.runs.get(this.id)!; }
  get #plan(): Plan { return this.#run.plan; }

  async work(): Promise<ExecutionResult> {
    const plan = this.#plan;
    await this.#claim();
    const locked = await this.#takeLocks();
    if (!locked) return this.#finish('cancelled');
    if (this.#run.startedAt === null) {
      const go = await this.#revalidate();
      if (!go) return 'finished';
      await this.#writer.append({ type: 'run.started', run: plan.run });
    }
    return this.#workOff();
  }

  /** Writes our fence: whoever executed before can append nothing more (invariant 24). */
  async #claim(): Promise<void> {
    for (;;) {
      const fence = this.#run.streamSeq + 1;
      const event: JournalEvent = { type: 'run.claimed', run: this.id, epoch: this.#plan.epoch, boot: this.parts.bootId, fence };
      try {
        const committed = await this.parts.journal.append({ entries: [{ stream: runStream(this.id), tenant: this.#plan.tenant, actor: lifeboat('engine'), event }], expect: { [runStream(this.id)]: fence - 1 } });
        await this.parts.live.reach(committed[0]!.seq);
        this.#writer = createRunWriter(this.parts.journal, this.parts.live, this.parts.clock, this.#plan, fence, this.signal);
        return;
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        if (this.signal.aborted) throw new ExecutionEnded('This node is stopping.');
        await this.parts.clock.sleep(200, this.signal).catch(() => undefined);
      }
    }
  }

  /** Waits its turn: disaster, contract, age (DESIGN.md section 5). False when the run was cancelled while it waited. */
  async #takeLocks(): Promise<boolean> {
    const { locks: keys, urgency, tenant } = this.#plan;
    const locks = () => this.parts.live.current.locks;
    if (holdsAll(locks(), this.id, keys)) return true;
    const contract = tenantOf(this.parts.live.current.estate!, tenant)?.contractPriority ?? 'silver';
    if (!locks().waiting.some((request) => request.run === this.id)) await this.#writer.append({ type: 'lock.requested', run: this.id, keys, rank: lockRank(urgency, contract) });
    for (;;) {
      if (this.#run.cancelling) return false;
      if (!this.#held() && blockers(locks(), this.id).length === 0) {
        try {
          await this.#writer.appendExpecting({ locks: this.parts.live.current.heads.get('locks') ?? 0 }, { type: 'lock.acquired', run: this.id, keys });
          return true;
        } catch (error) {
          if (!(error instanceof JournalError) || error.code !== 'conflict') throw error;
          if (holdsAll(locks(), this.id, keys)) return true;
        }
      }
      await this.watch.change();
      this.#stopIfAborted();
    }
  }

  async #revalidate(): Promise<boolean> {
    if (this.#plan.gate.people === 0) return true;
    const lost = authorityLost(this.#run, this.parts.live.current.estate!);
    const verdict: Revalidation = lost.length > 0 ? { kind: 'refused', what: `${lost.join(', ')} no longer may approve, so the quorum is gone.`, next: `Ask again: the new request goes to people who may.` } : await this.parts.revalidate(this.#run, this.signal);
    this.#stopIfAborted();
    if (verdict.kind === 'same') return true;
    if (verdict.kind === 'refused') {
      await this.#writer.append({ type: 'run.finished', run: this.id, outcome: 'failed', tally: `Nothing was changed: ${verdict.what} ${verdict.next}`, exceptions: [verdict.what], vms: [] }, { type: 'lock.released', run: this.id });
      return false;
    }
    await this.#writer.append({ type: 'plan.revised', plan: verdict.plan, expiresAt: verdict.expiresAt, changes: verdict.changes, voided: this.#run.approvals.map((approval) => approval.by) }, { type: 'lock.released', run: this.id });
    return false;
  }

  // ---------------------------------------------------------------- the steps

  async #workOff(): Promise<ExecutionResult> {
    const { steps } = this.#plan;
    const counts = (id: StepId): boolean => { const step = this.#run.steps.get(id); return step?.status === 'done' || (step?.status === 'failed' && steps.find((each) => each.id === id)?.onFailure === 'warn'); };
    const settled = (id: StepId): boolean => ['done', 'failed', 'skipped'].includes(this.#run.steps.get(id)?.status ?? 'pending');
    const dispatcher = new Dispatcher(steps, counts, settled);
    for (const step of steps) if (this.#run.steps.get(step.id)?.status === 'failed') this.#afterFailure(step, dispatcher);
    await this.#whileParked();
    for (;;) {
      this.#stopIfAborted();
      const quiet = this.#parkBecause !== null || this.#held() || this.#run.cancelling !== null || this.#stopped;
      if (!quiet) for (const step of dispatcher.take()) this.#launch(step, dispatcher);
      if (this.#inFlight.size === 0) {
        if (this.#run.cancelling) return this.#end('cancelled');
        if (this.#parkBecause) { await this.#park(dispatcher); continue; }
        if (this.#stopped) return this.#end('failed');
        if (!this.#held() && dispatcher.readyCount === 0) return this.#end(null);
      }
      await Promise.race([this.watch.change(), ...this.#inFlight.values()]);
    }
  }

  #launch(step: Step, dispatcher: Dispatcher<Step>): void {
    const before = this.#run.steps.get(step.id);
    if (step.irreversible) {
      const lost = authorityLost(this.#run, this.parts.live.current.estate!);
      if (lost.length > 0) {
        this.#parkBecause = { step: step.id, why: `${lost.join(', ')} no longer may approve, and '${step.says}' cannot be undone.`, next: `Other approvers go on with: resume ${this.id}. Or: cancel ${this.id}` };
        dispatcher.release(step);
        dispatcher.again(step);
        return;
      }
    }
    const work = runStep(this.#environment(), this.#plan, step, startingPoint(before))
      .then(({ outcome, why }) => {
        if (outcome === 'done' || (outcome === 'failed' && step.onFailure === 'warn')) dispatcher.satisfy(step.id);
        else if (outcome === 'failed') this.#afterFailure(step, dispatcher);
        else if (outcome === 'not-started') dispatcher.again(step);
        else {
          dispatcher.again(step);
          this.#parkBecause ??= { step: step.id, why: `Nobody can tell whether '${step.says}' happened: ${why ?? 'no answer'}`, next: `Look at ${step.entity.name}, then: resume ${this.id} (asks the world again) or cancel ${this.id}` };
        }
      })
      .catch((error: unknown) => {
        if (!this.signal.aborted) this.parts.log('a step could not be recorded', { run: this.id, step: step.id, error: error instanceof Error ? error.message : String(error) });
        this.#lost ??= error;
      })
      .finally(() => { dispatcher.release(step); this.#inFlight.delete(step.id); });
    this.#inFlight.set(step.id, work);
  }
  #lost: unknown = null;

  /** drop: the entity's later steps go. stop: every later step of its group goes, and a plan with one group ends there. */
  #afterFailure(step: Step, dispatcher: Dispatcher<Step>): void {
    if (step.onFailure === 'warn') return;
    const gone = new Set(dispatcher.downstream(step.id));
    if (step.onFailure === 'stop') {
      const group = this.#groupOf(step);
      for (const each of this.#plan.steps) if (group === null || this.#groupOf(each) === group) gone.add(each.id);
      if (this.#plan.operation.hostGroups.length === 1) this.#stopped = true;
    }
    dispatcher.drop(gone);
  }
  #groupOf(step: Step): string | null {
    if (step.entity.class === 'disk_group') return step.entity.name;
    if (step.entity.class !== 'vm') return null;
    return tenantOfVm(this.parts.live.current.estate!, step.entity.name)?.vms.find((vm) => vm.name === step.entity.name)?.hostGroup ?? null;
  }

  #environment(): StepEnvironment {
    const { controller, journal, clock, live } = this.parts;
    return { controller, journal, clock, writer: this.#writer, state: () => live.current, clockRate: live.current.estate?.clockRate ?? 1, signal: this.signal, mayAct: () => !this.#held() };
  }

  #held(): boolean { return this.#run.held !== null || this.parts.brake.held(this.id) !== null; }

  /** Keeps its locks and waits for people: nothing is released while an outcome is unknown. */
  async #park(dispatcher: Dispatcher<Step>): Promise<void> {
    const because = this.#parkBecause!;
    await this.#writer.append({ type: 'run.parked', run: this.id, ...because });
    await this.#whileParked();
    this.#parkBecause = null;
    if (this.#run.cancelling && because.step !== null) dispatcher.drop(new Set([because.step]));
  }
  async #whileParked(): Promise<void> {
    while (this.#run.status === 'parked') {
      await this.watch.change();
      this.#stopIfAborted();
    }
  }

  // ---------------------------------------------------------------- the end

  /** `null`: as the steps say. What was done is taken back first where that is safe. */
  async #end(outcome: 'cancelled' | 'failed' | null): Promise<ExecutionResult> {
    await this.#takeBack();
    const unknown = [...this.#run.steps.values()].find((step) => step.status === 'unknown' || step.status === 'started');
    if (unknown && !this.#run.cancelling) {
      this.#parkBecause = { step: unknown.step, why: `Nobody can tell whether ${unknown.step} happened: ${unknown.why ?? 'no answer'}`, next: `Look at it, then: resume ${this.id} or cancel ${this.id}` };
      await this.#writer.append({ type: 'run.parked', run: this.id, ...this.#parkBecause });
      return 'waiting';
    }
    return this.#finish(outcome);
  }

  async #takeBack(): Promise<void> {
    const [done, unresolved] = [new Set<StepId>(), new Set<StepId>()];
    for (const { step, status } of this.#run.steps.values()) {
      if (status === 'done') done.add(step);
      if (status === 'started' || status === 'unknown') unresolved.add(step);
    }
    const steps = this.parts.controller.undo(this.#plan, done, unresolved).filter((step) => !done.has(step.id));
    const dispatcher = new Dispatcher(steps, () => true, () => false);
    const working = new Set<Promise<void>>();
    for (;;) {
      for (const step of dispatcher.take()) {
        const work: Promise<void> = runStep({ ...this.#environment(), mayAct: () => true }, this.#plan, step, startingPoint(this.#run.steps.get(step.id))).then(() => { dispatcher.release(step); working.delete(work); });
        working.add(work);
      }
      if (working.size === 0) return;
      await Promise.race(working);
    }
  }

  async #finish(wanted: 'cancelled' | 'failed' | null): Promise<ExecutionResult> {
    const run = this.#run;
    const tally = tallyOf(run);
    const failed = [...run.steps.values()].filter((step) => step.status === 'failed' || step.status === 'unknown');
    const exceptions = failed.map((step) => `${step.step}: ${step.why ?? 'failed'}${step.remedy === null ? '' : ` ${step.remedy}`}`);
    const outcome = wanted ?? (failed.length === 0 ? 'succeeded' : tally.done === 0 ? 'failed' : 'exceptions');
    const touched = run.startedAt === null ? [] : run.plan.vms;
    const vms = touched.map((name) => { const vm = this.parts.live.current.vms.get(name); return { vm: name, at: vm ? `${vm.site} on ${vm.host ?? 'no host'}, ${vm.power}` : 'unknown' }; });
    await this.#writer.append({ type: 'run.finished', run: this.id, outcome, tally: run.startedAt === null ? 'Nothing was started.' : tally.line, exceptions, vms }, { type: 'lock.released', run: this.id });
    return 'finished';
  }

  #stopIfAborted(): void {
    if (this.signal.aborted) throw new ExecutionEnded('This node is stopping.');
    if (this.#lost !== null) throw this.#lost instanceof ExecutionEnded ? this.#lost : new ExecutionEnded('A step could not be recorded.', { cause: this.#lost });
  }
}
