import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const folder = dirname(fileURLToPath(import.meta.url));
const stories = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'story.txt'))).toSorted();
const indexed = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^- \[([^\]]+)\]\(\1\/expected\.log\): \S/gm)].map(([, name]) => name!);

test('every story is in the index once, and every line of the index has its story', () => { expect(indexed.toSorted()).toEqual(stories); });

test('there are enough of them, and each begins with what happens in it', () => {
  expect(stories.length).toBeGreaterThanOrEqual(97);
  expect(stories.filter((name) => !/^(estate .+\n)?# \S/.test(readFileSync(join(folder, name, 'story.txt'), 'utf8')))).toEqual([]);
});
