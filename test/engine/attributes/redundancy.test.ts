import { describe, expect, test } from '@jest/globals';
import type { Estate } from '../../../src/core/estate.js';
import { engineOn, groupWith, hadr, hostWith, ragu, restartOf, rt07, rt11, sock, systemWith, verified } from './support.js';

type Bench = ReturnType<typeof engineOn>;
const down = (...vioses: string[]) => (on: Bench): void => { for (const vios of vioses) on.lab.world.inject('vios-down', vios); };
const four = (estate: Estate = hadr): Estate => hostWith(rt11, { vioses: ['rt11v1', 'rt11v2', 'rt11v3', 'rt11v4'] }, estate);

describe('VIOS that must be up at the target', () => {
  test.each<[attribute: string, estate: Estate, downAt: readonly string[], why: RegExp | null]>([
    ['nothing changed', hadr, [], null],
    ['nothing changed, one down', hadr, ['rt11v1'], /only 1 of 2 VIOS of rt11\S+ are up, 2 are wanted \(lose_vios_redundancy is no\)/],
    ['host.vioses', hostWith(rt11, { vioses: ['rt11v1', 'rt11v2', 'rt11v3'] }), ['rt11v1'], null],
    ['host.vioses', hostWith(rt11, { vioses: ['rt11v1'] }), [], null],
    ['host.excluded_vioses', hostWith(rt11, { excludedVioses: ['rt11v1'] }), ['rt11v1'], null],
    ['host.excluded_vioses', hostWith(rt11, { vioses: ['rt11v1', 'rt11v2', 'rt11v3'], excludedVioses: ['rt11v3'] }), ['rt11v1'], /only 1 of 2 VIOS/],
    ['system.lose_vios_redundancy', systemWith({ loseViosRedundancy: true }), ['rt11v1'], null],
    ['system.lose_vios_redundancy', systemWith({ loseViosRedundancy: true }), ['rt11v1', 'rt11v2'], /only 0 of 2 VIOS of rt11\S+ are up, 1 are wanted/],
    ['system.min_redundancy_paths', systemWith({ loseViosRedundancy: true, minRedundancyPaths: 2 }), ['rt11v1'], /only 1 of 2 VIOS of rt11\S+ are up, 2 are wanted/],
    ['system.min_redundancy_paths', four(systemWith({ loseViosRedundancy: true, minRedundancyPaths: 2 })), ['rt11v1', 'rt11v2'], null],
    ['system.min_redundancy_paths', four(systemWith({ minRedundancyPaths: 3 })), ['rt11v1', 'rt11v2'], /only 2 of 4 VIOS of rt11\S+ are up, 3 are wanted/],
  ])('%s (row %#)', async (_attribute, estate, downAt, why) => {
    const said = await verified(estate, 'ziti032', down(...downAt));
    if (why === null) expect(said).toBeNull();
    else expect(said).toMatch(why);
  });
  test.each<[attribute: string, estate: Estate, to: string]>([
    ['nothing changed: a restart goes where both VIOS are up', hadr, rt07],
    ['system.lose_vios_redundancy: most memory free counts again', systemWith({ loseViosRedundancy: true }), sock],
  ])('%s', async (_attribute, estate, to) => {
    const on = engineOn(estate);
    down('sockv1')(on);
    on.lab.world.inject('host-down', ragu);
    expect((await on.plan(restartOf(estate, ['ziti032']))).facts['ziti032 goes to']).toBe(to);
  });
});

describe('VIOS that are watched', () => {
  const told = async (estate: Estate, ...faults: readonly (readonly [string, string])[]): Promise<string[]> => {
    const on = engineOn(estate);
    const watch = on.watch();
    for (const [fault, target] of faults) on.lab.world.inject(fault, target);
    await watch.seconds(200);
    watch.stop();
    return watch.names();
  };
  test('host.vioses: one down is told; all down is the failure of the host', async () => {
    expect(await told(hadr, ['vios-down', 'raguv1'])).toEqual(['VIOS_FAILURE raguv1', 'VIOS_NODE_FAILURE raguv1']);
    expect(await told(hadr, ['vios-down', 'raguv1'], ['vios-down', 'raguv2'])).toEqual([`HOST_FAILURE ${ragu}`, `ALL_VIOS_UNREACHABLE ${ragu}`, `HOST_FAILURE_DETECTED ${ragu}`]);
    expect(await told(hostWith(ragu, { vioses: ['raguv1'] }), ['vios-down', 'raguv1'])).toContain(`HOST_FAILURE ${ragu}`);
  });
  test('host.excluded_vioses: an excluded one is not told of, and does not keep the host alive', async () => {
    const estate = hostWith(ragu, { excludedVioses: ['raguv2'] });
    expect(await told(estate, ['vios-down', 'raguv2'])).toEqual([]);
    expect(await told(estate, ['vios-down', 'raguv1'])).toContain(`HOST_FAILURE ${ragu}`);
  });
  test('host_group.pool_disk: its loss puts the VIOS of the group into LOCAL mode, under its name', async () => {
    const on = engineOn(groupWith({ poolDisk: 'hdisk7' }));
    const watch = on.watch();
    on.lab.world.inject('pool-disk-lost', 'hdisk7');
    await watch.seconds(60);
    watch.stop();
    expect(watch.told.map(({ event }) => [event.name, event.description])).toEqual([['VIOS_MONITOR_MODE', expect.stringContaining('lost the pool disk hdisk7')]]);
  });
  test('host.excluded_vioses: LOCAL mode of an excluded one is nobody\'s', async () => {
    const estate = [ragu, sock, rt07].reduce((all, host) => hostWith(host, { excludedVioses: all.sites[0]!.hosts.find(({ name }) => name === host)!.vioses }, all), groupWith({ poolDisk: 'hdisk7' }));
    expect(await told(estate, ['pool-disk-lost', 'hdisk7'])).toEqual([]);
  });
});
