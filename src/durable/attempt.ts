import { setMaxListeners } from 'node:events';
import { runStream } from '../core/event.js';
import type { Millis } from '../core/names.js';
import type { Plan, Step } from '../core/plan.js';
import { redactText } from '../core/redact.js';
import type { StepContext, StepResult } from '../ports/controller.js';
import type { StepEnvironment } from './step-environment.js';

/** When this attempt began, by the journal: over restarts. */
export const startedAt = ({ live, clock }: StepEnvironment, plan: Plan, step: Step): Millis => live.current.runs.get(plan.run)?.steps.get(step.id)?.startedAt ?? clock.now();

/** One call of the controller, for as long as the step may take. What it throws tells nothing about the outcome. */
export async function attemptOnce(environment: StepEnvironment, plan: Plan, step: Step, attempt: number, how: 'do' | 'check', timeoutMs: number): Promise<StepResult> {
  const { controller, journal, live, signal, cancelled, clock } = environment;
  const limit = new AbortController();
  // One step may ask many hosts side by side: as many listeners are no leak.
  setMaxListeners(0, limit.signal);
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
    return { kind: 'unknown', why: redactText(error instanceof Error ? error.message : String(error)), evidence: [] };
  } finally {
    // With a reason of its own it needs no exception, which would be made with its stack for each step.
    timer.abort(null);
    signal.removeEventListener('abort', giveUp);
    cancelled.removeEventListener('abort', cancel);
  }
}
