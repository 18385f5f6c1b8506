import { afterEach, describe, expect, test } from '@jest/globals';
import type { Estate, Workgroup } from '../../src/core/estate.js';
import { isTerminal, type RunState } from '../../src/core/run-state.js';
import { openIncidents } from '../../src/core/state.js';
import { groupWith, hadr, hostWith, ragu, rt07, rt11, sock, systemWith, tenantWith, vmWith } from '../engine/attributes/support.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
afterEach(() => lab.close());
async function start(estate: Estate): Promise<void> {
  lab = createLab({ estate });
  node = await lab.boot({ monitor: true });
  await makeReady(lab, node);
}
const inject = (fault: string, target: string): Promise<unknown> => lab.world.client.call('inject', [fault, target]);
const revert = (fault: string, target: string): Promise<unknown> => lab.world.client.call('revert', [fault, target]);
const runs = (verb: string): RunState[] => [...node.state.runs.values()].filter((run) => run.plan.operation.verb === verb);
/** Each restart or cleanup that Lifeboat asked for: for which VMs, whether it waits for people, and why. */
const asked = (verb: string): (readonly [vms: string, status: string, reason: string | null])[] => runs(verb).map((run) => [run.plan.vms.toSorted().join(' '), run.status, run.plan.because.reason]);
const byItself = [expect.any(String), 'succeeded', expect.not.stringContaining('by itself')];
async function through(line: string, attest = ''): Promise<void> {
  const run = runIn(await node.say('ana', line));
  for (const who of ['ana', 'ben', 'chris']) await node.say(who, `approve ${run}${attest}`);
  await lab.until(`${line} is over`, () => isTerminal(node.run(run).status));
}

describe('a crashed VM is restarted by itself', () => {
  test.each<[attribute: string, estate: Estate, expected: unknown]>([
    ['nothing changed', hadr, [byItself]],
    ['host_group.restart_policy', groupWith({ restartPolicy: 'auto' }), [byItself]],
    ['host_group.restart_policy', groupWith({ restartPolicy: 'advisory' }), [['ziti032', 'proposed', expect.stringContaining('restart_policy of HG1 is advisory')]]],
    ['vm.maintenance', vmWith('ziti032', { maintenance: true }), [['ziti032', 'proposed', expect.stringContaining('VM ziti032 is in maintenance')]]],
    ['host.maintenance', hostWith(ragu, { maintenance: true }), [['ziti032', 'proposed', expect.stringContaining(`host ${ragu} is in maintenance`)]]],
    ['vm.ha_monitor', vmWith('ziti032', { haMonitor: false }), []],
    ['ksyscluster.type', tenantWith({ clusterType: 'DR' }), []],
  ])('%s (row %#)', async (_attribute, estate, expected) => {
    await start(estate);
    await inject('vm-crash', 'ziti032');
    await lab.pass(15 * 60_000);
    expect(asked('restart')).toEqual(expected);
  });
  test('host.excluded_vioses: one VIOS down leaves it to people, an excluded one does not', async () => {
    for (const [estate, expected] of [[hadr, [['ziti032', 'proposed', expect.stringContaining('VIOS raguv2')]]], [hostWith(ragu, { excludedVioses: ['raguv2'] }), [byItself]]] as const) {
      await start(estate);
      await inject('vios-down', 'raguv2');
      await inject('vm-crash', 'ziti032');
      await lab.pass(15 * 60_000);
      expect(asked('restart')).toEqual(expected);
      await lab.close();
    }
    await start(hadr);
  });
});

describe('the VMs of a host that fails are restarted by themselves', () => {
  test.each<[attribute: string, estate: Estate, expected: unknown]>([
    ['nothing changed', hadr, [['ziti030 ziti032', 'succeeded', expect.anything()]]],
    ['host_group.restart_policy', groupWith({ restartPolicy: 'advisory' }), [['ziti030 ziti032', 'proposed', expect.stringContaining('advisory')]]],
    ['vm.ha_monitor', vmWith('ziti032', { haMonitor: false }), [['ziti030', 'succeeded', expect.anything()]]],
    ['host.ha_monitor', hostWith(ragu, { haMonitor: false }), []],
    ['vm.managed', vmWith('ziti032', { unmanaged: true }), [['ziti030', 'succeeded', expect.anything()]]],
    ['vm.agent: without one, too', tenantWith({ vms: hadr.tenants[0]!.vms.map(({ agent: _agent, apps: _apps, ...vm }) => vm) }), [['ziti030 ziti032', 'succeeded', expect.anything()]]],
    ['vm.maintenance: the others do not wait with it', vmWith('ziti032', { maintenance: true }), [['ziti030', 'succeeded', expect.anything()], ['ziti032', 'proposed', expect.stringContaining('VM ziti032 is in maintenance')]]],
    ['host.maintenance', hostWith(ragu, { maintenance: true }), [['ziti030 ziti032', 'proposed', expect.stringContaining('in maintenance')]]],
  ])('%s (row %#)', async (_attribute, estate, expected) => {
    await start(estate);
    await inject('host-down', ragu);
    await lab.pass(15 * 60_000);
    expect(asked('restart')).toEqual(expected);
  });
  test('host.maintenance, vm.maintenance: what they left is cleaned up by itself only where nobody works', async () => {
    for (const [estate, cleaned] of [[hadr, ['ziti030 ziti032']], [vmWith('ziti032', { maintenance: true }), ['ziti030']]] as const) {
      await start(estate);
      await inject('host-down', ragu);
      await lab.pass(10 * 60_000);
      for (const { plan, status } of runs('restart')) if (status === 'proposed') for (const who of ['ana', 'ben']) await node.say(who, `approve ${plan.run}`);
      await lab.pass(10 * 60_000);
      await revert('host-down', ragu);
      await lab.pass(5 * 60_000);
      expect(runs('cleanup').map(({ plan }) => plan.vms.toSorted().join(' '))).toEqual(cleaned);
      await lab.close();
    }
    await start(hadr);
  });
  test('host_group.restart_policy, vm.blacklist: a critical application is restarted on no host that never takes its VM, and is a permanent failure then', async () => {
    await start(vmWith('ziti030', { blacklist: [sock] }));
    await inject('app-fails', 'ziti030_app1');
    await lab.pass(40 * 60_000);
    expect(runs('restart').flatMap(({ plan }) => plan.steps.filter(({ kind }) => kind === 'restart-vm').map(({ args }) => args.to))).toEqual([rt07]);
    expect([...node.state.incidents.values()].flatMap(({ events }) => events.map(({ name }) => name))).toContain('VM_APPLICATION_PERMANENT_FAILURE');
  });
  test('app.critical: no: its VM is left as it is', async () => {
    await start(vmWith('ziti030', { apps: hadr.tenants[0]!.vms.find(({ name }) => name === 'ziti030')!.apps!.map((app) => ({ ...app, critical: false })) }));
    await inject('app-fails', 'ziti030_app1');
    await lab.pass(20 * 60_000);
    expect(runs('restart')).toEqual([]);
  });
});

test.each<[after: readonly string[] | undefined, because: readonly string[]]>([[undefined, ['Critical application web', 'Critical application ziti030_app1']], [['ziti030_app1'], ['Critical application ziti030_app1']]])('app.after: %s: whose failure reboots the VM where both fail', async (after, because) => {
  const [db] = hadr.tenants[0]!.vms.find(({ name }) => name === 'ziti030')!.apps!;
  await start(vmWith('ziti030', { apps: [db!, { ...db!, name: 'web', ...(after ? { after } : {}) }] }));
  for (const app of ['ziti030_app1', 'web']) await inject('app-fails-until-reboot', app);
  await lab.pass(15 * 60_000);
  expect([...new Set([...node.state.incidents.values()].filter(({ key }) => key.startsWith('APP_')).map(({ title }) => title.split(' in VM')[0]))].toSorted()).toEqual(because);
  expect(runs('restart').map(({ plan }) => plan.operation.inPlace)).toEqual([true]);
});

describe('ksyscluster.type', () => {
  const refusal = async (line: string): Promise<string> => { const answer = await node.say('ana', line); return answer.kind === 'refusal' ? answer.what : 'taken'; };
  test.each<['DR' | 'HADR' | 'HADRHA', home: RegExp, away: RegExp]>([['DR', /type DR: it restarts nothing inside home_site/, /type DR: it restarts nothing inside backup_site/], ['HADR', /^taken$/, /type HADR: it restarts nothing inside backup_site/], ['HADRHA', /^taken$/, /^taken$/]])('%s: restarts at home, and where VMs have moved to', async (clusterType, home, away) => {
    await start(tenantWith({ clusterType }));
    expect(await refusal('restart vm ziti001 dry_run=yes')).toMatch(home);
    await through('move site from=home_site to=backup_site');
    expect(node.state.vms.get('ziti032')).toMatchObject({ site: 'backup_site', host: rt11 });
    expect(await refusal('restart vm ziti001 dry_run=yes')).toMatch(away);
  });
  test('HADRHA: a crashed VM restarts by itself at the backup site, too', async () => {
    await start(tenantWith({ clusterType: 'HADRHA' }));
    await through('move site from=home_site to=backup_site');
    await inject('vm-crash', 'ziti032');
    await lab.pass(15 * 60_000);
    expect(asked('restart')).toEqual([['ziti032', 'succeeded', expect.anything()]]);
    expect(node.state.vms.get('ziti032')!.host).not.toBe(rt11);
  });
  test('HA: nothing moves to another site', async () => {
    await start(hadr);
    const { hostPairs: _pairs, ...rest } = hadr.tenants[0]!;
    const one = { ...hadr, sites: hadr.sites.slice(0, 1), tenants: [{ ...rest, clusterType: 'HA' as const, backupSite: 'home_site', hostPairs: [] }] };
    await lab.close();
    lab = createLab({ estate: one });
    node = await lab.boot();
    for (const line of ['move site from=home_site to=home_site', 'verify site home_site', 'resync site home_site']) expect(await node.say('ana', line)).toMatchObject({ kind: 'refusal' });
    expect(await refusal('verify site home_site')).toMatch(/cluster of type HA: it has one site/);
    await node.say('ana', 'discover site home_site');
    await lab.settle(node);
    expect(await refusal('restart vm ziti001 dry_run=yes')).toBe('taken');
  });
});

describe('the resync after a disaster', () => {
  const workgroup = (change: Partial<Workgroup>, estate: Estate): Estate => tenantWith({ workgroups: [{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti001'], ...change }] }, estate);
  const yes = systemWith({ autoReverseMirror: true });
  test.each<[attribute: string, estate: Estate, groups: readonly string[], told: readonly string[]]>([
    ['system.auto_reverse_mirror: no, as without it, leaves it to people, and says so', hadr, [], ['HG1']],
    ['system.auto_reverse_mirror: yes asks for it', yes, ['HG1'], []],
    ['workgroup.skip_auto_resync: OFF asks for the workgroup, too', workgroup({}, yes), ['HG1', 'WG1'], []],
    ['workgroup.skip_auto_resync: ON leaves the workgroup to people', workgroup({ skipAutoResync: true }, yes), ['HG1'], ['WG1']],
  ])('%s', async (_attribute, estate, groups, told) => {
    await start(estate);
    await inject('site-down', 'home_site');
    await through('move site from=home_site to=backup_site dr_type=unplanned', ' attest=home_site');
    await revert('site-down', 'home_site');
    await lab.until('the cleanup is proposed', () => runs('cleanup').length > 0);
    for (const who of ['ana', 'ben']) await node.say(who, `approve ${runs('cleanup')[0]!.plan.run}`);
    await lab.until('it is clean', () => [...node.state.groups.values()].every(({ pending }) => pending.every(({ work }) => work === 'resync')));
    await lab.pass(10 * 60_000);
    expect(runs('resync').map(({ status, plan }) => [status, ...plan.operation.hostGroups])).toEqual(groups.length === 0 ? [] : [['proposed', ...groups]]);
    expect(openIncidents(node.state).filter(({ key }) => key.startsWith('RESYNC_PENDING')).map(({ title }) => title)).toEqual(told.map((group) => expect.stringMatching(new RegExp(`^Disk group ${group} has no second copy since the unplanned move R-\\d+\\. home_site is clean and answers: resync site home_site$`))));
  });
});
