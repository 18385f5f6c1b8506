import type { Millis } from '../../src/core/names.js';
import type { Step } from '../../src/core/plan.js';
import { heartbeatTimeoutMs, type Instance } from './families.js';

/** What became of one attempt: `again` has failed and may be repeated, `failed` may not. */
export interface Attempt { readonly ms: Millis; readonly outcome: 'done' | 'again' | 'failed' }
/** What really happens, whoever asks for it and in whatever order. */
export interface World {
  /** One attempt that begins now. */
  begin(step: Step, attempt: number, now: Millis): Attempt;
  /** All attempts of a step together, for bounds. */
  durationMs(step: Step): Millis;
}

const gaussian = (draw: () => number): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/** True durations, drawn once per step before anything is scheduled: every schedule of an instance meets the same ones. Boots are lognormal around their median of 60 s. */
export function drawWorld({ steps, callsPerSecond, hangs = 0 }: Instance, draw: () => number): (lost?: { readonly host: string; readonly at: Millis }) => World {
  const ms = new Map<string, Millis>();
  const hanging = new Set<string>();
  for (const step of steps) {
    ms.set(step.id, step.estimateMs * Math.exp((step.kind === 'start-vm' ? 0.35 : 0.2) * gaussian(draw)));
    if (step.kind === 'start-vm' && draw() < hangs) hanging.add(step.id);
  }
  return (lost) => {
    let nextCallAt = 0;
    const admitted = (step: Step, now: Millis): Millis => {
      if (callsPerSecond === undefined || step.slots.length === 0) return 0;
      const at = Math.max(now, nextCallAt);
      nextCallAt = at + 1_000 / callsPerSecond;
      return at - now;
    };
    return {
      begin(step, attempt, now) {
        const [took, outcome] = hanging.has(step.id) && attempt === 1 ? [heartbeatTimeoutMs, 'again' as const] : [ms.get(step.id) ?? 0, 'done' as const];
        const endsAfter = admitted(step, now) + took;
        return lost !== undefined && step.args.host === lost.host && now + endsAfter > lost.at ? { ms: Math.max(0, lost.at - now), outcome: 'failed' } : { ms: endsAfter, outcome };
      },
      durationMs: (step) => ms.get(step.id)! + (hanging.has(step.id) ? heartbeatTimeoutMs : 0),
    };
  };
}
