import type { JournalEvent, StepOutcome } from '../core/event.js';
import type { Millis } from '../core/names.js';
import type { Plan, Step } from '../core/plan.js';
import type { StepState } from '../core/run-state.js';
import { JournalError } from '../ports/journal.js';
import { attemptOnce } from './attempt.js';
import { nothingNext, type Next, type StepEnvironment } from './step-environment.js';
import { waitFor } from './wait-for.js';

/** Well below the time after which a silent process loses its runs to the others (members.ts). */
const standstillMaxMs: Millis = 5_000;

/** `not-started`: held before anything was done. Its intent stands; the step is taken up again when the run goes on. */
export interface Settled { readonly outcome: Exclude<StepOutcome, 'skipped'> | 'not-started'; readonly why: string | null }

/** Where an execution takes a step up. `probe`: something may have happened already, so the world is asked before anything is done. */
export interface StartingPoint { readonly attempt: number; readonly probe: boolean; /** Intent of this attempt stands in the journal. */ readonly intended: boolean; /** Since when this process was writing it. */ readonly askedAt?: Millis }

export function startingPoint(before: StepState | undefined): StartingPoint {
  if (before?.status === 'started') return { attempt: before.attempt, probe: true, intended: true };
  return { attempt: (before?.attempt ?? 0) + 1, probe: before?.status === 'unknown', intended: false };
}

/**
 * Intent before the act, evidence after (invariants 14 to 17). An unknown outcome is probed until the step's own time is over, and once at least: a silence
 * may have taken all of it. Only then people are asked.
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
    const how = probing || cancelled.aborted ? 'check' : 'do';
    let looked = how === 'check';
    let result = await attemptOnce(environment, plan, step, attempt, how, timeoutMs);
    if (result.kind === 'waiting') result = await waitFor(environment, plan, step, attempt, timeoutMs);
    for (let wait = Math.max(50, 2_000 / clockRate); result.kind === 'unknown' && (!looked || clock.now() < deadline) && !environment.signal.aborted; wait = Math.min(wait * 1.5, 5_000)) {
      await clock.sleep(wait, environment.signal).catch(() => undefined);
      result = await attemptOnce(environment, plan, step, attempt, 'check', timeoutMs);
      looked = true;
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
