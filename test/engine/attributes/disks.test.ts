import { describe, expect, test } from '@jest/globals';
import type { Disk, Estate } from '../../../src/core/estate.js';
import type { GroupSeen } from '../../../src/ports/world.js';
import { engineOn, hadr, operation, stateOf, systemWith, verified, vmWith } from './support.js';

const disks = (change: Partial<Disk>): Estate => vmWith('ziti032', { disks: hadr.tenants[0]!.vms[0]!.disks.map((disk) => (disk.name === 'hdisk1' ? { ...disk, ...change } : disk)) });

describe('a disk that does not follow', () => {
  test('disk.mirrored: no: discovery names it, the VM does not become ready, and no move takes it', async () => {
    const estate = disks({ mirrored: false });
    const on = engineOn(estate);
    expect(await on.take(await on.plan(operation(estate, 'discover')), 'discover-vm:ziti032')).toMatchObject({ changes: [{ state: 'DISCOVERED', reason: 'not mirrored: hdisk1', unmirrored: ['hdisk1'] }] });
    expect((await on.plan(operation(estate, 'verify'))).excluded).toEqual([{ vm: 'ziti032', why: 'not mirrored: hdisk1' }]);
    expect((await on.plan(operation(estate, 'move', 'unplanned'))).vms).not.toContain('ziti032');
  });
  test('disk.managed: no: left out on purpose, the VM is discovered, ready and moved without it', async () => {
    const estate = disks({ mirrored: false, unmanaged: true });
    const on = engineOn(estate);
    const draft = await on.plan(operation(estate, 'discover'));
    expect(await on.take(draft, 'discover-vm:ziti032')).toMatchObject({ changes: [{ state: 'READY_TO_MOVE', unmirrored: [] }] });
    expect(await on.take(draft, 'discover-disk-group:HG1')).toMatchObject({ kind: 'done' });
    expect(await verified(estate, 'ziti032')).toBeNull();
    expect((await on.plan(operation(estate, 'move', 'unplanned'))).vms).toContain('ziti032');
  });
});

describe('system.replication_type', () => {
  const [sync, async_] = [systemWith({ replicationType: 'sync' }), systemWith({ replicationType: 'async' })];
  const loss = async (estate: Estate, ...changes: Parameters<typeof stateOf>[1][]): Promise<string> => (await engineOn(estate).plan(operation(estate, 'move', 'unplanned'), stateOf(estate, ...changes))).loss.words;
  const read = (state: 'SYNC' | 'SUSPENDED', lagMs: number | null): Parameters<typeof stateOf>[1] => ({ kind: 'group', group: 'HG1', replication: { from: 'home_site', to: 'backup_site', state, lagMs } });
  test('sync: an unplanned move loses nothing while the pairs are in sync; async: what the replica lags', async () => {
    expect(await loss(sync)).toBe('none: replication is synchronous, and was in sync when it was read last');
    expect(await loss(async_)).toMatch(/^up to 4 s of writes/);
  });
  test.each([['a lag was read', read('SYNC', 3_000), /^up to 3 s of writes/], ['the link was down', read('SUSPENDED', null), /^unknown/]])('sync: no such promise where %s', async (_when, change, words) => { expect(await loss(sync, change)).toMatch(words); });
  test('sync or async: no number where replication was seen to break since', async () => {
    for (const estate of [sync, async_]) {
      const state = stateOf(estate);
      const on = engineOn(estate);
      const watch = on.watch(state);
      on.lab.world.inject('replication-broken', 'HG1');
      await watch.seconds(120);
      watch.stop();
      const { event } = watch.told.find((each) => each.event.name === 'REPLICATION_MONITOR_FAILED')!;
      state.incidentIndex.open.set(event.key, 'I-1');
      state.incidents.set('I-1', { id: 'I-1', key: event.key, title: event.description, tenant: event.tenant, site: event.site, severity: event.severity, openedAt: 0, lastAt: 0, count: 1, resolvedAt: null, proposedRun: null, causedBy: null, events: [event] });
      expect((await on.plan(operation(estate, 'move', 'unplanned'), state)).loss).toEqual({ words: 'unknown: replication of HG1 is broken, and whatever was written at home_site since then stays behind', boundMs: null });
    }
  });
  test('sync: the simulated arrays keep up, and a failover leaves no write behind', async () => {
    for (const [estate, lost] of [[sync, 0], [async_, 4]] as const) {
      const on = engineOn(estate);
      expect(on.lab.world.arrays.observeGroup('sahome', 'HG1').lagMs).toBe(lost * 1_000);
      on.lab.world.arrays.failOver('sabackup', 'HG1', 'backup_site', 'f');
      expect(on.lab.world.world.groups.HG1!.copies.home_site!.divergentWrites).toBe(lost);
    }
  });
  test('sync: a disk group that lags fails verification; async: it does not', async () => {
    const lags = (lagMs: number | null) => ({ observeGroup: async (agent: string, group: string): Promise<GroupSeen> => ({ ...engineOn(hadr).lab.world.arrays.observeGroup(agent, group), lagMs }) });
    expect(await verified(sync, 'ziti032', undefined, lags(0))).toBeNull();
    expect(await verified(sync, 'ziti032', undefined, lags(2_500))).toMatch(/replication of HG1 lags 3 s behind, and replication_type is sync/);
    expect(await verified(sync, 'ziti032', undefined, lags(null))).toMatch(/does not say how far it lags/);
    expect(await verified(async_, 'ziti032', undefined, lags(2_500))).toBeNull();
  });
});

test.each([['ds8k', null], ['svc', /needs one kind of array at both sites, and there is ds8k at home_site and svc at backup_site/]] as const)('storage_agent.storagetype: %s at the backup site, ds8k at home: a rehearsal', async (storageType, why) => {
  const estate = { ...hadr, sites: hadr.sites.map((site) => (site.name === 'backup_site' ? { ...site, storageAgents: site.storageAgents.map((agent) => ({ ...agent, storageType })) } : site)) };
  const on = engineOn(estate);
  const rehearsal = operation(estate, 'move', null, { drTest: true });
  if (why === null) expect((await on.plan(rehearsal)).title).toMatch(/^REHEARSAL/);
  else expect((await on.refused(rehearsal)).what).toMatch(why);
});
