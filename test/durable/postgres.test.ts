import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startBundledPostgres, type BundledPostgres } from '../../src/durable/postgres/launcher.js';
import { barrierTo } from '../../src/durable/postgres/owner.js';
import { eventually, quiet } from '../contract/support.js';
import { bundleProgram, type Bundle } from './bundle.js';

const isRoot = process.getuid?.() === 0;
/** An account that this machine knows, neither root nor the one that root's database runs under. */
const ordinary = ((): { uid: number; gid: number } => {
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':')).map((fields) => ({ uid: Number(fields[2]), gid: Number(fields[3]) }));
  return accounts.find(({ uid }) => uid > 0 && uid < 65_534) ?? { uid: 1, gid: 1 };
})();
const spawned: number[] = [];
const asRoot = isRoot ? test : test.skip;
/** A root that can hand the packages to another account plays that account, too. */
const asAnother = isRoot && barrierTo(resolve('node_modules'), ordinary) === null ? test : test.skip;

describe('the bundled PostgreSQL', () => {
  let bundle: Bundle;
  let folder: string;
  let servers: BundledPostgres[] = [];
  let outside: string[] = [];
  const start = async (varDirectory: string): Promise<BundledPostgres> => {
    const server = await startBundledPostgres({ varDirectory, log: quiet });
    servers.push(server);
    return server;
  };
  beforeAll(async () => { bundle = await bundleProgram('test/durable/postgres-child.ts'); });
  afterAll(() => bundle.remove());
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lifeboat-postgres-')));
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    // Only what a failed test left behind.
    for (const pid of spawned.splice(0)) if (!isGone(pid)) process.kill(pid, 'SIGKILL');
    for (const path of [folder, ...outside.splice(0)]) rmSync(path, { recursive: true, force: true });
  });

  test('starts below a path too long for a socket, on a private socket and no network, and keeps its data', async () => {
    const varDirectory = join(folder, 'p'.repeat(120), 'var');
    const first = await start(varDirectory);
    expect(Buffer.byteLength(join(first.connection.host, '.s.PGSQL.5432.lock'))).toBeLessThanOrEqual(107);
    expect(statSync(first.connection.host).mode & 0o777).toBe(0o700);
    expect(await ask(first, 'show listen_addresses')).toBe('');
    expect(await ask(first, 'show fsync')).toBe('on');
    expect(await ask(first, 'show data_checksums')).toBe('on');
    expect(await ask(first, 'show server_encoding')).toBe('UTF8');
    await ask(first, 'create table kept as select 42 as answer');
    await first.stop();
    expect(isGone(first.pid)).toBe(true);
    expect(existsSync(first.connection.host)).toBe(false);
    const second = await start(varDirectory);
    expect(second.url).toBe(first.url);
    expect(await ask(second, 'select answer::text from kept')).toBe('42');
  });

  test('a Lifeboat killed with -9 leaves it running; the next one takes it over and stops it', async () => {
    const { child, said } = await inAnotherProcess(bundle, join(folder, 'var'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await start(join(folder, 'var'));
    expect(server.pid).toBe(said.pid);
    await server.stop();
    expect(isGone(said.pid)).toBe(true);
  });

  test('an adopted server that dies is started again', async () => {
    const { child, said } = await inAnotherProcess(bundle, join(folder, 'var'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await start(join(folder, 'var'));
    process.kill(said.pid, 'SIGKILL');
    await eventually('another serves', () => server.pid !== said.pid);
    expect(await ask(server, 'select 1::text')).toBe('1');
  });

  test('starts over the locks of a killed one, also when its number belongs to another process by now', async () => {
    const { child, said } = await inAnotherProcess(bundle, join(folder, 'var'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    process.kill(said.pid, 'SIGKILL');
    await eventually('it is dead', () => isGone(said.pid));
    for (const lock of [join(folder, 'var', 'postgres', 'data', 'postmaster.pid'), join(said.host, '.s.PGSQL.5432.lock')]) {
      const [, ...rest] = readFileSync(lock, 'utf8').split('\n');
      writeFileSync(lock, [process.pid, ...rest].join('\n'));
    }
    const server = await start(join(folder, 'var'));
    expect(await ask(server, 'select 1::text')).toBe('1');
  });

  test('two starts at the same time end with one server', async () => {
    const [one, two] = await Promise.all([start(join(folder, 'var')), start(join(folder, 'var'))]);
    expect(one.pid).toBe(two.pid);
    expect(await ask(two, 'select 1::text')).toBe('1');
  });

  test('a server that cannot start says where to look', async () => {
    const first = await start(join(folder, 'var'));
    await first.stop();
    writeFileSync(join(folder, 'var', 'postgres', 'data', 'postgresql.conf'), 'no such setting\n');
    await expect(start(join(folder, 'var'))).rejects.toThrow(/postgres\.log/);
  });

  asRoot('below a folder that its account cannot enter, the data goes elsewhere, says so, and stays there', async () => {
    const closed = join(folder, 'home');
    mkdirSync(closed, { mode: 0o700 });
    const first = await start(join(closed, 'var'));
    const [home] = readFileSync(join(closed, 'var', 'postgres-is-at.txt'), 'utf8').split('\n');
    outside = [home!];
    expect(home!.startsWith(closed)).toBe(false);
    expect(existsSync(join(home!, 'data', 'PG_VERSION'))).toBe(true);
    await ask(first, 'create table kept as select 42 as answer');
    await first.stop();
    chmodSync(closed, 0o755);
    expect(await ask(await start(join(closed, 'var')), 'select answer::text from kept')).toBe('42');
  });

  asRoot('runs as an account without rights, which owns the data', async () => {
    const server = await start(join(folder, 'var'));
    expect(statSync(join(folder, 'var', 'postgres', 'data')).uid).toBe(65_534);
    expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
  });

  asAnother('an ordinary user\'s server runs as that user, in a closed home with a long path; root goes on with it as that user', async () => {
    const home = join(folder, 'h'.repeat(120));
    mkdirSync(home, { mode: 0o700 });
    chownSync(home, ordinary.uid, ordinary.gid);
    const { child, said } = await inAnotherProcess(bundle, join(home, 'var'), ordinary);
    expect(said.uid).toBe(ordinary.uid);
    expect(statSync(join(home, 'var', 'postgres', 'data')).uid).toBe(ordinary.uid);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(isGone(said.pid)).toBe(true);
    const server = await start(join(home, 'var'));
    expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toContain(`\nUid:\t${ordinary.uid}\t`);
  });
});

async function ask(server: BundledPostgres, sql: string): Promise<unknown> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

async function inAnotherProcess(bundle: Bundle, varDirectory: string, account: { uid?: number; gid?: number } = {}): Promise<{ child: ChildProcess; said: { pid: number; host: string; uid: number } }> {
  const child = spawn(process.execPath, [bundle.program, varDirectory], { ...account, cwd: '/', env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await Promise.race([
    once(createInterface(child.stdout!), 'line').then(([text]) => text as string),
    once(child, 'exit').then(([code]) => { throw new Error(`The other process ended with ${String(code)}`); }),
  ]);
  const said = JSON.parse(line) as { pid: number; host: string; uid: number };
  spawned.push(child.pid!, said.pid);
  return { child, said };
}

function isGone(pid: number): boolean {
  return !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}
