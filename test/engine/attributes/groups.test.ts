import { afterEach, describe, expect, test } from '@jest/globals';
import type { Estate } from '../../../src/core/estate.js';
import type { StateChange } from '../../../src/core/event.js';
import { isTerminal } from '../../../src/core/run-state.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../../scenarios/lab/lab.js';
import { engineOn, groupWith, hadr, ids, operation, rt11, stateOf, stepOf, tenantWith, vmWith } from './support.js';

const move = (estate: Estate, drType: 'planned' | 'unplanned') => engineOn(estate).plan(operation(estate, 'move', drType));

describe('host_group.skip_shutdown', () => {
  test('yes: an unplanned move does not try to stop VMs at the source, and proves all the same that they are', async () => {
    const [with_, without] = [await move(groupWith({ skipShutdown: true }), 'unplanned'), await move(hadr, 'unplanned')];
    expect([ids(without, 'try-stop-vm').length, ids(with_, 'try-stop-vm').length]).toEqual([4, 0]);
    expect(ids(with_, 'confirm-stopped')).toEqual(ids(without, 'confirm-stopped'));
    expect(stepOf(with_, 'fail-over-group:HG1').after).toEqual(expect.arrayContaining(['confirm-stopped:ziti032']));
  });
  test('yes: a planned move shuts down as ever', async () => { expect(ids(await move(groupWith({ skipShutdown: true }), 'planned'), 'stop-vm')).toHaveLength(4); });
});

describe('host_group.skip_power_on', () => {
  const skipping = groupWith({ skipPowerOn: true });
  let lab: Lab;
  let node: LabNode;
  afterEach(() => lab.close());
  const start = async (estate: Estate): Promise<void> => { lab = createLab({ estate }); node = await lab.boot(); await makeReady(lab, node); };
  const through = async (line: string, attest = ''): Promise<ReturnType<LabNode['run']>> => {
    const run = runIn(await node.say('ana', line));
    for (const who of ['ana', 'ben', 'chris']) await node.say(who, `approve ${run}${attest}`);
    await lab.until(`${line} is over`, () => isTerminal(node.run(run).status));
    return node.run(run);
  };
  test('yes: a moved VM is defined and mapped at the target, stays off, and that is a success', async () => {
    await start(skipping);
    const run = await through('move site from=home_site to=backup_site');
    expect(run).toMatchObject({ status: 'succeeded', tally: '4 out of 4 VMs have been successfully moved' });
    expect(run.plan.steps.filter(({ kind }) => kind === 'start-vm')).toEqual([]);
    expect(Object.values(lab.world.world.world.instances).map(({ lpar, power }) => `${lpar} ${power}`).toSorted()).toEqual(['ziti001 off', 'ziti005 off', 'ziti030 off', 'ziti032 off']);
    expect(node.state.vms.get('ziti032')).toMatchObject({ state: 'DISCOVERED', power: 'off', site: 'backup_site', host: rt11 });
    expect(await node.say('ana', 'recover site backup_site')).toMatchObject({ kind: 'refusal', what: expect.stringContaining('left behind') });
  });
  test('yes: the same after a disaster, with what is left to do', async () => {
    await start(skipping);
    await lab.world.client.call('inject', ['site-down', 'home_site']);
    expect(await through('move site from=home_site to=backup_site dr_type=unplanned', ' attest=home_site')).toMatchObject({ status: 'succeeded' });
    expect(node.state.vms.get('ziti032')).toMatchObject({ state: 'ACTIVE_NEEDS_CLEANUP', power: 'off', site: 'backup_site' });
  });
  test('yes: rehearsed VMs stay off, too; no: they start', async () => {
    await start(hadr);
    for (const [estate, started] of [[skipping, 0], [hadr, 4]] as const) expect(ids(await engineOn(estate).plan(operation(estate, 'move', null, { drTest: true })), 'start-test-vm')).toHaveLength(started);
  });
});

describe('what moves as one', () => {
  const workgroup = tenantWith({ workgroups: [{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti005', 'ziti001'] }] });
  test('workgroup.vms: they have a disk group of their own, and move without the others', async () => {
    const draft = await engineOn(workgroup).plan(operation(workgroup, 'move', 'planned', { hostGroups: ['WG1'], scope: { class: 'workgroup', name: 'WG1' } }));
    expect(draft.vms.toSorted()).toEqual(['ziti001', 'ziti005']);
    expect(ids(draft, 'reverse-group')).toEqual(['WG1']);
    expect(stepOf(await move(workgroup, 'planned'), 'reverse-group:HG1').after).toEqual(['stop-vm:ziti030', 'stop-vm:ziti032']);
    expect(ids(await move(hadr, 'planned'), 'reverse-group')).toEqual(['HG1']);
  });
  test('vm.managed: no: discovery, verification and moves leave it alone, and its disks are not switched', async () => {
    const estate = vmWith('ziti005', { unmanaged: true });
    for (const draft of [await engineOn(estate).plan(operation(estate, 'discover')), await engineOn(estate).plan(operation(estate, 'verify')), await move(estate, 'planned'), await move(estate, 'unplanned')]) expect(JSON.stringify(draft.steps)).not.toContain('ziti005');
    const on = engineOn(estate);
    expect(on.lab.world.arrays.observeGroup('sahome', 'HG1').volumes.filter((volume) => volume.startsWith('ziti005'))).toEqual([]);
  });
});

/** Its effects on what people may ask for are shown in test/desk/ha-attributes.test.ts. */
test('ksyscluster.type: HADR watches VMs at home, HADRHA also where they have moved to, DR nowhere', async () => {
  const told = async (clusterType: 'DR' | 'HADR' | 'HADRHA', moved: boolean): Promise<string[]> => {
    const estate = tenantWith({ clusterType });
    const on = engineOn(estate);
    const { instances } = on.lab.world.world;
    const away = hadr.tenants[0]!.vms.map(({ name }): StateChange => ({ kind: 'vm', vm: name, state: 'READY_TO_MOVE', reason: null, power: 'running', site: 'backup_site', host: rt11 }));
    const state = moved ? stateOf(estate, { kind: 'group', group: 'HG1', activeSite: 'backup_site' }, ...away) : stateOf(estate);
    if (moved) for (const [place, instance] of Object.entries(instances)) { delete instances[place]; instances[`${instance.lpar}@${rt11}`] = { ...instance, host: rt11 }; }
    const watch = on.watch(state);
    on.lab.world.inject('vm-crash', 'ziti032');
    await watch.seconds(300);
    watch.stop();
    return watch.names();
  };
  const failure = ['VM_FAILURE_DETECTED ziti032'];
  expect([await told('DR', false), await told('HADR', false), await told('HADRHA', false)]).toEqual([[], failure, failure]);
  expect([await told('DR', true), await told('HADR', true), await told('HADRHA', true)]).toEqual([[], [], failure]);
});
