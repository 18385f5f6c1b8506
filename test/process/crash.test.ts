import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { siteOfHost } from '../../src/core/estate.js';
import { apply } from '../../src/drivers/estate/simulated/world/apply.js';
import { emptyWorld } from '../../src/drivers/estate/simulated/world/model.js';
import { createVar, fastEstate, postmasterOf, processesOf, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

const place = createVar();
const { varDirectory } = place;
const vms = ['billing', 'ledger', 'orders', 'payroll', 'portal', 'reports'];
const running = new Set<Lifeboat>();
let estate = '';
const start = async (): Promise<Lifeboat> => {
  const lifeboat = await startLifeboat({ varDirectory, env: { LIFEBOAT_ESTATE: estate } });
  running.add(lifeboat);
  return lifeboat;
};

beforeAll(() => { estate = fastEstate(place.folder, 20); });
afterAll(async () => {
  for (const lifeboat of running) await lifeboat.stop();
  place.done();
});

/** Numbers in [0, 1) that follow from the seed alone. */
function random(seed: number): () => number {
  let state = seed;
  return () => { state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296; return state / 4_294_967_296; };
}

interface Effect { readonly op: string; readonly vm: string; readonly host: string; readonly key: string }
const effectsSince = (count: number): Effect[] => worldEffects(varDirectory).slice(count).flatMap(({ key, effect }) => (
  effect.op === 'configured' ? [] : [{ op: effect.op, vm: 'vm' in effect ? effect.vm : 'group' in effect ? effect.group : '', host: 'host' in effect ? effect.host : '', key: key ?? '' }]));

/** Where each VM is powered on, by the world's own account; and no moment at which one was on at two sites. */
function whereRunning(): { readonly now: Record<string, string[]>; readonly twice: string[] } {
  const world = emptyWorld();
  const twice: string[] = [];
  const on = (vm: string): string[] => Object.values(world.instances).filter((each) => each.vm === vm && each.power === 'on').map((each) => siteOfHost(world.estate!, each.host)!.name);
  for (const line of worldEffects(varDirectory)) {
    apply(world, line);
    for (const vm of vms) if (on(vm).length > 1) twice.push(`${vm} after effect ${line.n}`);
  }
  return { now: Object.fromEntries(vms.map((vm) => [vm, on(vm)])), twice };
}

const stateOf = async (lifeboat: Lifeboat, run: string): Promise<string> => {
  const [block] = (await lifeboat.command(`query run ${run}`)).json as [{ State: string }];
  return block.State;
};

/** Asks for the move and approves it, once every VM is ready. */
async function beginMove(lifeboat: Lifeboat, from: string, to: string): Promise<string> {
  await until('six VMs ready to move', async () => ((await lifeboat.command('query vm')).json as { State: string; Name: string }[]).filter((vm) => vms.includes(vm.Name) && vm.State === 'READY_TO_MOVE').length === 6, 30_000);
  const asked = await lifeboat.command(`move site from=${from} to=${to} tenant=cluster01 dr_type=planned`, 'ana');
  expect([asked.status, asked.text]).toEqual([0, expect.stringContaining('33 steps')]);
  expect((await lifeboat.command(`approve ${asked.run}`, 'ben')).status).toBe(0);
  return asked.run!;
}

describe('kill -9 in the middle of a planned move', () => {
  const seed = Number(process.env.CRASH_SEED ?? 7);
  const draw = random(seed);
  // Every round falls into another part of the move: shutdown, storage, boots, cleanup at the source.
  const rounds = [[1, 6], [6, 8], [8, 14], [15, 24]].map(([first, last], round) => ({
    round: round + 1, after: first! + Math.floor(draw() * (last! - first!)), waitMs: Math.floor(draw() * 150), victims: (['Lifeboat', 'its PostgreSQL', 'Lifeboat and its PostgreSQL', 'Lifeboat and its PostgreSQL'] as const)[round]!,
  }));

  test.each(rounds)('round $round, seed ' + seed + ': $victims killed after effect $after; the move goes on by itself, nothing happens twice', async ({ round, after, waitMs, victims }) => {
    const [from, to] = round % 2 === 1 ? ['customerA', 'service_provider'] : ['service_provider', 'customerA'];
    let lifeboat = [...running][0] ?? await start();
    const before = worldEffects(varDirectory).length;
    const run = await beginMove(lifeboat, from!, to!);
    await until(`effect ${after} of the move`, () => effectsSince(before === 0 ? 1 : before).length >= after, 30_000);
    // The drawn moment lies between two effects, not always right after one.
    await new Promise((resolve) => { setTimeout(resolve, waitMs); });

    const postmaster = postmasterOf(varDirectory)!;
    if (victims.includes('PostgreSQL')) process.kill(postmaster, 'SIGKILL');
    if (victims.includes('Lifeboat')) {
      expect(await lifeboat.kill()).toEqual({ code: null, signal: 'SIGKILL' });
      running.delete(lifeboat);
      lifeboat = await start();
    }
    await until(`${run} to end by itself`, async () => /^(succeeded|exceptions|failed|cancelled|parked)/.test(await stateOf(lifeboat, run).catch(() => 'not answering')), 60_000);

    expect(await stateOf(lifeboat, run)).toBe('succeeded');
    const effects = effectsSince(before);
    const counted = new Map<string, number>();
    for (const { op, vm, host } of effects) counted.set(`${op} ${vm} ${host}`, (counted.get(`${op} ${vm} ${host}`) ?? 0) + 1);
    expect([...counted].filter(([, times]) => times > 1)).toEqual([]);
    expect(effects.filter(({ op }) => op !== 'fault')).toHaveLength(25);
    expect(whereRunning()).toEqual({ now: Object.fromEntries(vms.map((vm) => [vm, [to]])), twice: [] });
    // The discovery that follows a move has locks of its own.
    const { json: locks } = await lifeboat.command('query lock');
    expect((locks as { Run: string }[]).map((lock) => lock.Run)).not.toContain(run);
    const verdict = await (await lifeboat.as('ana'))<{ ok: boolean; entries: number }>('POST', '/api/journal/verify', {});
    expect(verdict).toMatchObject({ ok: true });
  }, 120_000);

  test('when it is stopped at last, nothing of it is left', async () => {
    for (const lifeboat of running) expect(await lifeboat.stop()).toEqual({ code: 0, signal: null });
    running.clear();
    expect(await until('its processes to be gone', () => processesOf(varDirectory).length === 0)).toBe(true);
  });
});
