import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanEnvironment, createVar, postmasterOf, processesOf, spawnLifeboat, startLifeboat, type Lifeboat } from '../support/lifeboat.js';
import { needs } from '../support/needs.js';
import { until } from '../support/poll.js';

const closings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });

function place(): string {
  const made = createVar();
  closings.push(made.done);
  return made.varDirectory;
}
async function start(options: Parameters<typeof startLifeboat>[0]): Promise<Lifeboat> {
  const lifeboat = await startLifeboat(options);
  closings.push(() => lifeboat.stop());
  return lifeboat;
}
const gone = (varDirectory: string): Promise<boolean> => until('its processes to be gone', () => processesOf(varDirectory).length === 0);
const isAlive = (pid: number): boolean => { try { process.kill(pid, 0); return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')); } catch { return false; } };
const cli = (varDirectory: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> => new Promise((done) => {
  execFile(process.execPath, [resolve('dist/cli.js'), ...args], { env: cleanEnvironment(varDirectory) }, (error, out, err) => { done({ code: error ? Number(error.code) : 0, out, err }); });
});

describe('starting and stopping', () => {
  test('prints one line with its address, answers health, readiness and metrics, and SIGTERM ends all of it', async () => {
    const varDirectory = place();
    const lifeboat = await start({ varDirectory });
    expect(lifeboat.printed()).toMatch(/^Lifeboat is ready: http:\/\/127\.0\.0\.1:\d+\n$/);
    const get = async (path: string): Promise<{ status: number; text: string }> => { const response = await fetch(`${lifeboat.address}${path}`); return { status: response.status, text: await response.text() }; };
    expect(await get('/healthz')).toEqual({ status: 200, text: '{"ok":true}' });
    expect(await get('/readyz')).toMatchObject({ status: 200, text: expect.stringContaining('"name":"database","ok":true') });
    expect((await get('/metrics')).text).toMatch(/^lifeboat_journal_entries \d+$/m);
    expect((await get('/')).text).toContain('<title>Lifeboat');

    const before = processesOf(varDirectory);
    expect(before.length).toBeGreaterThanOrEqual(3);
    expect(isAlive(postmasterOf(varDirectory)!)).toBe(true);
    expect(await lifeboat.stop()).toEqual({ code: 0, signal: null });
    await gone(varDirectory);
    expect(before.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(existsSync(join(varDirectory, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
  });

  test('the next start goes on with the same journal and says nothing new', async () => {
    const varDirectory = place();
    const first = await start({ varDirectory });
    await until('the first discovery', async () => ((await first.command('query vm')).json as { State: string }[]).some((vm) => vm.State === 'READY_TO_MOVE'), 30_000);
    const runs = (await first.command('query run')).json as unknown[];
    await first.stop();
    const second = await start({ varDirectory });
    expect(((await second.command('query run')).json as unknown[]).length).toBeGreaterThanOrEqual(runs.length);
    expect(((await second.command('query vm')).json as { State: string }[]).some((vm) => vm.State === 'READY_TO_MOVE')).toBe(true);
    expect(await cli(varDirectory, 'journal', 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('The journal is whole') });
    expect(second.printed()).toMatch(/^Lifeboat is ready: \S+\n$/);
  });

  test('SIGTERM to the process that npm start left ends it cleanly: the shell became node', async () => {
    const varDirectory = place();
    const { child, printed, ended } = spawnLifeboat({ varDirectory, command: ['npm', 'start'], env: { npm_config_update_notifier: 'false' } });
    closings.push(() => { for (const { pid } of processesOf(varDirectory)) process.kill(pid, 'SIGTERM'); return ended; });
    await until('the ready line', () => /Lifeboat is ready/.test(printed()), 40_000);
    const children = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    const [left, ...more] = children(child.pid!);
    expect(more).toEqual([]);
    expect(readFileSync(`/proc/${left}/cmdline`, 'utf8').split('\0').slice(0, 2)).toEqual(['node', 'dist/main.js']);
    process.kill(left!, 'SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    await gone(varDirectory);
  });

  test('Ctrl-C in a terminal, which reaches every process of the group, ends it cleanly', async () => {
    const varDirectory = place();
    const lifeboat = await start({ varDirectory, spawn: { detached: true } });
    process.kill(-lifeboat.child.pid!, 'SIGINT');
    expect(await lifeboat.stop()).toEqual({ code: 0, signal: null });
    await gone(varDirectory);
  });

  test('SIGTERM while it is still starting ends it as well', async () => {
    const varDirectory = place();
    const { child, ended } = spawnLifeboat({ varDirectory });
    await until('the database is being made', () => existsSync(join(varDirectory, 'postgres')));
    child.kill('SIGTERM');
    expect((await ended).signal).toBeNull();
    await gone(varDirectory);
  });

  test('works below a path longer than a socket can have, and the command line finds it', async () => {
    const made = createVar();
    closings.push(made.done);
    const varDirectory = join(made.folder, ...Array.from({ length: 4 }, (_, index) => `a-rather-long-folder-name-${index}`), 'var');
    expect(Buffer.byteLength(varDirectory)).toBeGreaterThan(107);
    const lifeboat = await start({ varDirectory });
    expect(await cli(varDirectory, 'query', 'version', '--as', 'ana')).toMatchObject({ code: 0, out: expect.stringContaining('Lifeboat version') });
    expect(await lifeboat.stop()).toEqual({ code: 0, signal: null });
    await gone(varDirectory);
  });
});

describe('what cannot start says why', () => {
  test('a broken estate file: all problems at once, each with its line; nothing is started', async () => {
    const varDirectory = place();
    const file = join(varDirectory, '..', 'broken.yaml');
    writeFileSync(file, readFileSync('estates/demo.yaml', 'utf8').replace('time_zone: UTC', 'time_zon: UTC').replace('backup: snorlax', 'backup: snorlacks').replace('priority: high', 'priority: urgent'));
    const { printed, ended } = spawnLifeboat({ varDirectory, env: { LIFEBOAT_ESTATE: file } });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(printed()).toMatch(/^Lifeboat cannot start: \d+ things are wrong\.$/m);
    expect(printed()).toMatch(/broken\.yaml:\d+.*time_zon/);
    expect(printed()).toMatch(/broken\.yaml:\d+.*priority/);
    expect(processesOf(varDirectory)).toEqual([]);
  });

  test('message templates of the customer\'s own that could not be rendered: each with file, line and remedy; nothing is left running', async () => {
    const varDirectory = place();
    const folder = mkdtempSync(join(tmpdir(), 'lifeboat-templates-'));
    closings.push(() => { rmSync(folder, { recursive: true }); });
    mkdirSync(join(folder, 'cluster01'));
    mkdirSync(join(folder, 'clsuter02'));
    writeFileSync(join(folder, 'cluster01', 'run-held.hbs'), 'ok\n{{#if helt}}x{{/if}}');
    const { printed, ended } = spawnLifeboat({ varDirectory, env: { LIFEBOAT_TEMPLATES: folder } });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(printed()).toContain(`${join(folder, 'cluster01', 'run-held.hbs')}:2:7  The view has no "helt". Did you mean "held"?`);
    expect(printed()).toContain('No tenant is called "clsuter02". Did you mean "cluster02"?');
    await gone(varDirectory);
  });

  test('wrong variables: all of them at once, without the value of a secret one', async () => {
    const varDirectory = place();
    const { printed, ended } = spawnLifeboat({ varDirectory, env: { PORT: 'eighty', SMTP_URL: 'mail:hunter2', LIFEBOAT_ESTAT: 'x' } });
    expect((await ended).code).toBe(1);
    for (const name of ['PORT', 'SMTP_URL', 'LIFEBOAT_ESTAT']) expect(printed()).toContain(name);
    expect(printed()).not.toContain('hunter2');
  });

  test('a port that somebody else has: the message names it and the way out, and nothing is left running', async () => {
    const other = createServer();
    await new Promise<void>((done) => { other.listen(0, '127.0.0.1', done); });
    closings.push(() => new Promise((done) => { other.close(done); }));
    const { port } = other.address() as AddressInfo;
    const varDirectory = place();
    const { printed, ended } = spawnLifeboat({ varDirectory, env: { PORT: String(port) } });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(printed()).toContain(String(port));
    expect(printed()).toMatch(/PORT=/);
    await gone(varDirectory);
  });

  test('a second one on the same folder is refused and leaves the first alone', async () => {
    const varDirectory = place();
    const first = await start({ varDirectory });
    const { printed, ended } = spawnLifeboat({ varDirectory });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(printed()).toContain('Lifeboat cannot start');
    expect((await first.command('query version')).status).toBe(0);
  });
});

/** Another account must be able to walk to the program: not below a home that only its owner may enter. */
const othersCanRead = (): boolean => {
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
};
needs('other-account', () => process.getuid?.() === 0 && othersCanRead(), 'run the tests as root, in a folder that others may enter')('as another user than root', () => {
  test('an ordinary account starts it in a folder of its own, and stops it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lifeboat-user-'));
    closings.push(() => { rmSync(folder, { recursive: true, force: true }); });
    chmodSync(folder, 0o755);
    const varDirectory = join(folder, 'var');
    mkdirSync(varDirectory);
    chownSync(varDirectory, 65_534, 65_534);
    const lifeboat = await start({ varDirectory, spawn: { uid: 65_534, gid: 65_534 }, env: { HOME: varDirectory } });
    await until('discovery', async () => ((await lifeboat.command('query vm')).json as { State: string }[]).some((vm) => vm.State === 'READY_TO_MOVE'), 30_000);
    const postmaster = postmasterOf(varDirectory)!;
    expect(/^Uid:\s+65534/m.test(readFileSync(`/proc/${postmaster}/status`, 'utf8'))).toBe(true);
    expect(await lifeboat.stop()).toEqual({ code: 0, signal: null });
    await gone(varDirectory);
  });
});
