import { drawStory } from './acts/stories.js';
import { drawAct, type Act } from './acts/table.js';
import { estates, insideOne } from './estates.js';
import type { Script } from './night.js';
import { Random } from './random.js';

const disturbancesMax = 9;

/** The night of a seed: a story, and what comes in between. */
export function scriptOf(seed: number): Script {
  const random = new Random(seed);
  // The first numbers of neighbouring seeds are alike in no generator worth its name, but throwing a few away costs nothing.
  for (let thrown = 0; thrown < 4; thrown++) random.below(2);
  const drawn = random.weighted(estates);
  const estate = (seed % 4 === 0 ? insideOne : drawn).make();
  const nodes = random.chance(0.5) ? 2 : 1;
  const acts: Act[] = drawStory(random, estate);
  for (let left = random.below(disturbancesMax + 1); left > 0; left--) acts.splice(random.below(acts.length + 1), 0, drawAct(random, estate));
  return { estate, nodes, acts };
}

/** Only some acts of a night, by their place in it: what is left when a failing one has been shrunk. */
export const only = (script: Script, places: readonly number[]): Script => ({ ...script, acts: places.flatMap((place) => script.acts[place] ?? []) });

/** A night as it is written down, apart from any seed: seeds draw other nights as soon as a kind of act is added. */
export interface Written { readonly estate: string; readonly nodes: 1 | 2; readonly acts: readonly Act[] }
export const written = ({ estate, nodes, acts }: Script): Written => ({ estate: estate.name, nodes, acts });

export function readNight({ estate, nodes, acts }: Written): Script {
  const known = estates.find((each) => each.make().name === estate);
  if (!known) throw new Error(`There is no estate '${estate}'. Known: ${estates.map((each) => each.name).join(', ')}.`);
  return { estate: known.make(), nodes, acts };
}
