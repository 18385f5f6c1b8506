import { expect, test } from '@jest/globals';
import { fuzz } from './fuzz.js';

// A hundred thousand in CI: npm run fuzz -- --payloads 100000
test('a thousand odd, forged and forbidden payloads through every way in do nothing, and nothing breaks', async () => {
  const { acted, crashed, payloads, refusedInJournal } = await fuzz(1_300, 1);
  expect({ acted, crashed }).toEqual({ acted: [], crashed: [] });
  expect(Object.values(payloads)).toEqual(Array.from({ length: 13 }, () => 100));
  expect(refusedInJournal).toBeGreaterThan(0);
}, 120_000);

test('where the sender has rights after all, this is found', async () => {
  const { acted } = await fuzz(1_300, 1, { viewer: 'UANA' });
  expect(acted.length).toBeGreaterThan(0);
}, 120_000);
