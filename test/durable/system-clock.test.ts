import { afterEach, expect, jest, test } from '@jest/globals';
import { createSystemClock } from '../../src/durable/clock.js';

afterEach(() => { jest.restoreAllMocks(); });

test('a clock that is set back an hour makes no pause longer', async () => {
  const pause = createSystemClock().sleep(20);
  const wall = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(wall - 3_600_000);
  await pause;
  expect(Date.now()).toBeLessThan(wall);
});
