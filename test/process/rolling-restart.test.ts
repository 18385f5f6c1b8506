import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '../../bench/conformance/cluster.js';
import { phaseOf, stepsRerun, whereabouts } from '../../bench/conformance/oracle.js';
import { until } from '../support/poll.js';

const rate = 20;
const vms = ['billing', 'payroll', 'orders', 'ledger', 'portal', 'reports'];
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster((text) => text.replace(/^clock_rate: \d+/m, `clock_rate: ${rate}`));
  await cluster.addNode();
  await cluster.addNode();
}, 90_000);
afterAll(() => cluster.stop());

const stateOf = async (run: string): Promise<string> => ((await cluster.command(`query run ${run}`, 'ana')).json as [{ State: string }])[0].State;

test('two nodes share one database and one world; each is restarted in the middle of a move, and the move goes on', async () => {
  await until('six VMs ready to move', async () => ((await cluster.command('query vm', 'ana')).json as { State: string; Name: string }[]).filter((vm) => vms.includes(vm.Name) && vm.State === 'READY_TO_MOVE').length === 6, 60_000);
  const { run } = await cluster.command('move site from=customerA to=service_provider tenant=cluster01 dr_type=planned', 'ana');
  expect((await cluster.command(`approve ${run}`, 'ben')).status).toBe(0);
  for (const [node, phase] of [[cluster.nodes[0]!, 'shutdown'], [cluster.nodes[1]!, 'boot']] as const) {
    await until(`phase ${phase}`, () => phaseOf(cluster.effects(), run!, vms.length) === phase, 60_000);
    expect(await node.stop()).toBe(0);
    await node.start();
  }
  // Another node may hear of it a moment later: the answer that told of the end counts.
  expect(await until('its end', async () => /^(?:succeeded|exceptions|failed|cancelled|parked)/.exec(await stateOf(run!))?.[0], 60_000)).toBe('succeeded');
  expect(vms.map((vm) => whereabouts(cluster.effects()).on.get(vm))).toEqual(vms.map(() => ['service_provider']));
  expect([stepsRerun(cluster.effects(), cluster.calls(), rate), whereabouts(cluster.effects()).twice]).toEqual([[], []]);
}, 180_000);
