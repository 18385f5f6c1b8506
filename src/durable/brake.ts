import type { Actor, RunId } from '../core/names.js';
import type { Brake } from '../ports/brake.js';

export function createBrake(onChange: (run: RunId) => void): Brake {
  const holds = new Map<RunId, { by: Actor; reason: string | null }>();
  return {
    hold(run, by, reason) { holds.set(run, { by, reason }); onChange(run); },
    release(run) { if (holds.delete(run)) onChange(run); },
    held: (run) => holds.get(run) ?? null,
    all: () => [...holds.keys()],
  };
}
