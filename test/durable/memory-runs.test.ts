import { expect, test } from '@jest/globals';
import { createMemoryRuns, type PendingRuns } from '../../src/durable/memory-runs.js';
import { runsContract } from '../contract/runs.js';
import { createFakeClock, eventually, quiet } from '../contract/support.js';

const clock = createFakeClock();
let pending: PendingRuns = new Map();

runsContract('The runs in memory', {
  reset: async () => { pending = new Map(); },
  boot: async (execute) => createMemoryRuns({ execute, clock, log: quiet, pending }),
  pass: (ms) => clock.advance(ms),
});

test('a waiting run in memory looks again after a minute though nobody woke it, and not before', async () => {
  let calls = 0;
  const runs = createMemoryRuns({ execute: async () => { calls++; return 'waiting'; }, clock, log: quiet });
  await runs.start('R-1', 1);
  clock.advance(59_999);
  await new Promise((resolve) => { setImmediate(resolve); });
  expect(calls).toBe(1);
  clock.advance(1);
  await eventually('it looks again', () => calls === 2);
  await runs.stop();
});
