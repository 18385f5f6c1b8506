import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type pg from 'pg';
import { startBundledPostgres } from '../../src/durable/postgres/launcher.js';
import { createWorldClient } from '../../src/drivers/estate/simulated/client.js';
import type { EffectLine } from '../../src/drivers/estate/simulated/world/model.js';
import { createPool } from '../../src/journal/pool.js';
import { createVar, startLifeboat, type Answered, type Lifeboat } from '../../test/support/lifeboat.js';
import { until } from '../../test/support/poll.js';
import type { Call } from './oracle.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const answerWithinMs = 5_000;
const startTriesMax = 8;

/** One PostgreSQL, one world, and nodes that come and go. */
export interface Cluster {
  readonly nodes: readonly Node[];
  readonly pool: pg.Pool;
  /** The number of PostgreSQL's first process. */
  databasePid(): number;
  addNode(): Promise<void>;
  /** Asks any node that is up, one after the other until one answers. */
  command(line: string, as: string): Promise<Answered>;
  effects(): readonly EffectLine[];
  calls(): readonly Call[];
  stop(): Promise<void>;
}

/** A Lifeboat that is killed, frozen and started again. */
export class Node {
  lifeboat: Lifeboat | null = null;
  frozen = false;
  starting: Promise<void> | null = null;

  constructor(readonly name: string, readonly varDirectory: string, private readonly env: Readonly<Record<string, string>>) {}

  get up(): boolean { return this.lifeboat !== null && !this.frozen; }

  /** As a service manager does: again while it ends at its start, since the database may be away. */
  start(): Promise<void> {
    this.starting ??= (async () => {
      for (let tries = 1; this.lifeboat === null; tries++) {
        try {
          this.lifeboat = await startLifeboat({ varDirectory: this.varDirectory, env: this.env });
        } catch (error) {
          if (tries >= startTriesMax) throw error;
          await new Promise((done) => { setTimeout(done, 500); });
        }
      }
    })().finally(() => { this.starting = null; });
    return this.starting;
  }
  async kill(): Promise<void> {
    const { lifeboat } = this;
    this.lifeboat = null;
    await lifeboat?.kill();
  }
  /** SIGTERM, as for a new version. Answers with its exit code. */
  async stop(): Promise<number | null> {
    const { lifeboat } = this;
    this.lifeboat = null;
    return (await lifeboat?.stop())?.code ?? null;
  }
  freeze(): void { this.frozen = true; this.lifeboat?.child.kill('SIGSTOP'); }
  thaw(): void { this.lifeboat?.child.kill('SIGCONT'); this.frozen = false; }
}

/** Reads what was appended to a file of JSON lines since the last look. */
function follow<Line>(file: string): () => readonly Line[] {
  const lines: Line[] = [];
  let read = 0;
  return () => {
    if (!existsSync(file)) return lines;
    const fresh = readFileSync(file).subarray(read);
    const end = fresh.lastIndexOf(10) + 1;
    for (const line of fresh.subarray(0, end).toString('utf8').split('\n')) if (line !== '') lines.push(JSON.parse(line) as Line);
    read += end;
    return lines;
  };
}

export async function startCluster(estateText: (text: string) => string): Promise<Cluster> {
  const place = createVar('lifeboat-conformance-');
  const estateFile = join(place.folder, 'estate.yaml');
  writeFileSync(estateFile, estateText(readFileSync('estates/demo.yaml', 'utf8')));
  const database = await startBundledPostgres({ varDirectory: join(place.folder, 'database'), log: quiet });
  const pool = createPool({ connectionString: database.url }, { log: quiet });
  const [socket, effectLog, callLog] = ['world.sock', 'effects.jsonl', 'calls.jsonl'].map((name) => join(place.folder, name)) as [string, string, string];
  const world = spawn(process.execPath, [resolve('dist/drivers/estate/simulated/world/process.js'), socket, effectLog, callLog], { stdio: 'ignore' });
  const client = createWorldClient(socket);
  await until('the world', () => client.call('clock', []).then(() => true, () => false), 10_000);
  const nodes: Node[] = [];
  const [effects, calls] = [follow<EffectLine>(effectLog), follow<Call>(callLog)];
  return {
    nodes, pool, effects, calls,
    databasePid: () => database.pid,
    async addNode() {
      const name = `node ${nodes.length + 1}`;
      const node = new Node(name, join(place.folder, `var-${nodes.length + 1}`), { DATABASE_URL: database.url, LIFEBOAT_WORLD: socket, LIFEBOAT_ESTATE: estateFile, LOG_LEVEL: 'warn' });
      await node.start();
      nodes.push(node);
    },
    async command(line, as) {
      let cause: unknown = new Error('No node is up.');
      for (const node of nodes.filter(({ up }) => up).toSorted(() => Math.random() - 0.5)) {
        const late = new Promise<never>((_, fail) => { setTimeout(() => { fail(new Error(`${node.name} did not answer within ${answerWithinMs} ms.`)); }, answerWithinMs).unref(); });
        try {
          return await Promise.race([node.lifeboat!.command(line, as), late]);
        } catch (error) { cause = error; }
      }
      throw cause;
    },
    async stop() {
      for (const node of nodes) {
        node.thaw();
        await node.starting?.catch(() => undefined);
        await node.stop();
      }
      await pool.end().catch(() => undefined);
      world.kill('SIGTERM');
      await database.stop();
      place.done();
    },
  };
}
