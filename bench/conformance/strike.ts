import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../../src/core/names.js';
import { until } from '../../test/support/poll.js';
import type { Cluster, Node } from './cluster.js';
import type { Kill } from './draw.js';
import { phaseOf, takeoverMs, type Phase } from './oracle.js';
import type { UnderWay } from './traffic.js';

/** What a kill met, and how long its run lay idle. */
export interface Struck { readonly phase: Phase; readonly victim: string; readonly run: string; readonly at: Millis; /** Whether the victim was executing the run. */ readonly wasOwner: boolean }

const phaseComesWithinMs = 45_000;
/** Members are given up after ten seconds of silence (`durable/members.ts`); the rest is what the others need to see it. */
const frozenForMs = 14_000;
const takenOverWithinMs = 25_000;

/** Waits for the drawn moment and strikes. Returns once the next one may follow. */
export async function strike(cluster: Cluster, kill: Kill, underWay: ReadonlyMap<string, UnderWay>): Promise<Struck> {
  const current = (): { move: UnderWay; phase: Phase }[] => [...underWay.values()].map((move) => ({ move, phase: phaseOf(cluster.effects(), move.run, move.vms) }));
  // Two nodes at least: one that goes on, and one to strike.
  await until('nodes that are up', () => cluster.nodes.filter(({ up }) => up).length >= 2, 60_000);
  await until(`a move in phase ${kill.phase}`, () => current().some(({ phase }) => phase === kill.phase), phaseComesWithinMs).catch(() => undefined);
  await pause(kill.delayMs);
  // The phase may be over by now: what counts is what was met.
  const met = await until('a move', () => current().find(({ phase }) => phase === kill.phase) ?? current()[0], 60_000);
  const owner = await ownerOf(cluster, met.move.run);
  const at = Date.now();
  const struck = (victim: string, wasOwner: boolean): Struck => ({ phase: met.phase, victim, run: met.move.run, at, wasOwner });
  if (kill.kind === 'database-kill' || kill.kind === 'database-restart') {
    const pid = cluster.databasePid();
    process.kill(pid, kill.kind === 'database-kill' ? 'SIGKILL' : 'SIGINT');
    await until('another database server', () => cluster.databasePid() !== pid, 30_000);
    return struck('database', false);
  }
  const candidates = cluster.nodes.filter(({ up }) => up);
  const node = (kill.ofOwner ? candidates.find((each) => each === owner) : undefined) ?? candidates[Math.floor(kill.pick * candidates.length)]!;
  const result = struck(node.name, node === owner);
  if (kill.kind === 'node-freeze') {
    node.freeze();
    await pause(frozenForMs);
    node.thaw();
    return result;
  }
  await node.kill();
  if (kill.kind === 'node-kill-late') await until('somebody to take over', () => !result.wasOwner || takeoverMs(cluster.calls(), result.run, at) !== null || phaseOf(cluster.effects(), result.run, met.move.vms) === 'ending', takenOverWithinMs).catch(() => undefined);
  node.start().catch(() => undefined);
  return result;
}

/** The node that DBOS names for the run, to strike where it hurts. Chooses a victim; counts nothing. */
async function ownerOf(cluster: Cluster, run: string): Promise<Node | undefined> {
  try {
    const { rows } = await cluster.pool.query<{ home: string }>('select m.home from lifeboat_dbos.workflow_status w join lifeboat.member m on m.boot = w.executor_id where w.workflow_uuid like $1 and w.status = \'PENDING\'', [`${run}.%`]);
    return cluster.nodes.find((node) => node.up && node.varDirectory === rows[0]?.home);
  } catch {
    return undefined;
  }
}
