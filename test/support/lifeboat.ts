import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { socketPath } from '../../src/config/socket-path.js';
import type { EffectLine } from '../../src/drivers/estate/simulated/world/model.js';
import { until } from './poll.js';

/** What the desk answered to a command. `status`: ksysmgr's exit status. */
export interface Answered { readonly status: number; readonly text: string; readonly json: unknown; readonly run: string | null; readonly as: string }
export interface Ended { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** A Lifeboat in a process of its own, started as `npm start` does. */
export interface Lifeboat {
  readonly child: ChildProcess;
  readonly varDirectory: string;
  /** The console's address, from the ready line. */
  readonly address: string;
  /** All that it printed so far. */
  readonly printed: () => string;
  /** Through the door of the command line: the Unix socket. */
  command(line: string, as?: string): Promise<Answered>;
  /** Any call of the HTTP API through the Unix socket. @throws on a status of 400 and above */
  call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T>;
  /** Like `call`, as a person with a token of their own: what panels show. */
  as(person: string): Promise<<T>(method: 'GET' | 'POST', path: string, body?: object) => Promise<T>>;
  /** SIGTERM, and waits. */
  stop(): Promise<Ended>;
  /** kill -9, and waits. Database and world live on. */
  kill(): Promise<Ended>;
}

const readyWithinMs = 40_000;
const main = resolve('dist/main.js');

/** A folder that the database's own account can walk through; gone with `done`. */
export function createVar(prefix = 'lifeboat-process-'): { readonly folder: string; readonly varDirectory: string; done(): void } {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o755);
  return { folder, varDirectory: join(folder, 'var'), done: () => { rmSync(folder, { recursive: true, force: true }); } };
}

/** The demo estate at another speed: the same story in less time. */
export function fastEstate(folder: string, clockRate: number): string {
  const file = join(folder, 'estate.yaml');
  writeFileSync(file, readFileSync('estates/demo.yaml', 'utf8').replace(/^clock_rate: \d+/m, `clock_rate: ${clockRate}`));
  return file;
}

/** Nothing of the test's own environment but what a process needs. */
export const cleanEnvironment = (varDirectory: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', LIFEBOAT_VAR: varDirectory, ...more });

export interface StartOptions { readonly varDirectory: string; readonly env?: Readonly<Record<string, string>>; readonly command?: readonly [string, ...string[]]; readonly spawn?: SpawnOptions }

/** Spawns it and collects what it prints. */
export function spawnLifeboat({ varDirectory, env = {}, command = [process.execPath, main], spawn: options = {} }: StartOptions): { child: ChildProcess; printed: () => string; ended: Promise<Ended> } {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, env: cleanEnvironment(varDirectory, env) });
  let text = '';
  child.stdout!.on('data', (part: Buffer) => { text += part.toString('utf8'); });
  child.stderr!.on('data', (part: Buffer) => { text += part.toString('utf8'); });
  const ended = new Promise<Ended>((done) => { child.once('exit', (code, signal) => { done({ code, signal }); }); });
  return { child, printed: () => text, ended };
}

/** Starts it and waits for the ready line. @throws with what it printed when it ends before */
export async function startLifeboat(options: StartOptions): Promise<Lifeboat> {
  const { varDirectory } = options;
  const { child, printed, ended } = spawnLifeboat(options);
  let gone: Ended | null = null;
  void ended.then((end) => { gone = end; });
  const address = await until('the ready line', () => {
    if (gone) throw new Error(`Lifeboat ended (${JSON.stringify(gone)}) before it was ready:\n${printed()}`);
    return /^Lifeboat is ready: (\S+)$/m.exec(printed())?.[1];
  }, readyWithinMs);
  const call = <T>(method: 'GET' | 'POST', path: string, body?: object, token?: string): Promise<T> => callSocket<T>(socketPath(varDirectory, 'lifeboat'), method, path, body, token);
  const end = async (signal: NodeJS.Signals): Promise<Ended> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  return {
    child, varDirectory, address, printed,
    command: (line, as = 'ana') => call<Answered>('POST', '/api/command', { line, as }),
    call,
    async as(person) {
      const { code } = await call<{ code: string }>('POST', '/api/login-code', { person, purpose: 'cli' });
      const { token } = await call<{ token: string }>('POST', '/api/login', { code });
      return (method, path, body) => call(method, path, body, token);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function callSocket<T>(socketPathname: string, method: string, path: string, body?: object, token?: string): Promise<T> {
  return new Promise((done, fail) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) };
    const sent = request({ socketPath: socketPathname, method, path, host: 'localhost', headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => {
        const answer = Buffer.concat(parts).toString('utf8');
        if ((response.statusCode ?? 500) >= 400) fail(new Error(`${method} ${path} answered ${response.statusCode}: ${answer}`));
        else done(JSON.parse(answer) as T);
      });
    });
    sent.on('error', fail);
    sent.end(text);
  });
}

/** What really happened in the simulated world: the oracle. It is read from the world's own log, never from the journal. */
export function worldEffects(varDirectory: string): EffectLine[] {
  const file = join(varDirectory, 'world', 'effects.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as EffectLine);
}

/** Processes that belong to a var directory: Lifeboat itself, its world, its PostgreSQL with all children. Linux only. */
export function processesOf(varDirectory: string): { readonly pid: number; readonly what: string }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const at = [readlinkSync(`/proc/${name}/cwd`), readFileSync(`/proc/${name}/environ`, 'utf8'), command].join('\0');
      return command !== '' && Number(name) !== process.pid && at.includes(varDirectory) ? [{ pid: Number(name), what: command }] : [];
    } catch {
      // It ended meanwhile, or belongs to somebody else.
      return [];
    }
  });
}

/** The number of the PostgreSQL server (its first process) of a var directory. */
export function postmasterOf(varDirectory: string): number | null {
  try {
    return Number(readFileSync(join(varDirectory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return null;
  }
}

/** A Lifeboat on the demo estate has read its VMs. */
export async function discovered(lifeboat: Lifeboat): Promise<void> {
  await lifeboat.command('discover site customerA');
  await until('discovered VMs', async () => /READY_TO_MOVE|DISCOVERED/.test((await lifeboat.command('query vm')).text));
}

/** An unplanned move that waits for approval. @returns the run */
export async function askedForMove(lifeboat: Lifeboat): Promise<string> {
  await discovered(lifeboat);
  return (await lifeboat.command('move site from=customerA to=service_provider dr_type=unplanned reason="array is dead"')).run!;
}
