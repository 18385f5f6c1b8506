import { drawStory } from './acts/stories.js';
import { drawAct, type Act } from './acts/table.js';
import { estates } from './estates.js';
import type { Script } from './night.js';
import { Random } from './random.js';

const disturbancesMax = 9;

/** The night of a seed: a story, and what comes in between. */
export function scriptOf(seed: number): Script {
  const random = new Random(seed);
  // The first numbers of neighbouring seeds are alike in no generator worth its name, but throwing a few away costs nothing.
  for (let thrown = 0; thrown < 4; thrown++) random.below(2);
  const estate = random.weighted(estates).make();
  const nodes = random.chance(0.5) ? 2 : 1;
  const acts: Act[] = drawStory(random, estate);
  for (let left = random.below(disturbancesMax + 1); left > 0; left--) acts.splice(random.below(acts.length + 1), 0, drawAct(random, estate));
  return { estate, nodes, acts };
}

/** Only some acts of a night, by their place in it: what is left when a failing one has been shrunk. */
export const only = (script: Script, places: readonly number[]): Script => ({ ...script, acts: places.flatMap((place) => script.acts[place] ?? []) });
