import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { stepOf, whereabouts } from '../../bench/conformance/oracle.js';
import { startBundledPostgres, type BundledPostgres } from '../../src/durable/postgres/launcher.js';
import { quiet } from '../contract/support.js';
import { createVar, fastEstate, spawnLifeboat, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

const [here, there] = [createVar(), createVar()];
const vms = ['billing', 'ledger', 'orders', 'payroll', 'portal', 'reports'];
const socket = join(here.folder, 'w.sock');
let env: Record<string, string>;
let world: ChildProcess;
let primary: BundledPostgres;
let replica: BundledPostgres;
const running = new Set<Lifeboat>();
const start = async (varDirectory: string, database: BundledPostgres): Promise<Lifeboat> => {
  const lifeboat = await startLifeboat({ varDirectory, env: { ...env, DATABASE_URL: database.url } });
  running.add(lifeboat);
  return lifeboat;
};

/** What pg_basebackup does, which the bundled PostgreSQL does not bring: a copy under backup mode, and a standby that follows over the primary's socket. */
async function startReplica(): Promise<BundledPostgres> {
  const [from, to] = [join(here.folder, 'primary', 'postgres', 'data'), join(there.folder, 'replica', 'postgres', 'data')];
  mkdirSync(to, { recursive: true });
  const client = new pg.Client(primary.connection);
  await client.connect();
  await client.query("select pg_backup_start('replica', true)");
  execFileSync('cp', ['-a', `${from}/.`, to]);
  const { rows: [label] } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
  await client.end();
  rmSync(join(to, 'postmaster.pid'));
  const { uid, gid } = statSync(join(to, 'PG_VERSION'));
  const { host, port, user } = primary.connection;
  for (const [name, text] of [['backup_label', label!.labelfile], ['standby.signal', ''], ['postgresql.auto.conf', `primary_conninfo = 'host=${host} port=${port} user=${user}'\n`]] as const) {
    writeFileSync(join(to, name), text, { mode: 0o600 });
    chownSync(join(to, name), uid, gid);
  }
  return startBundledPostgres({ varDirectory: join(there.folder, 'replica'), log: quiet });
}

beforeAll(async () => {
  env = { LIFEBOAT_ESTATE: fastEstate(here.folder, 20), LIFEBOAT_WORLD: socket };
  mkdirSync(join(here.varDirectory, 'world'), { recursive: true });
  world = spawn(process.execPath, [resolve('dist/drivers/estate/simulated/world/process.js'), socket, join(here.varDirectory, 'world', 'effects.jsonl')], { stdio: 'ignore' });
  primary = await startBundledPostgres({ varDirectory: join(here.folder, 'primary'), log: quiet });
  replica = await startReplica();
}, 60_000);
afterAll(async () => {
  for (const lifeboat of running) await lifeboat.stop();
  world.kill('SIGTERM');
  await Promise.all([primary, replica].map((each) => each?.stop()));
  here.done();
  there.done();
});

const stateOf = async (lifeboat: Lifeboat, run: string): Promise<string> => ((await lifeboat.command(`query run ${run}`)).json as [{ State: string }])[0].State;
const effects = () => worldEffects(here.varDirectory);
const effectsOf = (run: string): string[] => effects().flatMap(({ key, effect }) => (stepOf(key)?.run === run ? [`${stepOf(key)!.step} ${effect.op}`] : []));

test('the site of Lifeboat and its database is lost in the middle of a move: a promoted replica and a new Lifeboat elsewhere end it, and nothing happens twice', async () => {
  const old = await start(join(here.folder, 'node'), primary);
  await until('six VMs ready to move', async () => ((await old.command('query vm')).json as { State: string; Name: string }[]).filter((vm) => vms.includes(vm.Name) && vm.State === 'READY_TO_MOVE').length === 6, 60_000);
  expect((await old.call<{ findings: { name: string; status: string }[] }>('GET', '/api/doctor')).findings).toContainEqual(expect.objectContaining({ name: 'replicas', status: 'note', says: expect.stringContaining('asynchronously') }));
  const { run } = await old.command('move site from=customerA to=service_provider tenant=cluster01 dr_type=planned', 'ana');
  expect((await old.command(`approve ${run}`, 'ben')).status).toBe(0);
  await until('the middle of the move', () => effectsOf(run!).length >= 8, 60_000);
  await old.kill();
  running.delete(old);
  await primary.stop();

  const early = spawnLifeboat({ varDirectory: join(there.folder, 'node'), env: { ...env, DATABASE_URL: replica.url } });
  expect(await early.ended).toEqual({ code: 1, signal: null });
  expect(early.printed()).toContain('Lifeboat cannot start: The database is read-only: a replica');

  const client = new pg.Client(replica.connection);
  await client.connect();
  await client.query('select pg_promote()');
  await client.end();
  const next = await start(join(there.folder, 'node'), replica);
  await until('the end of the move', async () => /^(succeeded|exceptions|failed|cancelled|parked)/.test(await stateOf(next, run!)), 90_000);
  expect(await stateOf(next, run!)).toBe('succeeded');
  expect(vms.map((vm) => whereabouts(effects()).on.get(vm))).toEqual(vms.map(() => ['service_provider']));
  const counted = new Map<string, number>();
  for (const effect of effectsOf(run!)) counted.set(effect, (counted.get(effect) ?? 0) + 1);
  expect([[...counted].filter(([, times]) => times > 1), whereabouts(effects()).twice]).toEqual([[], []]);
  expect(await (await next.as('ana'))<{ ok: boolean }>('POST', '/api/journal/verify', {})).toMatchObject({ ok: true });
}, 240_000);
