import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { stepOf, whereabouts } from '../../bench/conformance/oracle.js';
import { cleanEnvironment, createVar, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

/** Journal and world of version 0.1.0, taken while a planned move was held after its storage had switched. */
const old = resolve('test/process/version-0.1.0');
const here = createVar();
let lifeboat: Lifeboat | null = null;
afterAll(async () => {
  await lifeboat?.stop();
  here.done();
});

test('a run that version 0.1.0 began is carried to its end by this one, from the old journal and the old world, and nothing happens twice', async () => {
  const vms = ['billing', 'ledger', 'orders', 'payroll', 'portal', 'reports'];
  const effectsOf = (run: string): string[] => worldEffects(here.varDirectory).flatMap(({ key, effect }) => (stepOf(key)?.run === run ? [`${stepOf(key)!.step} ${effect.op}`] : []));
  mkdirSync(join(here.varDirectory, 'world'), { recursive: true });
  copyFileSync(join(old, 'effects.jsonl'), join(here.varDirectory, 'world', 'effects.jsonl'));
  const before = effectsOf('R-5');
  expect(before).toContain('reverse-group:HG_A reversed');
  const { stdout } = await promisify(execFile)(process.execPath, [resolve('dist/cli.js'), 'journal', 'import', join(old, 'journal.ndjson')], { env: cleanEnvironment(here.varDirectory), cwd: here.folder });
  expect(stdout).toContain('R-5');

  lifeboat = await startLifeboat({ varDirectory: here.varDirectory });
  const stateOf = async (): Promise<string> => ((await lifeboat!.command('query run R-5')).json as [{ State: string }])[0].State;
  expect(await stateOf()).toMatch(/^held/);
  for (const person of ['ana', 'ben']) expect((await lifeboat.command('resume R-5', person)).status).toBe(0);
  await until('its end', async () => /^(succeeded|exceptions|failed|cancelled|parked)/.test(await stateOf()), 90_000);
  expect(await stateOf()).toBe('succeeded');
  const after = effectsOf('R-5');
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.length).toBeGreaterThan(before.length);
  expect(after).toHaveLength(new Set(after).size);
  expect(whereabouts(worldEffects(here.varDirectory)).twice).toEqual([]);
  expect(vms.map((vm) => whereabouts(worldEffects(here.varDirectory)).on.get(vm))).toEqual(vms.map(() => ['service_provider']));
}, 180_000);
