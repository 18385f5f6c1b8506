import { afterAll, describe, expect, test } from '@jest/globals';
import { bugs, copyOf, hunted, shows } from './hunt.js';
import { readNight, type Written } from './script.js';
import { playScript } from './seed.js';

const known = bugs();
/** One of each family, since each takes a bundle and a process of its own; all of them: npm run sim -- --bugs. */
const quick = ['02-source-never-touched', '03-silence-is-success', '10-hooks-end-with-the-leader', '25-approval-carried-over'];

describe('seeded bugs', () => {
  test('are a dozen or more, of the lessons that must not be forgotten', () => {
    const lessons = new Set(known.map(({ lesson }) => Number(lesson.split(' ')[0])));
    for (const lesson of [1, 2, 3, 8, 9, 10, 11, 15, 16, 20, 21, 25]) expect(lessons).toContain(lesson);
  });

  describe('as patches', () => {
    const copy = copyOf();
    afterAll(() => copy.remove());
    test.each(known)('$name still applies', (bug) => { expect(() => copy.apply(bug, 'check')).not.toThrow(); });
  });

  test.each(known)('the night of $name breaks nothing without it', async ({ night }) => {
    expect((await playScript(readNight(JSON.parse(night) as Written))).broken).toEqual([]);
  });

  test.each(known.filter(({ name }) => quick.includes(name)))('$name is caught in its night by $property', async (bug) => { expect(await shows(bug)).toBe(true); });

  test('one is found from seeds alone, and its night is made as short as can be', async () => {
    const found = await hunted(known.find(({ name }) => name === '11-back-onto-the-loser')!, 1, 20);
    const { acts } = JSON.parse(found!.night) as Written;
    expect(acts.length).toBeLessThanOrEqual(6);
    expect(acts.filter(({ kind }) => kind === 'ask')).toHaveLength(2);
  });
});
