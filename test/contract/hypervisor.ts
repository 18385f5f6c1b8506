import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LparState } from '../../src/ports/world.js';
import { eventually } from './support.js';
import { patient, type EstateHarness, type MakeEstate, type Side } from './estate-harness.js';

/** Every hypervisor driver passes this: simulated, libvirt, HMC. */
export const hypervisorContract = (name: string, make: MakeEstate): void => describe(`${name} is a Hypervisor`, () => {
  let estate: EstateHarness;
  beforeEach(async () => { estate = await make(); });
  afterEach(() => estate.close());

  const stateOf = async (vm: string, { hmc, host }: Side): Promise<LparState | null> => (await estate.hypervisor.observeHost(hmc, host, patient())).lpars.find((lpar) => lpar.vm === vm)?.state ?? null;
  const stop = (vm: string, { hmc, host }: Side, key: string, signal = patient()) => estate.hypervisor.stop(hmc, host, vm, 'graceful', key, signal);
  const start = (vm: string, { hmc, host }: Side, key: string, signal = patient()) => estate.hypervisor.start(hmc, host, vm, key, signal);
  const define = (vm: string, { hmc, host }: Side, key: string, signal = patient()) => estate.hypervisor.define(hmc, host, vm, estate.shape(vm), key, signal);
  const remove = (vm: string, { hmc, host }: Side, key: string, signal = patient()) => estate.hypervisor.remove(hmc, host, vm, key, signal);
  /** Both machines are down, the disks are writable at the other side. */
  async function switched(): Promise<void> {
    await Promise.all(estate.vms.map((vm) => stop(vm, estate.home, `stop ${vm}`)));
    await estate.storage.reverse(estate.other.agent, estate.group, estate.other.site, 'reverse', patient());
    await Promise.all(estate.vms.map((vm) => define(vm, estate.other, `define ${vm}`)));
  }

  test('a host shows its machines, its capacity, and who looked', async () => {
    const { home, vms, hypervisor } = estate;
    const seen = await hypervisor.observeHost(home.hmc, home.host, patient());
    expect(seen).toMatchObject({ host: home.host, power: 'Operating' });
    expect(seen.lpars.map((lpar) => [lpar.vm, lpar.state]).toSorted()).toEqual(vms.map((vm) => [vm, 'Running']).toSorted());
    expect(seen.freeMemoryMb).toBeGreaterThan(0);
    expect(seen.evidence.by).toContain(home.hmc);
    expect(seen.evidence.saw).toContain(home.host);
    expect(seen.lpars[0]!.disks.length).toBeGreaterThan(0);
  });

  test('starting twice with one key starts one machine', async () => {
    await switched();
    const [vm] = estate.vms;
    await Promise.all([start(vm, estate.other, 'start#1'), start(vm, estate.other, 'start#1')]);
    await start(vm, estate.other, 'start#1');
    expect(await stateOf(vm, estate.other)).toBe('Running');
    expect(await estate.times('started', vm)).toBe(1);
  });

  test('a start resolves when the machine runs, not before', async () => {
    await switched();
    const [vm] = estate.vms;
    const starting = start(vm, estate.other, 'start#1');
    await eventually('it is starting', async () => (await stateOf(vm, estate.other)) !== 'Not Activated');
    await starting;
    expect(await stateOf(vm, estate.other)).toBe('Running');
  });

  test('a running machine is not started by another key', async () => {
    await switched();
    const [vm] = estate.vms;
    await start(vm, estate.other, 'start#1');
    await expect(start(vm, estate.other, 'start#2')).rejects.toMatchObject({ code: 'refused' });
    expect(await estate.times('started', vm)).toBe(1);
  });

  test('an answer that is not heard says nothing about the outcome; the same key asks again without doing it twice', async () => {
    await switched();
    const [vm] = estate.vms;
    await expect(estate.deaf.hypervisor.start(estate.other.hmc, estate.other.host, vm, 'start#1', patient())).rejects.toMatchObject({ name: 'DriverError', code: expect.stringMatching(/^(timeout|unreachable)$/) });
    await eventually('it runs all the same', async () => (await stateOf(vm, estate.other)) === 'Running');
    await start(vm, estate.other, 'start#1');
    expect(await estate.times('started', vm)).toBe(1);
  });

  test('a machine whose disks are not writable here does not start', async () => {
    const [vm] = estate.vms;
    await define(vm, estate.other, 'define#1');
    await expect(start(vm, estate.other, 'start#1')).rejects.toMatchObject({ code: 'refused' });
    expect(await stateOf(vm, estate.other)).toBe('Not Activated');
  });

  test('a machine that does not fit is refused for capacity', async () => {
    await switched();
    const [first, second] = estate.vms;
    await start(first, estate.other, 'start first');
    await expect(start(second, estate.other, 'start second')).rejects.toMatchObject({ code: 'capacity' });
    expect(await stateOf(second, estate.other)).toBe('Not Activated');
  });

  test('a stop resolves when the machine is off, and one key stops once', async () => {
    const [vm] = estate.vms;
    await Promise.all([stop(vm, estate.home, 'stop#1'), stop(vm, estate.home, 'stop#1')]);
    expect(await stateOf(vm, estate.home)).toBe('Not Activated');
    await stop(vm, estate.home, 'stop#1');
    expect(await estate.times('stopped', vm)).toBe(1);
  });

  test('a machine is removed only when it is off', async () => {
    const [vm] = estate.vms;
    await expect(remove(vm, estate.home, 'remove#1')).rejects.toMatchObject({ code: 'refused' });
    await stop(vm, estate.home, 'stop#1');
    await remove(vm, estate.home, 'remove#2');
    expect(await stateOf(vm, estate.home)).toBeNull();
    await remove(vm, estate.home, 'remove#2');
    expect(await estate.times('removed', vm)).toBe(1);
  });

  test('a definition that stands is not made again', async () => {
    const [vm] = estate.vms;
    await define(vm, estate.other, 'define#1');
    await define(vm, estate.other, 'define#1');
    await expect(define(vm, estate.other, 'define#2')).rejects.toMatchObject({ code: 'refused' });
    expect(await estate.times('defined', vm)).toBe(1);
  });

  test('what does not exist is not found', async () => {
    const { home, hypervisor } = estate;
    await expect(hypervisor.observeHost(home.hmc, 'nowhere', patient())).rejects.toMatchObject({ code: 'not-found' });
    await expect(hypervisor.pingHmc('no-hmc', patient())).rejects.toMatchObject({ code: 'not-found' });
    await expect(stop('nobody', home, 'stop#1')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('behind an HMC that does not answer nothing is seen and nothing is changed; afterwards the truth shows', async () => {
    const [vm] = estate.vms;
    await estate.cut('hmc', estate.home);
    await expect(estate.hypervisor.pingHmc(estate.home.hmc, patient())).rejects.toMatchObject({ code: 'unreachable' });
    await expect(stateOf(vm, estate.home)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(stop(vm, estate.home, 'stop#1')).rejects.toMatchObject({ code: 'unreachable' });
    expect(await estate.hypervisor.pingHmc(estate.other.hmc, patient())).toMatchObject({ saw: expect.stringContaining(estate.other.hmc) });
    await estate.mend('hmc', estate.home);
    expect(await stateOf(vm, estate.home)).toBe('Running');
  });

  test('a host that is powered off is an answer, and nothing can be done on it', async () => {
    const [vm] = estate.vms;
    await estate.hostDown(estate.home);
    const seen = await estate.hypervisor.observeHost(estate.home.hmc, estate.home.host, patient());
    expect(seen.power).toBe('Power Off');
    expect(seen.lpars.filter((lpar) => lpar.state === 'Running')).toEqual([]);
    await expect(start(vm, estate.home, 'start#1')).rejects.toMatchObject({ code: 'refused' });
  });
});
