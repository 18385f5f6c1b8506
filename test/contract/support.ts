import type { Actor } from '../../src/core/names.js';
import { lifeboat } from '../../src/core/names.js';
import type { Millis } from '../../src/core/names.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Log } from '../../src/ports/log.js';
import type { NewEntry } from '../../src/ports/journal.js';

export const quiet: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export const actor: Actor = lifeboat('engine');

export const noteEntry = (stream: string, text: string, tenant: string | null = null): NewEntry => ({ stream, tenant, actor, event: { type: 'note', about: stream, text, data: null } });
export const claimEntry = (run: string, fence: number): NewEntry => ({ stream: `run:${run}`, tenant: null, actor, event: { type: 'run.claimed', run, epoch: 1, boot: `boot-${fence}`, fence } });
export const stepStarted = (run: string, step: string, attempt: number): NewEntry => ({ stream: `run:${run}`, tenant: null, actor, event: { type: 'step.started', run, step, attempt, key: `${run}/${step}` } });

/** Resolves when the condition holds; fails with what it waited for. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>, patienceMs: Millis = 45_000): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await new Promise((resolve) => { setTimeout(resolve, 10); })) if (await condition()) return;
  throw new Error(`Waited ${patienceMs} ms in vain until ${what}`);
}

/** A clock that stands still until it is moved; sleepers wake in order. */
export function createFakeClock(start: Millis = 1_000_000): Clock & { advance(ms: Millis): void } {
  let now = start;
  const sleepers = new Set<{ until: Millis; wake(): void }>();
  const clock: Clock & { advance(ms: Millis): void } = {
    now: () => now,
    sleep: (ms, signal) => new Promise((resolve, reject) => {
      const sleeper = { until: now + ms, wake: () => { sleepers.delete(sleeper); resolve(); } };
      if (signal?.aborted) reject(signal.reason as Error);
      else sleepers.add(sleeper);
      signal?.addEventListener('abort', () => { sleepers.delete(sleeper); reject(signal.reason as Error); }, { once: true });
    }),
    every: (ms, work) => {
      const sleeper = { until: now + ms, wake: () => { sleeper.until += ms; void work(); } };
      sleepers.add(sleeper);
      return () => { sleepers.delete(sleeper); };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = [...sleepers].filter((sleeper) => sleeper.until <= until).toSorted((a, b) => a.until - b.until)[0];
        if (!next) break;
        now = Math.max(now, next.until);
        next.wake();
      }
      now = until;
    },
  };
  return clock;
}
