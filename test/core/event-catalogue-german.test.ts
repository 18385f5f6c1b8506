import { expect, test } from '@jest/globals';
import { eventCatalogue } from '../../src/core/event-catalogue/catalogue.js';
import { inGerman } from '../../src/core/event-catalogue/german.js';

test('every meaning and every reaction has German words: add them to src/core/event-catalogue/german.ts', () => {
  const all = eventCatalogue.flatMap(({ means, reaction }) => [means, ...(reaction === null ? [] : [reaction])]);
  expect([...new Set(all)].filter((each) => inGerman(each) === null)).toEqual([]);
  expect(all.filter((each) => inGerman(each) === each)).toEqual([]);
});
