import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { againstFloor, Coverage, type Floor } from './coverage.js';
import { readNight, scriptOf, written } from './script.js';
import { playScript, playSeed } from './seed.js';
import { shrink } from './shrink.js';

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe('nights from a seed', () => {
  const reached = new Coverage();
  test(`keep every promise, from seed ${seeds[0]} to ${seeds.at(-1)}`, async () => {
    for (const seed of seeds) expect((await playSeed(seed, { coverage: reached })).broken.map(({ property, words }) => `seed ${seed}: ${property}: ${words}`)).toEqual([]);
  }, 240_000);

  test('reach no less than they did before', () => {
    const { sometimes, pairs } = reached.report();
    const floor = JSON.parse(readFileSync('test/sim/coverage-floor.json', 'utf8')) as Floor;
    expect(againstFloor({ sometimes: sometimes.reached, pairs: pairs.reached }, floor)).toEqual([]);
  });

  test('are the same nights each time (invariant 50), from the seed or as they were written down', async () => {
    for (const seed of [3, 16, 31]) {
      const { hash, steps } = await playSeed(seed);
      expect({ hash, steps }).toEqual({ hash: (await playSeed(seed)).hash, steps });
      expect((await playScript(readNight(JSON.parse(JSON.stringify(written(scriptOf(seed))))))).hash).toBe(hash);
    }
    expect((await playSeed(3)).hash).not.toBe((await playSeed(4)).hash);
  });

  test('say what they have reached, and what not yet', async () => {
    const coverage = new Coverage();
    await playSeed(2, { coverage });
    const { sometimes, pairs } = coverage.report();
    expect(sometimes.missing).not.toContain('run succeeded');
    expect(sometimes.missing).toContain('run withdrawn');
    expect(pairs.missing).toContain('late-request x resync-group');
  });
});

test('what is reached may not fall, and where it has risen its floor has to', () => {
  const floor: Floor = { sometimes: 20, pairs: 50 };
  expect(againstFloor({ sometimes: 20, pairs: 55 }, floor)).toEqual([]);
  expect(againstFloor({ sometimes: 19, pairs: 50 }, floor)).toEqual([expect.stringContaining('20 were reached before')]);
  expect(againstFloor({ sometimes: 22, pairs: 56 }, floor)).toEqual([expect.stringContaining('raise the floor to 56 in test/sim/coverage-floor.json')]);
});

test('shrinking leaves the acts without which it would not fail', async () => {
  const fails = async (places: readonly number[]): Promise<boolean> => places.includes(3) && places.includes(11);
  expect(await shrink(Array.from({ length: 20 }, (_, place) => place), fails)).toEqual([3, 11]);
});
