import type { DrEvent, Evidence } from '../core/dr-event.js';
import type { Millis } from '../core/names.js';
import type { State } from '../core/state.js';
import { within, type Clock } from '../ports/clock.js';
import type { Controller } from '../ports/controller.js';

/** Estate time between two looks (hmc_ping_timer and sa_ping_timer, reference/ksys.md 2.3: 10 to 30 s). */
const lookEveryMs = 10_000;
/** An unanswered ping must repeat before people are woken: three looks in a row. */
const pingFailuresMs = 20_000;
/** A look that takes longer counts as no answer. */
const lookTimeoutMs = 5_000;

export interface MonitorParts {
  readonly controller: Controller;
  readonly clock: Clock;
  readonly state: () => State;
  readonly raised: (event: DrEvent) => Promise<void>;
  readonly cleared: (key: string, evidence: readonly Evidence[]) => Promise<void>;
  /** After each look, with the keys that are failing now. */
  readonly looked: (failing: ReadonlySet<string>) => Promise<void>;
  readonly log: (message: string, detail: object) => void;
}

/** How long a condition must last before it counts: hostFDT for hosts (seeds/5), a few pings for what is only unreachable. Estate time. */
export function patienceMs(event: Pick<DrEvent, 'name' | 'site' | 'entity'>, state: State): Millis {
  if (event.name === 'HOST_FAILURE') {
    const times = state.estate?.tenants.flatMap((tenant) => tenant.hostGroups.filter((group) => group.hosts.includes(event.entity) || tenant.hostPairs.some((pair) => pair.backup === event.entity)).map((group) => group.hostFailureDetectionTimeMs)) ?? [];
    return times.length === 0 ? 90_000 : Math.min(...times);
  }
  return event.name === 'HMC_UNREACHABLE' || event.name === 'STG_UNREACHABLE' ? pingFailuresMs : 0;
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
      const seen = await within(parts.clock, lookTimeoutMs, (signal) => parts.controller.observe(state, parts.clock.now(), signal));
      const failing = new Set(seen.raised.map((event) => event.key));
      for (const key of since.keys()) if (!failing.has(key)) since.delete(key);
      for (const event of seen.raised) {
        const first = since.get(event.key) ?? parts.clock.now();
        since.set(event.key, first);
        if (told.has(event.key) || (parts.clock.now() - first) * rate < patienceMs(event, state)) continue;
        const lasted = Math.round(((parts.clock.now() - first) * rate) / 1000);
        await parts.raised({ ...event, evidence: lasted > 0 ? [...event.evidence, { saw: `so for ${lasted} s of estate time`, by: 'Lifeboat', at: parts.clock.now() }] : event.evidence });
        told.add(event.key);
      }
      for (const { key, evidence } of seen.cleared) {
        told.delete(key);
        await parts.cleared(key, evidence);
      }
      await parts.looked(failing);
    } catch (error) {
      // The next look tells again what this one could not.
      parts.log('the monitor could not look or not write down what it saw', { error: error instanceof Error ? error.message : String(error) });
    }
  };
  return parts.clock.every(Math.max(250, lookEveryMs / rate), look);
}
