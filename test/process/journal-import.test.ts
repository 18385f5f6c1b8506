import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stepOf, whereabouts } from '../../bench/conformance/oracle.js';
import { cleanEnvironment, createVar, fastEstate, postmasterOf, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

const first = createVar();
const second = createVar();
const vms = ['billing', 'ledger', 'orders', 'payroll', 'portal', 'reports'];
const socket = join(first.folder, 'w.sock');
const file = join(first.folder, 'journal.ndjson');
let env: Record<string, string>;
let world: ChildProcess;
const running = new Set<Lifeboat>();

const start = async (varDirectory: string): Promise<Lifeboat> => {
  const lifeboat = await startLifeboat({ varDirectory, env });
  running.add(lifeboat);
  return lifeboat;
};
const cli = (varDirectory: string, ...words: string[]): Promise<{ code: number; out: string }> =>
  promisify(execFile)(process.execPath, [resolve('dist/cli.js'), ...words], { env: cleanEnvironment(varDirectory, env), cwd: first.folder })
    .then(({ stdout }) => ({ code: 0, out: stdout }), (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: `${error.stdout}${error.stderr}` }));

beforeAll(async () => {
  env = { LIFEBOAT_ESTATE: fastEstate(first.folder, 20), LIFEBOAT_WORLD: socket };
  mkdirSync(join(first.varDirectory, 'world'), { recursive: true });
  world = spawn(process.execPath, [resolve('dist/drivers/estate/simulated/world/process.js'), socket, join(first.varDirectory, 'world', 'effects.jsonl')], { stdio: 'ignore' });
});
afterAll(async () => {
  for (const lifeboat of running) await lifeboat.stop();
  world.kill('SIGTERM');
  first.done();
  second.done();
});

const stateOf = async (lifeboat: Lifeboat, run: string): Promise<string> => ((await lifeboat.command(`query run ${run}`)).json as [{ State: string }])[0].State;
const effects = () => worldEffects(first.varDirectory);
const effectsOf = (run: string): string[] => effects().flatMap(({ key, effect }) => (stepOf(key)?.run === run ? [`${stepOf(key)!.step} ${effect.op}`] : []));

test('an export from the middle of a move sets Lifeboat up elsewhere: the run is held, goes on with its quorum, and nothing happens twice', async () => {
  const old = await start(first.varDirectory);
  await until('six VMs ready to move', async () => ((await old.command('query vm')).json as { State: string; Name: string }[]).filter((vm) => vms.includes(vm.Name) && vm.State === 'READY_TO_MOVE').length === 6, 60_000);
  const { run } = await old.command('move site from=customerA to=service_provider tenant=cluster01 dr_type=planned', 'ana');
  expect((await old.command(`approve ${run}`, 'ben')).status).toBe(0);
  await until('the first effects', () => effectsOf(run!).length >= 3, 60_000);
  expect((await cli(first.varDirectory, 'journal', 'export', file)).code).toBe(0);
  const exported = effectsOf(run!).length;
  await until('effects that the export does not know', () => effectsOf(run!).length >= exported + 3, 60_000);
  const postmaster = postmasterOf(first.varDirectory)!;
  await old.kill();
  running.delete(old);
  process.kill(postmaster, 'SIGKILL');

  writeFileSync(`${file}.cut`, readFileSync(file, 'utf8').split('\n').toSpliced(3, 1).join('\n'));
  expect(await cli(second.varDirectory, 'journal', 'import', `${file}.cut`)).toEqual({ code: 1, out: expect.stringContaining('Nothing was imported') });
  const imported = await cli(second.varDirectory, 'journal', 'import', file);
  expect([imported.code, imported.out]).toEqual([0, expect.stringContaining(`Held, as the world may have gone on since the export: ${run}.`)]);
  expect(await cli(second.varDirectory, 'journal', 'import', file)).toEqual({ code: 1, out: expect.stringContaining('an empty database only') });

  const next = await start(second.varDirectory);
  expect(await stateOf(next, run!)).toMatch(/^held/);
  const verdict = await cli(second.varDirectory, 'journal', 'verify', '--as', 'ana');
  expect([verdict.code, verdict.out]).toEqual([0, expect.stringContaining('The journal is whole')]);
  const before = effectsOf(run!).length;
  const ana = await next.as('ana');
  await until('the run to be taken up', async () => (await ana<{ entries: { says: string }[] }>('GET', '/api/journal')).entries.some(({ says }) => says.startsWith(`${run} is carried out by node`)));
  expect(effectsOf(run!)).toHaveLength(before);

  expect((await next.command(`resume ${run}`, 'ana')).status).toBe(0);
  expect((await next.command(`resume ${run}`, 'ben')).status).toBe(0);
  await until('its end', async () => /^(succeeded|exceptions|failed|cancelled|parked)/.test(await stateOf(next, run!)), 90_000);
  expect(await stateOf(next, run!)).toBe('succeeded');
  expect(vms.map((vm) => whereabouts(effects()).on.get(vm))).toEqual(vms.map(() => ['service_provider']));
  const counted = new Map<string, number>();
  for (const effect of effectsOf(run!)) counted.set(effect, (counted.get(effect) ?? 0) + 1);
  expect([[...counted].filter(([, times]) => times > 1), whereabouts(effects()).twice]).toEqual([[], []]);
}, 240_000);
