import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { configureWorld, estateClock } from '../../../src/drivers/estate/simulated/drivers.js';
import { joinWorld } from '../../../src/drivers/estate/simulated/launch.js';
import { keyOf, type WorldCall } from '../../../src/drivers/estate/simulated/world/calls.js';
import { createWorldServer } from '../../../src/drivers/estate/simulated/world/server.js';
import { SimulatedWorld } from '../../../src/drivers/estate/simulated/world/world.js';
import { tinyEstate } from '../../scenarios/lab/estates.js';

const folder = mkdtempSync(join(tmpdir(), 'lifeboat-shared-world-'));
const socket = join(folder, 'world.sock');
const calls: WorldCall[] = [];
let askedToStop = 0;
const server = createWorldServer(new SimulatedWorld(join(folder, 'effects.jsonl')), () => { askedToStop += 1; }, (call) => { calls.push(call); });

beforeAll(async () => {
  server.listen(socket);
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true, force: true });
});

describe('a world that several nodes share', () => {
  test('is joined by each, and none of them stops it', async () => {
    const [first, second] = [await joinWorld(socket), await joinWorld(socket)];
    await configureWorld(first.client, tinyEstate());
    await first.stop();
    expect(askedToStop).toBe(0);
    expect((await estateClock(second.client)).rate).toBe(tinyEstate().clockRate);
  });

  test('that does not answer is no start, and the refusal says how to start one', async () => {
    await expect(joinWorld(join(folder, 'nobody.sock'))).rejects.toThrow(/LIFEBOAT_WORLD names\. Start it first: node dist\/drivers\/estate\/simulated\/world\/process\.js .*nobody\.sock/);
  });

  test('tells whoever runs it of every change that was asked for, by its key, also of the second time', async () => {
    const { client } = await joinWorld(socket);
    calls.length = 0;
    for (let times = 0; times < 2; times++) await client.call('remove', ['vmhmc1', 'pbrazos', 'nobody', 'R-9.1/remove#1']).catch(() => undefined);
    await client.call('clock', []);
    expect(calls.map(keyOf)).toEqual(['R-9.1/remove#1', 'R-9.1/remove#1', null]);
  });
});
