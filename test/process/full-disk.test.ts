import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createVar, fastEstate, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { needs } from '../support/needs.js';
import { until } from '../support/poll.js';

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const place = createVar();
const { varDirectory } = place;
const ballast = join(varDirectory, 'ballast');

function fill(): void {
  for (const chunk of [1_048_576, 4_096, 1]) {
    const file = openSync(ballast, 'a');
    try {
      const zeros = Buffer.alloc(chunk);
      while (writeSync(file, zeros) === chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }
}

async function sql<Row>(text: string): Promise<Row[]> {
  const socket = readFileSync(join(varDirectory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[4]!.trim();
  const client = new pg.Client({ host: socket, port: 5432, user: 'lifeboat', database: 'lifeboat' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

needs('mounts', () => process.platform === 'linux' && canMount(), 'run the tests as root, outside of a container that forbids mounting')('a full disk', () => {
  let lifeboat: Lifeboat;
  beforeAll(async () => {
    mkdirSync(varDirectory);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m,mode=755', 'tmpfs', varDirectory]);
    lifeboat = await startLifeboat({ varDirectory, env: { LIFEBOAT_ESTATE: fastEstate(place.folder, 10) } });
  }, 60_000);
  afterAll(async () => {
    rmSync(ballast, { force: true });
    await lifeboat.stop();
    // The last of its processes may take a moment to leave the folder.
    await until('nobody uses the file system any more', () => { try { execFileSync('umount', [varDirectory], { stdio: 'ignore' }); return true; } catch { return false; } }, 30_000);
    place.done();
  }, 60_000);

  const state = async (run: string): Promise<string> => ((await lifeboat.command(`query run ${run}`)).json as [{ State: string }])[0].State;
  const effects = () => worldEffects(varDirectory).filter(({ key }) => key !== null);
  /** Something that is written down in any case: a vote that is refused. */
  const cannotWrite = async (): Promise<boolean> => (await lifeboat.command(`approve ${run}`, 'vic')).text.includes('The journal cannot be written');
  let run = '';
  let waiting = '';
  let asErik: Awaited<ReturnType<Lifeboat['as']>>;

  test('stops a move before its next step', async () => {
    await until('twelve VMs seen, six ready', async () => ((await lifeboat.command('query vm')).json as { State: string }[]).filter((vm) => vm.State === 'READY_TO_MOVE').length === 11, 30_000);
    run = (await lifeboat.command('move site from=customerA to=service_provider', 'ana')).run!;
    waiting = (await lifeboat.command('move site from=customerB to=service_provider', 'ana')).run!;
    expect((await lifeboat.command(`approve ${run}`, 'ben')).status).toBe(0);
    expect((await lifeboat.command(`approve ${waiting}`, 'ben')).status).toBe(0);
    asErik = await lifeboat.as('erik');
    await until('the first VMs to be shut down', () => effects().length >= 3);
    fill();
    await until('the journal to be full', cannotWrite, 30_000);
    fill();
    const before = effects().length;
    for (let looks = 0; looks < 20; looks++) await cannotWrite();
    expect([await state(run), effects().length]).toEqual([expect.stringMatching(/^running/), before]);
  }, 90_000);

  test('hold works all the same', async () => {
    expect(await lifeboat.command(`hold ${run}`, 'dora')).toMatchObject({ status: 0, text: expect.stringMatching(/is held/) });
  });

  test('other acts are refused, and the answer says why and what to do', async () => {
    // The log that PostgreSQL had set aside may still take a small act or two.
    const refused = await until('no space to be left for even this', async () => {
      const answer = await lifeboat.command(`approve ${run}`, 'vic');
      return answer.text.includes('disk is full') ? answer : null;
    });
    expect([refused.status, refused.text]).toEqual([1, expect.stringMatching(/disk is full[^]*df -h/)]);
  });

  test('when PostgreSQL itself dies of it, Lifeboat lives and says so, and hold works from the command line and the console', async () => {
    await sql('select pg_switch_wal()').catch(() => undefined);
    await until('PostgreSQL to be gone', async () => (await fetch(`${lifeboat.address}/readyz`)).status === 503);
    await until('a journal that cannot be reached', cannotWrite);
    const reply = await asErik<{ status: number; card: { text: string } }>('POST', '/api/say', { conversation: 'channel:cluster02', text: `hold ${waiting}`, deliveryId: 'full-disk-1' });
    expect([reply.status, reply.card.text]).toEqual([0, expect.stringContaining('held on this node')]);
    expect(await lifeboat.command(`hold ${run}`, 'dora')).toMatchObject({ status: 0, text: expect.stringContaining('is held') });
    expect((await lifeboat.command('query vm')).status).toBe(0);
    expect((await fetch(`${lifeboat.address}/healthz`)).status).toBe(200);
  }, 60_000);

  test('with space again everything comes back by itself: the holds are recorded and hold, then the quorum lets the move go on', async () => {
    rmSync(ballast);
    await until('the journal to be written again', async () => !(await cannotWrite()), 60_000);
    await until('both holds to be recorded', async () => (await sql<{ run: string }>("select distinct payload::json->>'run' as run from lifeboat.journal where type = 'run.held'")).length === 2, 20_000);
    await until('both holds to show', async () => (await state(run)).startsWith('held by dora') && (await state(waiting)).startsWith('held by erik'));
    const standing = effects().length;
    await lifeboat.command(`resume ${run}`, 'ana');
    expect(effects().length).toBe(standing);
    await lifeboat.command(`resume ${run}`, 'ben');
    await until('the move to end', async () => /^(succeeded|exceptions|failed|parked)/.test(await state(run)), 60_000);
    expect(await state(run)).toBe('succeeded');
    expect((await lifeboat.command(`cancel ${waiting}`)).status).toBe(0);
    await until('the other to end', async () => (await state(waiting)) === 'cancelled');
  }, 150_000);

  test('no effect without an intent that was durable before it, none twice, and the journal is whole', async () => {
    const intents = new Map((await sql<{ key: string; at: string }>("select payload::json->>'key' as key, at from lifeboat.journal where type = 'step.started'")).map(({ key, at }) => [key, Number(at)]));
    const done = effects();
    expect(done).toHaveLength(25);
    expect(new Set(done.map(({ key }) => key)).size).toBe(25);
    expect(done.filter(({ key, wallAt }) => !(intents.get(key!)! <= wallAt))).toEqual([]);
    expect(await lifeboat.call('POST', '/api/journal/verify', { as: 'ana' })).toMatchObject({ ok: true });
  });
});
