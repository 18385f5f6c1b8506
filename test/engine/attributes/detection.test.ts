import { describe, expect, test } from '@jest/globals';
import type { App, Estate } from '../../../src/core/estate.js';
import { engineOn, groupWith, hadr, hostWith, ragu, stateOf, systemWith, vmWith } from './support.js';

/** What people are told of one failure within ten minutes, and after how many seconds of estate time. */
async function told(estate: Estate, ...faults: readonly (readonly [fault: string, target: string])[]): Promise<{ [what: string]: number }> {
  const on = engineOn(estate);
  const watch = on.watch(stateOf(estate));
  for (const [fault, target] of faults) on.lab.world.inject(fault, target);
  await watch.seconds(900);
  watch.stop();
  return Object.fromEntries(watch.told.map(({ at, event }) => [`${event.name} ${event.entity}`, at]));
}
const crash = ['vm-crash', 'ziti032'] as const;
const vmFailure = 'VM_FAILURE_DETECTED ziti032';

/** seeds/5: hostFDT and one, two or three vm_threshold. Heartbeats are looked at every 10 s. */
describe('a VM whose heartbeats stay away counts as failed', () => {
  test.each<[attribute: string, estate: Estate, seconds: number]>([
    ['nothing changed: normal, 90 + 2 x 50', hadr, 190],
    ['host_group.vm_failure_detection_speed', groupWith({ vmFailureDetectionSpeed: 'fast' }), 140],
    ['host_group.vm_failure_detection_speed', groupWith({ vmFailureDetectionSpeed: 'slow' }), 240],
    ['host.vm_failure_detection_speed', hostWith(ragu, { vmFailureDetectionSpeed: 'fast' }, groupWith({ vmFailureDetectionSpeed: 'slow' })), 140],
    ['vm.vm_failure_detection_speed', vmWith('ziti032', { vmFailureDetectionSpeed: 'slow' }, hostWith(ragu, { vmFailureDetectionSpeed: 'fast' })), 240],
    ['vm.vm_failure_detection_speed', vmWith('ziti032', { vmFailureDetectionSpeed: 'normal' }, hostWith(ragu, { vmFailureDetectionSpeed: 'fast' })), 190],
    ['host_group.host_failure_detection_time', groupWith({ hostFailureDetectionTimeMs: 200_000 }), 300],
    ['system.vm_threshold', systemWith({ vmThresholdMs: 10_000 }), 110],
    ['system.vm_threshold', systemWith({ vmThresholdMs: 100_000 }, groupWith({ vmFailureDetectionSpeed: 'slow' })), 390],
  ])('%s (row %#)', async (_attribute, estate, seconds) => { expect(await told(estate, crash)).toEqual({ [vmFailure]: seconds }); });

  test('vm.agent: without an agent nobody hears its heart, and nobody tells', async () => {
    const { agent: _agent, ...mute } = hadr.tenants[0]!.vms.find(({ name }) => name === 'ziti032')!;
    const estate = { ...hadr, tenants: [{ ...hadr.tenants[0]!, vms: hadr.tenants[0]!.vms.map((vm) => (vm.name === 'ziti032' ? mute : vm)) }] };
    expect(await told(estate, crash)).toEqual({});
    expect(Object.keys(await told(estate, ['host-down', ragu]))).toContain(`HOST_FAILURE ${ragu}`);
  });
});

describe('whether a VM is watched: the lowest level that says something', () => {
  test.each<[attribute: string, estate: Estate, watched: boolean]>([
    ['system.ha_monitor', systemWith({ haMonitor: false }), false],
    ['host_group.ha_monitor', groupWith({ haMonitor: false }), false],
    ['host_group.ha_monitor', groupWith({ haMonitor: true }, systemWith({ haMonitor: false })), true],
    ['host.ha_monitor', hostWith(ragu, { haMonitor: false }), false],
    ['host.ha_monitor', hostWith(ragu, { haMonitor: true }, groupWith({ haMonitor: false })), true],
    ['vm.ha_monitor', vmWith('ziti032', { haMonitor: false }), false],
    ['vm.ha_monitor', vmWith('ziti032', { haMonitor: true }, hostWith(ragu, { haMonitor: false })), true],
    ['vm.managed', vmWith('ziti032', { unmanaged: true }), false],
  ])('%s (row %#)', async (_attribute, estate, watched) => { expect(Object.keys(await told(estate, crash))).toEqual(watched ? [vmFailure] : []); });
});

describe('an application that its monitor script says has failed', () => {
  const app = 'APP_FAILURE_DETECTED ziti030_app1';
  const apps = (...all: App[]): Estate => vmWith('ziti030', { apps: all });
  const [db] = hadr.tenants[0]!.vms.find(({ name }) => name === 'ziti030')!.apps!;
  test.each<[attribute: string, estate: Estate, seconds: number]>([
    ['nothing changed: after 3 restarts, one every 10 s', hadr, 40],
    ['vm.max_restart', vmWith('ziti030', { maxRestart: 0 }), 10],
    ['vm.max_restart', vmWith('ziti030', { maxRestart: 10 }), 110],
  ])('%s', async (_attribute, estate, seconds) => { expect(await told(estate, ['app-fails', 'ziti030_app1'])).toEqual({ [app]: seconds }); });

  test.each<[attribute: string, script: keyof App, words: string]>([['app.monitor_script', 'monitorScript', 'monitor /apps/own'], ['app.stop_script', 'stopScript', 'stop /apps/own'], ['app.start_script', 'startScript', 'start /apps/own']])('%s: who is woken reads which script it is', async (_attribute, script, words) => {
    const on = engineOn(apps({ ...db!, [script]: '/apps/own' }));
    const watch = on.watch();
    on.lab.world.inject('app-fails', 'ziti030_app1');
    await watch.seconds(60);
    watch.stop();
    expect(watch.told[0]!.event.evidence.map(({ saw }) => saw).join('\n')).toContain(words);
  });
  test('app.critical: its failure is critical, and otherwise a warning that says that nothing else is done', async () => {
    for (const [critical, severity, words] of [[true, 'critical', /^Critical application/], [false, 'warning', /not critical: nothing else is done/]] as const) {
      const on = engineOn(apps({ ...db!, critical }));
      const watch = on.watch();
      on.lab.world.inject('app-fails', 'ziti030_app1');
      await watch.seconds(60);
      watch.stop();
      expect(watch.told[0]!.event).toMatchObject({ severity, description: expect.stringMatching(words) });
    }
  });
  test('app.after: while the one that runs before it fails, only that one is told; once it is well, the other, if it still fails', async () => {
    const web: App = { ...db!, name: 'web', critical: false };
    const faults = [['app-fails', 'ziti030_app1'], ['app-fails', 'web']] as const;
    expect(Object.keys(await told(apps(db!, web), ...faults)).toSorted()).toEqual(['APP_FAILURE_DETECTED web', app]);
    expect(Object.keys(await told(apps(db!, { ...web, after: ['ziti030_app1'] }), ...faults))).toEqual([app]);
    const on = engineOn(apps(db!, { ...web, after: ['ziti030_app1'] }));
    const watch = on.watch();
    for (const [fault, target] of faults) on.lab.world.inject(fault, target);
    await watch.seconds(100);
    on.lab.world.revert('app-fails', 'ziti030_app1');
    await watch.seconds(20);
    watch.stop();
    expect(watch.names()).toEqual([app, 'APP_FAILURE_DETECTED web']);
  });
});

describe('what answers no ping', () => {
  test.each<[attribute: string, estate: Estate, fault: readonly [string, string], what: string, seconds: number]>([
    ['system.hmc_ping_timer', hadr, ['hmc-unreachable', 'e17vhmc5'], 'HMC_UNREACHABLE e17vhmc5', 30],
    ['system.hmc_ping_timer', systemWith({ hmcPingTimerMs: 30_000 }), ['hmc-unreachable', 'e17vhmc5'], 'HMC_UNREACHABLE e17vhmc5', 70],
    ['system.sa_ping_timer', hadr, ['storage-unreachable', 'sahome'], 'STG_UNREACHABLE sahome', 30],
    ['system.sa_ping_timer', systemWith({ saPingTimerMs: 20_000 }), ['storage-unreachable', 'sahome'], 'STG_UNREACHABLE sahome', 50],
  ])('%s: told after two of them (row %#)', async (_attribute, estate, fault, what, seconds) => { expect(await told(estate, fault)).toMatchObject({ [what]: seconds }); });
});

test.each<[attribute: string, estate: Estate, names: readonly string[]]>([
  ['system.proactiveha', hadr, ['VM_CPU_THRESHOLD_EXCEEDED ziti032', 'VM_PACKET_LOSS ziti001']],
  ['system.proactiveha', systemWith({ proactiveHa: false }), []],
])('%s: a VM above 90 %% of its processors, or that loses packets, is warned of; nothing is moved (row %#)', async (_attribute, estate, names) => {
  expect(Object.keys(await told(estate, ['cpu-high', 'ziti032'], ['packets-lost', 'ziti001']))).toEqual(names);
});
