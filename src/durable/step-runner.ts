import type { Millis } from '../core/names.js';
import type { Plan, Step } from '../core/plan.js';
import { runStream, type JournalEvent, type StepOutcome } from '../core/event.js';
import type { StepState } from '../core/run-state.js';
import type { Clock } from '../ports/clock.js';
import type { Controller, StepContext, StepResult } from '../ports/controller.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import type { RunWriter } from './writer.js';

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

/** Well below the time after which a silent process loses its runs to the others (members.ts). */
const standstillMaxMs: Millis = 5_000;
/** Estate time: how often a waiting step looks at what no journal entry tells, such as the world. */
const waitPollMs: Millis = 30_000;

/** `not-started`: held before anything was done. Its intent stands; the step is taken up again when the run goes on. */
export interface Settled { readonly outcome: Exclude<StepOutcome, 'skipped'> | 'not-started'; readonly why: string | null }

/** Where an execution takes a step up. `probe`: something may have happened already, so the world is asked before anything is done. */
export interface StartingPoint { readonly attempt: number; readonly probe: boolean; /** Intent of this attempt stands in the journal. */ readonly intended: boolean; /** Since when this process was writing it. */ readonly askedAt?: Millis }

export function startingPoint(before: StepState | undefined): StartingPoint {
  if (before?.status === 'started') return { attempt: before.attempt, probe: true, intended: true };
  return { attempt: (before?.attempt ?? 0) + 1, probe: before?.status === 'unknown', intended: false };
}

/**
 * Intent before the act, evidence after (invariants 14 to 17). An unknown outcome is probed until the step's own time is over; only then people are asked.
 */
export async function runStep(environment: StepEnvironment, plan: Plan, step: Step, from: StartingPoint): Promise<Settled> {
  const { clock, clockRate, writer, cancelled } = environment;
  let { attempt, probe: probing, intended } = from;
  let { askedAt = clock.now() } = from;
  const attemptLast = Math.max(step.attemptsMax, attempt);
  let probed = probing;
  for (;; askedAt = clock.now()) {
    if (!intended) await startOnce(environment, plan, step, attempt);
    const stoodStillMs = clock.now() - askedAt;
    if (!probing && stoodStillMs > standstillMaxMs) {
      // This process may have been frozen and given up meanwhile: the fence tells, before anything new is started. Then the world is asked, since others may have acted.
      await writer.append({ type: 'step.progress', run: plan.run, step: step.id, line: `Writing the intent took ${Math.round(stoodStillMs / 1000)} s, so the world is looked at before anything is done.` });
      probing = true;
      probed = true;
    }
    if (!probing && !environment.mayAct()) return { outcome: 'not-started', why: null };
    const timeoutMs = Math.max(250, step.timeoutMs / clockRate);
    const deadline = clock.now() + timeoutMs;
    let result = await attemptOnce(environment, plan, step, attempt, probing || cancelled.aborted ? 'check' : 'do', timeoutMs);
    if (result.kind === 'waiting') result = await waitFor(environment, plan, step, attempt, timeoutMs);
    for (let wait = Math.max(50, 2_000 / clockRate); result.kind === 'unknown' && clock.now() < deadline && !environment.signal.aborted; wait = Math.min(wait * 1.5, 5_000)) {
      await clock.sleep(wait, environment.signal).catch(() => undefined);
      result = await attemptOnce(environment, plan, step, attempt, 'check', timeoutMs);
      probed = true;
    }
    if (environment.signal.aborted) environment.signal.throwIfAborted();
    if (probing && result.kind === 'not-done' && result.retry && !cancelled.aborted) {
      // The intent stands and the world says that nothing came of it: act on it now. A crash or a silence uses no attempt up, and the vendor's key stays the same.
      probing = false;
      intended = true;
      continue;
    }
    if (result.kind === 'not-done' && result.retry && attempt < attemptLast && !cancelled.aborted) {
      await writer.append({ type: 'step.finished', run: plan.run, step: step.id, attempt, outcome: 'failed', why: result.why, remedy: result.remedy, probed, willRetry: true, evidence: result.evidence, changes: [] });
      await clock.sleep(Math.min(30_000, 2_000 * 2 ** attempt) / clockRate, environment.signal).catch(() => undefined);
      attempt += 1;
      intended = false;
      continue;
    }
    const outcome = result.kind === 'not-done' ? 'failed' : result.kind === 'waiting' ? 'unknown' : result.kind;
    const why = result.kind === 'done' ? null : result.why;
    await finishOnce(environment, plan, step, attempt, { outcome, why, remedy: result.kind === 'not-done' ? result.remedy : null, probed, evidence: result.evidence, changes: result.kind === 'done' || result.kind === 'not-done' ? result.changes : [] }, outcome === 'done' ? environment.next() : nothingNext);
    return { outcome, why };
  }
}

export const intentOf = (plan: Plan, step: Step, attempt: number): JournalEvent => ({ type: 'step.started', run: plan.run, step: step.id, attempt, key: `${plan.run}.${plan.epoch}/${step.id}#${attempt}` });

async function startOnce({ writer }: StepEnvironment, plan: Plan, step: Step, attempt: number): Promise<void> {
  try {
    await writer.append(intentOf(plan, step, attempt));
  } catch (error) {
    // Our own append whose answer was lost stands already.
    if (!(error instanceof JournalError) || error.code !== 'duplicate') throw error;
  }
}

async function finishOnce({ writer, clock }: StepEnvironment, plan: Plan, step: Step, attempt: number, end: Omit<Extract<JournalEvent, { type: 'step.finished' }>, 'type' | 'run' | 'step' | 'attempt'>, next: Next): Promise<void> {
  const askedAt = clock.now();
  try {
    await writer.append({ type: 'step.finished', run: plan.run, step: step.id, attempt, ...end }, ...next.intents);
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'duplicate') {
      next.fail(error);
      throw error;
    }
    // The evidence stands already, and nothing of this append does.
    if (next.intents.length > 0) await writer.append(...next.intents).catch((cause: unknown) => { next.fail(cause); throw cause; });
  }
  next.begin(askedAt);
}

/**
 * Asks again whenever the journal grows, and from time to time. A step that waits for people, time or a condition has its time from its first intent on, over restarts;
 * when that is over it has failed: waiting never counts as a yes.
 */
async function waitFor(environment: StepEnvironment, plan: Plan, step: Step, attempt: number, timeoutMs: number): Promise<StepResult> {
  const { clock, live, signal, cancelled, ending } = environment;
  const endsAt = startedAt(environment, plan, step) + timeoutMs;
  for (;;) {
    // Listening before looking: what is written in between is not missed.
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    const stopListening = live.onEntries(wake);
    signal.addEventListener('abort', wake, { once: true });
    cancelled.addEventListener('abort', wake, { once: true });
    ending.addEventListener('abort', wake, { once: true });
    try {
      const result = await attemptOnce(environment, plan, step, attempt, 'check', timeoutMs);
      if (result.kind !== 'waiting' || signal.aborted) return result;
      const over = (why: string): StepResult => ({ kind: 'not-done', why: `${why} It waited for this: ${result.why}`, remedy: '', retry: false, evidence: result.evidence, changes: [] });
      if (cancelled.aborted) return over('The run was cancelled meanwhile.');
      if (ending.aborted) return over('Another step failed, and the run ends.');
      const leftMs = endsAt - clock.now();
      if (leftMs <= 0) return over('Its time is over.');
      await clock.sleep(Math.max(50, Math.min(leftMs, waitPollMs / environment.clockRate)), woken.signal).catch(() => undefined);
    } finally {
      stopListening();
      signal.removeEventListener('abort', wake);
      cancelled.removeEventListener('abort', wake);
      ending.removeEventListener('abort', wake);
    }
  }
}

const startedAt = ({ live, clock }: StepEnvironment, plan: Plan, step: Step): Millis => live.current.runs.get(plan.run)?.steps.get(step.id)?.startedAt ?? clock.now();

async function attemptOnce(environment: StepEnvironment, plan: Plan, step: Step, attempt: number, how: 'do' | 'check', timeoutMs: number): Promise<StepResult> {
  const { controller, journal, live, signal, cancelled, clock } = environment;
  const limit = new AbortController();
  const giveUp = (): void => limit.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  // What only looks is not cancelled: it tells in which state the command was left.
  const cancel = (): void => limit.abort(cancelled.reason);
  if (how === 'do') cancelled.addEventListener('abort', cancel, { once: true });
  const timer = new AbortController();
  void clock.sleep(timeoutMs, timer.signal).then(() => limit.abort(new Error('time is over')), () => undefined);
  const context: StepContext = {
    run: plan.run, attempt, key: `${plan.run}.${plan.epoch}/${step.id}`, signal: limit.signal, state: live.current, startedAt: startedAt(environment, plan, step),
    progress: (line) => { void journal.append({ entries: [{ stream: runStream(plan.run), tenant: plan.tenant, actor: { kind: 'lifeboat', door: 'engine' }, event: { type: 'step.progress', run: plan.run, step: step.id, line } }] }).catch(() => undefined); },
  };
  try {
    return await controller[how](step, plan, context);
  } catch (error) {
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error), evidence: [] };
  } finally {
    timer.abort();
    signal.removeEventListener('abort', giveUp);
    cancelled.removeEventListener('abort', cancel);
  }
}
