import type { Millis } from '../core/names.js';
import type { Plan, Step } from '../core/plan.js';
import type { StepResult } from '../ports/controller.js';
import { attemptOnce, startedAt } from './attempt.js';
import type { StepEnvironment } from './step-environment.js';

/** Estate time: how often a waiting step looks at what no journal entry tells, such as the world. */
const waitPollMs: Millis = 30_000;

/**
 * Asks again whenever the journal grows, and from time to time. A step that waits for people, time or a condition has its time from its first intent on, over restarts;
 * when that is over it has failed: waiting never counts as a yes.
 */
export async function waitFor(environment: StepEnvironment, plan: Plan, step: Step, attempt: number, timeoutMs: number): Promise<StepResult> {
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
