import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Storm } from './generator.js';

/** One of the two that are compared, whole, in processes of its own. */
export interface Product {
  readonly door: Pick<Storm, 'url' | 'form' | 'token'>;
  /** Proportional set size of all its processes at its highest, MB: a page that several share counts once. */
  peakMemoryMb(): number;
  /** Resolves when what the last round left behind is done, so that it burdens nobody's next: a quarter of one core for a second, or twenty seconds have passed. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export const alertmanager = '/usr/bin/prometheus-alertmanager';
const token = 'a-token-for-the-storm';
const startsWithinMs = 60_000;
/** Reading it stops the process for a moment, so not more often. */
const memoryLookMs = 500;
const idleLookMs = 500;
const idleLooksMax = 40;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

async function answers(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  for (const began = performance.now(); performance.now() - began < startsWithinMs;) {
    if (child.exitCode !== null) throw new Error(`It ended at its start:\n${printed()}`);
    if (await fetch(url).then(({ ok }) => ok, () => false)) return;
    await pause(50);
  }
  throw new Error(`Nothing answers at ${url}:\n${printed()}`);
}

function run(program: string, args: readonly string[], folder: string, env: Record<string, string>, url: string, door: Product['door']): Promise<Product> {
  const child = spawn(program, args, { cwd: process.cwd(), env: { PATH: process.env.PATH, HOME: folder, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => { text = (text + part.toString('utf8')).slice(-20_000); });
  const ended = once(child, 'exit');
  let peak = 0;
  const watch = setInterval(() => { peak = Math.max(peak, memoryMb(child.pid!)); }, memoryLookMs);
  const product: Product = {
    door, peakMemoryMb: () => peak,
    async idle() {
      for (let [looks, quiet, before] = [0, 0, cpuTicks(child.pid!)]; quiet < 2 && looks < idleLooksMax; looks++) {
        await pause(idleLookMs);
        const now = cpuTicks(child.pid!);
        // A tick is ten milliseconds of one core.
        quiet = (now - before) * 10 <= idleLookMs / 4 ? quiet + 1 : 0;
        before = now;
      }
    },
    async stop() {
      clearInterval(watch);
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return answers(url, child, () => text).then(() => product, async (error: unknown) => { await product.stop(); throw error; });
}

/** Alertmanager at its fastest: a group's first alert goes at once, later ones after `groupInterval`, which also is how often it looks at each group again; nothing is sent again. */
export async function startAlertmanager(receiver: string, groupInterval: string): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'storm-alertmanager-'));
  writeFileSync(join(folder, 'config.yml'), `route:\n  receiver: hook\n  group_by: [group]\n  group_wait: 0s\n  group_interval: ${groupInterval}\n  repeat_interval: 24h\nreceivers:\n  - name: hook\n    webhook_configs:\n      - url: ${receiver}\n        send_resolved: false\n`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return run(alertmanager, [`--config.file=${folder}/config.yml`, `--storage.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=', '--log.level=error'], folder, {}, `${url}/-/ready`, { url: `${url}/api/v2/alerts`, form: 'alertmanager', token: null });
}

/** The built product as it is shipped: bundled PostgreSQL, console, everything on; an estate of its own with one event source. */
export async function startLifeboat(receiver: string): Promise<Product> {
  if (!existsSync('dist/main.js')) throw new Error('dist/main.js is missing. Build it: node build.js');
  const folder = mkdtempSync(join(tmpdir(), 'storm-lifeboat-'));
  // The database runs as another account where we are root.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'estate.yaml'), `${readFileSync('estates/demo.yaml', 'utf8')}\nevent_sources:\n  - name: storm\n    kind: json\n    token: env:STORM_TOKEN\n`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return run(process.execPath, [...(process.env.STORM_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.STORM_PROFILE}`] : []), 'dist/main.js'], folder, { PORT: String(port), LIFEBOAT_VAR: join(folder, 'var'), LIFEBOAT_ESTATE: join(folder, 'estate.yaml'), STORM_TOKEN: token, NOTIFY_WEBHOOK_URL: receiver, LOG_LEVEL: 'warn' }, `${url}/healthz`, { url: `${url}/api/sources/storm`, form: 'lifeboat', token });
}

/** Of the process and all below it, by what `read` takes out of /proc/PID for each. */
function sumOfTree(root: number, read: (folder: string) => number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try { parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1])); } catch { /* ended meanwhile */ }
  }
  const below = (pid: number): boolean => { for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true; return false; };
  return [...parents.keys()].filter(below).reduce((sum, pid) => { try { return sum + read(`/proc/${pid}`); } catch { return sum; } }, 0);
}

const memoryMb = (root: number): number => sumOfTree(root, (folder) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`${folder}/smaps_rollup`, 'utf8'))?.[1] ?? 0)) / 1_024;
/** Fields 14 and 15 of stat, behind the name in brackets: user and system time. */
const cpuTicks = (root: number): number => sumOfTree(root, (folder) => { const fields = readFileSync(`${folder}/stat`, 'utf8').split(') ').at(-1)!.split(' '); return Number(fields[11]) + Number(fields[12]); });
