import type { Estate } from '../../../src/core/estate.js';
import type { Night } from '../night.js';
import type { Random } from '../random.js';
import { lineActs } from './lines.js';
import { peopleActs } from './people.js';
import { processActs } from './processes.js';
import { worldActs } from './world.js';

/** A kind of thing that happens in a night. `weight`: how often it comes between what the story tells; 0: only where a story does. */
export interface ActKind<With = unknown> {
  readonly weight: number;
  draw(random: Random, estate: Estate): With;
  play(what: With, night: Night): Promise<void> | void;
}
/** Plain JSON: a night can be printed, and played again. */
export interface Act { readonly kind: string; readonly with: unknown }

/** One entry per kind. A new verb, failure or way to break a line is an entry here, and nothing else. */
export const table: Readonly<Record<string, Pick<ActKind, 'weight' | 'draw'> & { play(what: never, night: Night): Promise<void> | void }>> = { ...peopleActs, ...worldActs, ...processActs, ...lineActs };

const kinds = Object.entries(table).map(([kind, { weight }]) => ({ kind, weight }));
export function drawAct(random: Random, estate: Estate): Act {
  const { kind } = random.weighted(kinds);
  return { kind, with: table[kind]!.draw(random, estate) };
}

export async function play(act: Act, night: Night): Promise<void> { await table[act.kind]!.play(act.with as never, night); }

export const actWords = ({ kind, with: what }: Act): string => `${kind} ${JSON.stringify(what)}`;
