import { describe, expect, test } from '@jest/globals';
import type { Estate, HostGroup, Tenant } from '../../../src/core/estate.js';
import type { StateChange } from '../../../src/core/event.js';
import { backupHostOf } from '../../../src/core/placement.js';
import type { Operation } from '../../../src/core/plan.js';
import { engineOn, groupWith, hadr, hostWith, ids, operation, ragu, restartOf, rt07, rt11, rt12, rt13, sock, stateOf, stepOf, tenantWith, vmWith } from './support.js';

/** Where VMs of ragu restart when it is down. */
async function restarted(estate: Estate, vms: readonly string[], more: Partial<Operation> = {}): Promise<(string | undefined)[]> {
  const on = engineOn(estate);
  on.lab.world.inject('host-down', ragu);
  const draft = await on.plan(restartOf(estate, vms, more));
  return vms.map((vm) => draft.facts[`${vm} goes to`] as string | undefined);
}

describe('the host on which a VM restarts', () => {
  test('is the one with most memory free where nothing is said', async () => { expect(await restarted(hadr, ['ziti032'])).toEqual([sock]); });
  test.each<[attribute: string, estate: Estate, vms: readonly string[], to: readonly (string | undefined)[]]>([
    ['vm.blacklist', vmWith('ziti032', { blacklist: [sock] }), ['ziti032'], [rt07]],
    ['host_group.collocation', groupWith({ collocation: [['ziti032', 'ziti005']] }), ['ziti032'], [rt07]],
    ['host_group.collocation', groupWith({ collocation: [['ziti030', 'ziti032']] }), ['ziti030', 'ziti032'], [sock, sock]],
    ['host_group.anticollocation', groupWith({ antiCollocation: [['ziti032', 'ziti001']] }), ['ziti032'], [rt07]],
    ['host_group.anticollocation', groupWith({ antiCollocation: [['ziti032', 'ziti001', 'ziti005']] }), ['ziti030', 'ziti032'], [sock, undefined]],
    ['host_group.hosts', groupWith({ hosts: [ragu, rt07] }, tenantWith({ vms: hadr.tenants[0]!.vms.filter(({ host }) => host !== sock) })), ['ziti032'], [rt07]],
  ])('%s (row %#)', async (_attribute, estate, vms, to) => { expect(await restarted(estate, vms)).toEqual(to); });
  test('host.maintenance: nothing goes there by itself; people may send a VM there', async () => {
    const estate = hostWith(sock, { maintenance: true });
    expect(await restarted(estate, ['ziti032'], { automatic: true })).toEqual([rt07]);
    expect(await restarted(estate, ['ziti032'])).toEqual([rt07]);
    expect(await restarted(estate, ['ziti032'], { targetHost: sock })).toEqual([sock]);
  });
  test('who is left without a host is named, and why (vm.blacklist, host_group.anticollocation)', async () => {
    const estate = vmWith('ziti032', { blacklist: [sock] }, groupWith({ antiCollocation: [['ziti032', 'ziti005']] }));
    const on = engineOn(estate);
    on.lab.world.inject('host-down', ragu);
    expect((await on.plan(restartOf(estate, ['ziti030', 'ziti032']))).excluded).toEqual([{ vm: 'ziti032', why: `${sock}: blacklisted; ${rt07}: affinity` }]);
  });
});

describe('the host that a VM takes at the backup site', () => {
  const there = (estate: Estate, vm: string): string | undefined => backupHostOf(estate.tenants[0]!, estate.tenants[0]!.vms.find(({ name }) => name === vm)!);
  const unpaired = (backupHosts: HostGroup['backupHosts'], more: Partial<HostGroup> = {}): Estate => groupWith({ ...(backupHosts ? { backupHosts } : {}), ...more }, tenantWith({ hostPairs: [] }));
  test('is the pair of its home host where nothing is said', () => { expect(['ziti032', 'ziti030', 'ziti005', 'ziti001'].map((vm) => there(hadr, vm))).toEqual([rt11, rt11, rt13, rt12]); });
  test.each<[attribute: string, estate: Estate, places: Readonly<Record<string, string>>]>([
    ['host_group.backup_hosts', unpaired([rt12, rt13]), { ziti032: rt12, ziti005: rt13, ziti030: rt13, ziti001: rt12 }],
    ['host_group.backup_hosts', unpaired([rt12]), { ziti032: rt12, ziti005: rt12, ziti030: rt12, ziti001: rt12 }],
    ['vm.blacklist', vmWith('ziti032', { blacklist: [rt12] }, unpaired([rt12, rt13])), { ziti032: rt13 }],
    ['vm.blacklist', vmWith('ziti032', { blacklist: [rt11] }), { ziti032: rt12, ziti030: rt11 }],
    ['host_group.collocation', unpaired([rt12, rt13], { collocation: [['ziti032', 'ziti005']] }), { ziti032: rt12, ziti005: rt12 }],
    ['host_group.collocation', groupWith({ collocation: [['ziti032', 'ziti001']] }), { ziti032: rt11, ziti001: rt11, ziti005: rt13 }],
    ['host_group.anticollocation', unpaired([rt12, rt13], { antiCollocation: [['ziti005', 'ziti030']] }), { ziti005: rt13, ziti030: rt12 }],
    ['host_group.anticollocation', groupWith({ antiCollocation: [['ziti030', 'ziti032']] }), { ziti032: rt11, ziti030: rt12 }],
    ['host_group.anticollocation that no host can keep: the pair counts', groupWith({ hosts: [ragu], antiCollocation: [['ziti030', 'ziti032']] }, tenantWith({ hostPairs: hadr.tenants[0]!.hostPairs.slice(0, 1) })), { ziti032: rt11, ziti030: rt11 }],
  ])('%s (row %#)', (_attribute, estate, places) => {
    expect(Object.fromEntries(Object.keys(places).map((vm) => [vm, there(estate, vm)]))).toEqual(places);
  });
  test('plans go by it (host_group.backup_hosts)', async () => {
    const estate = unpaired([rt12, rt13]);
    expect(stepOf(await engineOn(estate).plan(operation(estate, 'move', 'planned')), 'define-vm:ziti032').args.host).toBe(rt12);
  });
});

describe('what starts first', () => {
  const order = async (estate: Estate, ...changes: readonly StateChange[]): Promise<Record<string, readonly string[]>> => {
    const on = engineOn(estate);
    const state = stateOf(estate, ...changes);
    const [move, rehearsal] = [await on.plan(operation(estate, 'move', 'planned'), state), await on.plan(operation(estate, 'move', null, { drTest: true }), state)];
    on.lab.world.inject('host-down', ragu);
    const restart = await on.plan(restartOf(estate, ['ziti030', 'ziti032']), state);
    return { move: stepOf(move, 'start-vm:ziti032').after, rehearsal: stepOf(rehearsal, 'start-test-vm:ziti032').after, restart: stepOf(restart, 'restart-vm:ziti032').after };
  };
  test('vm.after: a VM waits for those that run before it, in a move, a rehearsal and a restart', async () => {
    expect(await order(hadr)).toEqual({ move: ['define-vm:ziti032'], rehearsal: ['define-test-vm:ziti032'], restart: ['ha-stop-vm:ziti032'] });
    expect(await order(vmWith('ziti032', { after: ['ziti030'] }))).toEqual({ move: ['define-vm:ziti032', 'start-vm:ziti030'], rehearsal: ['define-test-vm:ziti032', 'start-test-vm:ziti030'], restart: ['ha-stop-vm:ziti032', 'restart-vm:ziti030'] });
  });
  test('vm.after: also where the two are in different workgroups, and in a recovery', async () => {
    const workgroups: Tenant['workgroups'] = [{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti030'] }, { name: 'WG2', hostGroup: 'HG1', vms: ['ziti032'] }];
    const estate = vmWith('ziti032', { after: ['ziti030'] }, tenantWith({ workgroups }));
    expect((await order(estate)).rehearsal).toEqual(['define-test-vm:ziti032', 'start-test-vm:ziti030']);
    const failed = ['ziti030', 'ziti032'].map((vm): StateChange => ({ kind: 'vm', vm, state: 'MOVE_FAILED', reason: null, power: 'off', site: 'backup_site', host: rt11 }));
    const recovery = await engineOn(estate).plan(operation(estate, 'recover', null, { from: 'backup_site', to: 'backup_site' }), stateOf(estate, ...failed));
    expect(stepOf(recovery, 'start-vm:ziti032').after).toEqual(['define-vm:ziti032', 'start-vm:ziti030']);
  });
  test.each<[attribute: string, estate: Estate, order: readonly string[]]>([
    ['nothing changed: high, then medium, then low', hadr, ['ziti030', 'ziti032', 'ziti005', 'ziti001']],
    ['vm.priority', vmWith('ziti001', { priority: 'high' }, vmWith('ziti030', { priority: 'low' })), ['ziti001', 'ziti032', 'ziti005', 'ziti030']],
    ['workgroup.priority', vmWith('ziti030', { priority: 'medium' }, vmWith('ziti001', { priority: 'medium' }, tenantWith({ workgroups: [{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti001'], priority: 'high' }, { name: 'WG2', hostGroup: 'HG1', vms: ['ziti005'], priority: 'low' }] }))), ['ziti032', 'ziti001', 'ziti030', 'ziti005']],
    ['host_group.priority', twoGroups('low', 'high'), ['ziti032', 'ziti030', 'ziti005', 'ziti001']],
    ['host_group.priority', twoGroups('high', 'low'), ['ziti030', 'ziti032', 'ziti005', 'ziti001']],
  ])('%s: the order of capacity, and of starts on one host (row %#)', async (_attribute, estate, expected) => {
    const draft = await engineOn(estate).plan(operation(estate, 'move', 'planned'));
    expect(ids(draft, 'verify-vm')).toEqual(expected);
    const ranks = expected.map((vm) => stepOf(draft, `start-vm:${vm}`).rank);
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });
  test('host_group.priority, workgroup.priority: whose disks switch first on one array', async () => {
    const first = async (estate: Estate): Promise<string> => (await engineOn(estate).plan(operation(estate, 'move', 'planned'))).steps.filter(({ kind }) => kind === 'reverse-group').toSorted((a, b) => a.rank - b.rank)[0]!.entity.name;
    expect(await first(twoGroups('low', 'high'))).toBe('HG2');
    expect(await first(twoGroups('high', 'low'))).toBe('HG1');
    expect(await first(tenantWith({ workgroups: [{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti001'], priority: 'high' }] }))).toBe('WG1');
  });
});

/** ziti030 alone in HG1, the others in HG2, in which ziti032 is as important as ziti030. */
function twoGroups(first: NonNullable<HostGroup['priority']>, second: NonNullable<HostGroup['priority']>): Estate {
  const { hostGroups, vms } = hadr.tenants[0]!;
  return tenantWith({ hostGroups: [{ ...hostGroups[0]!, priority: first }, { ...hostGroups[0]!, name: 'HG2', priority: second }], vms: vms.map((vm) => (vm.name === 'ziti030' ? vm : { ...vm, hostGroup: 'HG2' })) });
}
