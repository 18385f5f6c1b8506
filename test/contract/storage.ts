import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { GroupSeen } from '../../src/ports/world.js';
import { patient, type EstateHarness, type MakeEstate, type Side } from './estate-harness.js';
import { eventually } from './support.js';

/** Every storage driver passes this. */
export const storageContract = (name: string, make: MakeEstate): void => describe(`${name} is a Storage`, () => {
  let estate: EstateHarness;
  beforeEach(async () => { estate = await make(); });
  afterEach(() => estate.close());

  const seen = ({ agent }: Side): Promise<GroupSeen> => estate.storage.observeGroup(agent, estate.group, patient());
  const stopAll = () => Promise.all(estate.vms.map((vm) => estate.hypervisor.stop(estate.home.hmc, estate.home.host, vm, 'graceful', `stop ${vm}`, patient())));
  const reverse = (key: string, signal = patient()) => estate.storage.reverse(estate.other.agent, estate.group, estate.other.site, key, signal);
  const failOver = (key: string, signal = patient()) => estate.storage.failOver(estate.other.agent, estate.group, estate.other.site, key, signal);
  const resync = (key: string, signal = patient()) => estate.storage.resync(estate.other.agent, estate.group, estate.other.site, key, signal);

  test('one side writes, the other follows in sync, and who looked is named', async () => {
    expect(await seen(estate.home)).toMatchObject({ group: estate.group, site: estate.home.site, role: 'primary', writable: true, link: 'SYNC', divergentWrites: 0 });
    const other = await seen(estate.other);
    expect(other).toMatchObject({ site: estate.other.site, role: 'secondary', writable: false, link: 'SYNC' });
    expect(other.lagMs).toBeGreaterThanOrEqual(0);
    expect(other.evidence.by).toContain(estate.other.agent);
  });

  test('the disks of a VM are visible to the paired host, and to no host of the other side', async () => {
    const [vm] = estate.vms;
    expect((await estate.storage.visibleDisks(estate.other.agent, estate.other.host, vm, patient())).length).toBeGreaterThan(0);
    expect(await estate.storage.visibleDisks(estate.other.agent, estate.home.host, vm, patient())).toEqual([]);
  });

  test('a group is not reversed while anything runs on it', async () => {
    await expect(reverse('reverse#1')).rejects.toMatchObject({ code: 'refused' });
    await estate.hypervisor.stop(estate.home.hmc, estate.home.host, estate.vms[0], 'graceful', 'stop first', patient());
    await expect(reverse('reverse#2')).rejects.toMatchObject({ code: 'refused' });
    expect(await estate.times('reversed', estate.group)).toBe(0);
  });

  test('reversed, the roles are swapped and it is in sync when the answer comes', async () => {
    await stopAll();
    await reverse('reverse#1');
    expect(await seen(estate.other)).toMatchObject({ role: 'primary', writable: true, link: 'SYNC' });
    expect(await seen(estate.home)).toMatchObject({ role: 'secondary', writable: false, divergentWrites: 0 });
  });

  test('one key reverses once', async () => {
    await stopAll();
    await Promise.all([reverse('reverse#1'), reverse('reverse#1')]);
    await reverse('reverse#1');
    expect(await estate.times('reversed', estate.group)).toBe(1);
  });

  test('a group that is not in sync is not reversed', async () => {
    await stopAll();
    await estate.cut('agent', estate.home);
    expect((await seen(estate.other)).link).toBe('SUSPENDED');
    await expect(reverse('reverse#1')).rejects.toMatchObject({ code: 'refused' });
    expect((await seen(estate.other)).role).toBe('secondary');
  });

  test('failing over makes the copy writable and, where the peer can be reached, closes it there', async () => {
    await failOver('fail-over#1');
    expect(await seen(estate.other)).toMatchObject({ role: 'failed-over', writable: true, link: 'SUSPENDED', lagMs: null });
    expect(await seen(estate.home)).toMatchObject({ role: 'stale', writable: false });
  });

  test('failing over without the peer leaves it as it is, and what only it has is counted', async () => {
    await estate.cut('agent', estate.home);
    await failOver('fail-over#1');
    await failOver('fail-over#1');
    await estate.mend('agent', estate.home);
    const left = await seen(estate.home);
    expect(left).toMatchObject({ role: 'stale', writable: true });
    expect(left.divergentWrites).toBeGreaterThan(0);
    expect(await estate.times('failed-over', estate.group)).toBe(1);
  });

  test('a stale copy is not overwritten while a stray uses it', async () => {
    await failOver('fail-over#1');
    await expect(resync('resync#1')).rejects.toMatchObject({ code: 'refused' });
    expect((await seen(estate.home)).role).toBe('stale');
  });

  test('a copy that cannot be reached is not resynchronised', async () => {
    await stopAll();
    await failOver('fail-over#1');
    await estate.cut('agent', estate.home);
    await expect(resync('resync#1')).rejects.toMatchObject({ code: 'refused' });
  });

  test('resynchronised, the side that was left follows, and what only it had is gone', async () => {
    await stopAll();
    await failOver('fail-over#1');
    expect((await seen(estate.home)).divergentWrites).toBeGreaterThan(0);
    await Promise.all([resync('resync#1'), resync('resync#1')]);
    expect(await seen(estate.home)).toMatchObject({ role: 'secondary', writable: false, divergentWrites: 0, link: 'SYNC' });
    expect(await seen(estate.other)).toMatchObject({ role: 'primary', writable: true, link: 'SYNC' });
    expect(await estate.times('resynced', estate.group)).toBe(1);
  });

  test('an answer that is not heard says nothing about the outcome; the same key asks again without doing it twice', async () => {
    await stopAll();
    await expect(estate.deaf.storage.reverse(estate.other.agent, estate.group, estate.other.site, 'reverse#1', patient())).rejects.toMatchObject({ name: 'DriverError', code: expect.stringMatching(/^(timeout|unreachable)$/) });
    await eventually('it is reversed all the same', async () => { const now = await seen(estate.other); return now.role === 'primary' && now.link === 'SYNC'; });
    await reverse('reverse#1');
    expect(await estate.times('reversed', estate.group)).toBe(1);
  });

  test('behind an agent that does not answer nothing is seen and nothing is changed', async () => {
    await stopAll();
    await estate.cut('agent', estate.other);
    await expect(seen(estate.other)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(estate.storage.ping(estate.other.agent, patient())).rejects.toMatchObject({ code: 'unreachable' });
    await expect(reverse('reverse#1')).rejects.toMatchObject({ code: 'unreachable' });
    await expect(failOver('fail-over#1')).rejects.toMatchObject({ code: 'unreachable' });
    await estate.mend('agent', estate.other);
    expect((await seen(estate.other)).role).toBe('secondary');
  });

  test('what does not exist is not found', async () => {
    await expect(estate.storage.ping('nobody', patient())).rejects.toMatchObject({ code: 'not-found' });
    await expect(estate.storage.observeGroup(estate.home.agent, 'HG_X', patient())).rejects.toMatchObject({ code: 'not-found' });
  });
});
