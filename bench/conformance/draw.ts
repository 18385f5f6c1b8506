import type { Millis } from '../../src/core/names.js';
import { random } from '../result.js';
import { phases, type Phase } from './oracle.js';

/** What is done to whom. `node-kill-late`: the node comes back only after another has taken over. */
export const kinds = ['node-kill', 'node-kill-late', 'node-freeze', 'database-kill', 'database-restart'] as const;
export type Kind = (typeof kinds)[number];
/** Out of twenty. */
const share: Record<Kind, number> = { 'node-kill': 9, 'node-kill-late': 3, 'node-freeze': 3, 'database-kill': 3, 'database-restart': 2 };

/** Less than the phase lasts at the campaign's speed. The end is over at once. */
const delayMaxMs: Record<Phase, Millis> = { approved: 150, define: 200, shutdown: 400, storage: 300, boot: 900, cleanup: 60, ending: 0 };

export interface Kill {
  readonly number: number;
  readonly kind: Kind;
  /** When: in this phase of a move, so long after it was seen. */
  readonly phase: Phase;
  readonly delayMs: Millis;
  /** The node that executes the move, or any node. */
  readonly ofOwner: boolean;
  /** In [0, 1): picks among several nodes. */
  readonly pick: number;
}

/** The whole campaign follows from the seed: every phase equally often, every kind by its share. */
export function drawKills(count: number, seed: number): Kill[] {
  const draw = random(seed);
  const deck = <Value>(values: readonly Value[]): (() => Value) => {
    let left: Value[] = [];
    return () => {
      if (left.length === 0) left = [...values];
      return left.splice(Math.floor(draw() * left.length), 1)[0]!;
    };
  };
  const nextPhase = deck(phases);
  const nextKind = deck(kinds.flatMap((kind) => Array.from({ length: share[kind] }, () => kind)));
  return Array.from({ length: count }, (_, index) => {
    const phase = nextPhase();
    return { number: index + 1, kind: nextKind(), phase, delayMs: Math.floor(draw() * delayMaxMs[phase]), ofOwner: draw() < 0.75, pick: draw() };
  });
}
