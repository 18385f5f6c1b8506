import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Millis } from '../../src/core/names.js';
import type { ExecuteRun, ExecutionResult, Runs } from '../../src/ports/runs.js';
import { eventually } from './support.js';

export interface RunsHarness {
  /** Forgets all runs. */
  reset(): Promise<void>;
  /** A process on the runs that there are; one at a time. */
  boot(execute: ExecuteRun): Promise<Runs>;
  /** Lets time pass, where that is possible. */
  pass(ms: Millis): void;
}

export const runsContract = (name: string, harness: RunsHarness): void => describe(`${name} is a Runs`, () => {
  let runs: Runs | null = null;
  const calls: string[] = [];
  const boot = async (execute: ExecuteRun): Promise<Runs> => {
    runs = await harness.boot((run, epoch, signal) => { calls.push(`${run}.${epoch}`); return execute(run, epoch, signal); });
    return runs;
  };
  const halt = async (): Promise<void> => { await runs?.stop(); runs = null; };
  beforeEach(async () => { calls.length = 0; await harness.reset(); });
  afterEach(halt);

  test('a run is executed once, however often it is started', async () => {
    const { start } = await boot(async () => 'finished');
    await Promise.all([start('R-1', 1), start('R-1', 1), start('R-1', 1)]);
    await start('R-2', 1);
    await eventually('both were executed', () => calls.length >= 2);
    await start('R-1', 1);
    await start('R-1', 2);
    await eventually('the new epoch was executed', () => calls.length >= 3);
    expect(calls.toSorted()).toEqual(['R-1.1', 'R-1.2', 'R-2.1']);
  });

  test('a waiting run is executed again when it is woken, also when woken before it waits', async () => {
    const gate = new AbortController();
    const { start, wake } = await boot(async () => {
      if (calls.length === 1) await once(gate.signal, 'abort');
      return calls.length < 3 ? 'waiting' : 'finished';
    });
    await start('R-1', 1);
    await eventually('it executes', () => calls.length === 1);
    await wake('R-1', 1);
    gate.abort();
    await eventually('the early wake-up was kept', () => calls.length === 2);
    await wake('R-1', 1);
    await eventually('it was woken', () => calls.length === 3);
    await wake('R-1', 1);
    expect(calls).toHaveLength(3);
  });

  test('one run starts another from inside its own execution', async () => {
    let own: Runs | null = null;
    own = await boot(async (run) => {
      if (run === 'R-1') await own!.start('R-2', 1);
      return 'finished';
    });
    await own.start('R-1', 1);
    await eventually('the second was executed', () => calls.includes('R-2.1'));
    expect(calls.toSorted()).toEqual(['R-1.1', 'R-2.1']);
  });

  test('waking a run that nobody started does nothing', async () => {
    const { wake } = await boot(async () => 'finished');
    await wake('R-404', 1);
    expect(calls).toEqual([]);
  });

  test('an execution that fails is tried again', async () => {
    const { start } = await boot(async () => {
      if (calls.length === 1) throw new Error('a fault of ours');
      return 'finished';
    });
    await start('R-1', 1);
    await eventually('it is tried again', () => { harness.pass(1000); return calls.length === 2; });
  });

  test('stopping tells the execution, waits for it, and the run goes on at the next start', async () => {
    let told = false;
    const first = await boot((_run, _epoch, signal) => new Promise<ExecutionResult>((resolve) => {
      signal.addEventListener('abort', () => { told = true; setImmediate(() => { calls.push('ended'); resolve('waiting'); }); });
    }));
    await first.start('R-1', 1);
    await eventually('it executes', () => calls.length === 1);
    await halt();
    expect(told).toBe(true);
    expect(calls).toEqual(['R-1.1', 'ended']);
    await boot(async () => 'finished');
    await eventually('it goes on', () => calls.length === 3);
    await halt();
    await boot(async () => 'finished');
    expect(calls).toEqual(['R-1.1', 'ended', 'R-1.1']);
  });

  test('an execution that throws because it was stopped is not taken for a failure', async () => {
    const first = await boot((_run, _epoch, signal) => new Promise<ExecutionResult>((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); }));
    await first.start('R-1', 1);
    await eventually('it executes', () => calls.length === 1);
    await halt();
    await boot(async () => 'finished');
    await eventually('it goes on', () => calls.length === 2);
  });

  test('a run that waits when the process stops is executed again at the next start', async () => {
    const first = await boot(async () => 'waiting');
    await first.start('R-1', 1);
    await eventually('it executes', () => calls.length === 1);
    await halt();
    await boot(async () => 'finished');
    await eventually('it goes on', () => calls.length === 2);
  });
});
