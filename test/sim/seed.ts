import { Coverage } from './coverage.js';
import { Night, type Script } from './night.js';
import type { Broken } from './oracle/oracle.js';
import { only, scriptOf } from './script.js';
import { shrink } from './shrink.js';
import { Trace } from './trace.js';

export interface Played { readonly seed: number; readonly broken: readonly Broken[]; readonly steps: number; readonly hash: string }

/** One seed, whole or only some of its acts. */
export async function playSeed(seed: number, { places, coverage = new Coverage(), tell = null }: { readonly places?: readonly number[]; readonly coverage?: Coverage; readonly tell?: ((line: string) => void) | null } = {}): Promise<Played> {
  return { seed, ...await playScript(places ? only(scriptOf(seed), places) : scriptOf(seed), coverage, tell) };
}

export async function playScript(script: Script, coverage = new Coverage(), tell: ((line: string) => void) | null = null): Promise<Omit<Played, 'seed'>> {
  const trace = new Trace(tell);
  coverage.begin();
  const { broken, steps } = await Night.play(script, { trace, coverage });
  return { broken, steps, hash: trace.hash() };
}

/** The acts, by their places, without which that property would hold. */
export const shrinkSeed = (seed: number, property: string, from: readonly number[] = scriptOf(seed).acts.map((_, place) => place)): Promise<readonly number[]> =>
  shrink(from, async (places) => (await playSeed(seed, { places })).broken.some((each) => each.property === property));
