import { expect, test } from '@jest/globals';
import { isDroppable, ranges } from '../../src/core/retention.js';
import { emptyState, type State } from '../../src/core/state.js';

const state = (): State => ({ ...emptyState(), runs: new Map([['R-1', { status: 'succeeded' }], ['R-2', { status: 'held' }]]) as unknown as State['runs'], events: [{ seq: 50 }] as unknown as State['events'] });

test.each<[string, string, number, boolean]>([
  ['run:R-1', 'step.progress', 5, true], ['run:R-1', 'approval.refused', 5, true], ['run:R-1', 'step.finished', 5, false], ['run:R-1', 'plan.proposed', 5, false],
  ['run:R-2', 'step.progress', 5, false], ['run:R-9', 'step.progress', 5, false],
  ['desk', 'command.refused', 5, true], ['desk', 'note', 5, true], ['people', 'person.linked', 5, false],
  ['incidents', 'event.raised', 49, true], ['incidents', 'event.raised', 50, false],
])('in %s, %s at %i may go: %s', (stream, type, seq, may) => {
  expect(isDroppable({ seq, stream, type, at: 0 }, state())).toBe(may);
});

test('numbers in a row are told as one range', () => {
  expect(ranges([1, 2, 3, 7, 9, 10])).toEqual([[1, 3], [7, 7], [9, 10]]);
  expect(ranges([])).toEqual([]);
});
