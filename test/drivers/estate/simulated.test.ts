import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorldClient } from '../../../src/drivers/estate/simulated/client.js';
import { configureWorld, simulatedHypervisor, simulatedStorage } from '../../../src/drivers/estate/simulated/drivers.js';
import { vmOf } from '../../../src/core/estate.js';
import { homeShape, type EffectLine } from '../../../src/drivers/estate/simulated/world/model.js';
import { createWorldServer } from '../../../src/drivers/estate/simulated/world/server.js';
import { SimulatedWorld } from '../../../src/drivers/estate/simulated/world/world.js';
import type { EstateHarness } from '../../contract/estate-harness.js';
import { hypervisorContract } from '../../contract/hypervisor.js';
import { storageContract } from '../../contract/storage.js';
import { tinyEstate } from '../../scenarios/lab/estates.js';

/** The tiny estate over its real socket, a thousand times as fast as life; the recovery host holds one of the two VMs. */
async function make(): Promise<EstateHarness> {
  const tiny = tinyEstate();
  const estate = { ...tiny, clockRate: 1_000, sites: tiny.sites.map((site) => (site.tenant === null ? { ...site, hosts: site.hosts.map((host) => ({ ...host, memoryMb: 40_960 })) } : site)) };
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-contract-'));
  const log = join(folder, 'effects.jsonl');
  const server = createWorldServer(new SimulatedWorld(log), () => undefined);
  server.listen(join(folder, 'world.sock'));
  await once(server, 'listening');
  const client = createWorldClient(join(folder, 'world.sock'));
  await configureWorld(client, estate);
  const line = createServer((caller) => {
    const worldSide = connect(join(folder, 'world.sock'));
    caller.pipe(worldSide);
    worldSide.once('data', () => caller.destroy());
    worldSide.on('error', () => caller.destroy());
    caller.on('error', () => worldSide.destroy());
  });
  line.listen(join(folder, 'deaf.sock'));
  await once(line, 'listening');
  const deaf = createWorldClient(join(folder, 'deaf.sock'));
  const fault = { hmc: 'hmc-unreachable', agent: 'storage-unreachable' } as const;
  return {
    hypervisor: simulatedHypervisor(client, Date), storage: simulatedStorage(client, Date), deaf: { hypervisor: simulatedHypervisor(deaf, Date), storage: simulatedStorage(deaf, Date) }, group: 'HG_A', vms: ['billing', 'payroll'],
    home: { site: 'customerA', hmc: 'vmhmc1', host: 'pbrazos', agent: 'salocal_A' }, other: { site: 'service_provider', hmc: 'vmhmc6', host: 'snorlax', agent: 'sarmeote' },
    shape: (vm) => homeShape(vmOf(estate, vm)!),
    cut: (what, side) => client.call('inject', [fault[what], side[what]]),
    mend: (what, side) => client.call('revert', [fault[what], side[what]]),
    hostDown: (side) => client.call('inject', ['host-down', side.host]),
    times: async (effect, name) => readFileSync(log, 'utf8').split('\n').filter(Boolean).map((line) => (JSON.parse(line) as EffectLine).effect).filter((each) => each.op === effect && ('vm' in each ? each.vm : 'group' in each ? each.group : '') === name).length,
    async close() {
      line.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

hypervisorContract('the simulated HMC', make);
storageContract('the simulated storage', make);
