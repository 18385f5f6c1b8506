import type { DrEvent, Evidence } from '../core/dr-event.js';
import type { Millis } from '../core/names.js';
import type { Sighting } from '../ports/world.js';
import type { State } from '../core/state.js';
import { within, type Clock } from '../ports/clock.js';
import type { Controller } from '../ports/controller.js';

/** Estate time between two looks (hmc_ping_timer and sa_ping_timer, reference/ksys.md 2.3: 10 to 30 s). */
const lookEveryMs = 10_000;
/** A look that takes longer counts as no answer. */
const lookTimeoutMs = 5_000;

export interface MonitorParts {
  readonly controller: Controller;
  readonly clock: Clock;
  readonly state: () => State;
  /** Keys of incidents that are open: only those, and what was told here, can be over. */
  readonly open: () => ReadonlySet<string>;
  readonly raised: (event: DrEvent) => Promise<void>;
  readonly cleared: (key: string, evidence: readonly Evidence[]) => Promise<void>;
  /** What a look saw, before anybody is told of anything. */
  readonly seen: (sighting: Sighting) => void;
  /** After each look, with the keys that are failing now. `isolated`: Lifeboat itself is cut off. */
  readonly looked: (failing: ReadonlySet<string>, isolated: boolean) => Promise<void>;
  readonly log: (message: string, detail: object) => void;
}

/** Looks at the whole estate again and again, also while operations run: KSYS goes blind then (reference/ksys.md 4.1), Lifeboat does not. */
export function startMonitor(parts: MonitorParts): () => void {
  const since = new Map<string, Millis>();
  const told = new Set<string>();
  const rate = parts.state().estate?.clockRate ?? 1;
  const look = async (): Promise<void> => {
    const state = parts.state();
    if (!state.estate) return;
    try {
      const mayBeOver = new Set([...parts.open(), ...told]);
      const seen = await within(parts.clock, lookTimeoutMs, (signal) => parts.controller.observe(state, parts.clock.now(), signal, mayBeOver));
      parts.seen(seen.sighting);
      const failing = new Set(seen.raised.map(({ event }) => event.key));
      for (const key of since.keys()) if (!failing.has(key)) since.delete(key);
      for (const { event, afterMs, also } of seen.raised) {
        const first = since.get(event.key) ?? parts.clock.now();
        since.set(event.key, first);
        if (told.has(event.key) || (parts.clock.now() - first) * rate < afterMs) continue;
        const lasted = Math.round(((parts.clock.now() - first) * rate) / 1000);
        const evidence = lasted > 0 ? [...event.evidence, { saw: `so for ${lasted} s of estate time`, by: 'Lifeboat', at: parts.clock.now() }] : event.evidence;
        for (const each of [event, ...also]) await parts.raised({ ...each, evidence });
        told.add(event.key);
      }
      for (const { key, evidence } of seen.cleared) {
        told.delete(key);
        await parts.cleared(key, evidence);
      }
      await parts.looked(failing, seen.isolated);
    } catch (error) {
      // The next look tells again what this one could not.
      parts.log('the monitor could not look or not write down what it saw', { error: error instanceof Error ? error.message : String(error) });
    }
  };
  return parts.clock.every(Math.max(250, lookEveryMs / rate), look);
}
