import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { play } from './lab/story.js';

const folder = dirname(fileURLToPath(import.meta.url));
const stories = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'story.txt'))).toSorted();

/** Every folder is a story with the log that it must give. After a wanted change: UPDATE_GOLDEN=1, then read the difference. */
describe('the stories go as written', () => {
  test.each(stories)('%s', async (name) => {
    const log = await play(readFileSync(join(folder, name, 'story.txt'), 'utf8'));
    const file = join(folder, name, 'expected.log');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, log);
    expect(log).toBe(readFileSync(file, 'utf8'));
  });

  test('the same story gives the same log, whenever it is played', async () => {
    const story = readFileSync(join(folder, stories[0]!, 'story.txt'), 'utf8');
    expect(await play(story)).toBe(await play(story));
  });
});
