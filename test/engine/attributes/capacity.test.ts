import { describe, expect, test } from '@jest/globals';
import type { Estate } from '../../../src/core/estate.js';
import { engineOn, groupWith, hadr, hostWith, operation, ragu, rt11, sock, stateOf, verified, vmWith, restartOf } from './support.js';

/** ziti032 has 32768 MB and 4 processors at home, and goes to rt11. */
async function shapeThere(estate: Estate): Promise<{ memoryMb: number; processors: number }> {
  const on = engineOn(estate);
  await on.take(await on.plan(operation(estate, 'move', 'planned')), 'define-vm:ziti032');
  const { memoryMb, processors } = on.lab.world.world.instances[`ziti032@${rt11}`]!.shape;
  return { memoryMb, processors };
}

describe('memory and processors of a VM away from home', () => {
  test('are as at home where nobody says anything', async () => { expect(await shapeThere(hadr)).toEqual({ memoryMb: 32_768, processors: 4 }); });
  test.each<[attribute: string, estate: Estate, memoryMb: number, processors: number]>([
    ['vm.memory_mb', vmWith('ziti032', { memoryMb: 40_000 }), 40_000, 4],
    ['vm.processors', vmWith('ziti032', { processors: 6 }), 32_768, 6],
    ['host_group.memory_capacity', groupWith({ memoryCapacity: 75 }), 24_576, 4],
    ['host_group.cpu_capacity', groupWith({ cpuCapacity: 75 }), 32_768, 3],
    ['host.memory_capacity', hostWith(ragu, { memoryCapacity: 25 }, groupWith({ memoryCapacity: 75 })), 8_192, 4],
    ['host.cpu_capacity', hostWith(ragu, { cpuCapacity: 25 }, groupWith({ cpuCapacity: 75 })), 32_768, 1],
    ['vm.memory_capacity', vmWith('ziti032', { memoryCapacity: 50 }, hostWith(ragu, { memoryCapacity: 25 })), 16_384, 4],
    ['vm.cpu_capacity', vmWith('ziti032', { cpuCapacity: 50 }, hostWith(ragu, { cpuCapacity: 25 })), 32_768, 2],
    ['vm.min_memory_mb', vmWith('ziti032', { minMemoryMb: 20_000, memoryCapacity: 'minimum' }), 20_000, 4],
    ['vm.min_memory_mb', vmWith('ziti032', { minMemoryMb: 20_000, memoryCapacity: 50 }), 20_000, 4],
    ['vm.min_processors', vmWith('ziti032', { minProcessors: 0.5, cpuCapacity: 'minimum' }), 32_768, 0.5],
    ['vm.min_processors', vmWith('ziti032', { minProcessors: 3, cpuCapacity: 50 }), 32_768, 3],
    ['vm.memory_capacity', vmWith('ziti032', { memoryCapacity: 'current_desired' }, groupWith({ memoryCapacity: 75 })), 32_768, 4],
    ['vm.cpu_capacity', vmWith('ziti032', { cpuCapacity: 'none' }, groupWith({ cpuCapacity: 75 })), 32_768, 4],
  ])('%s counts, the lowest level first (row %#)', async (_attribute, estate, memoryMb, processors) => {
    expect(await shapeThere(estate)).toEqual({ memoryMb, processors });
  });
  test('at home, restarted on another host, a VM is what it is', async () => {
    const estate = vmWith('ziti032', { memoryCapacity: 50, minMemoryMb: 100 });
    const on = engineOn(estate);
    on.lab.world.inject('host-down', ragu);
    await on.take(await on.plan(restartOf(estate, ['ziti032'])), 'restart-vm:ziti032', stateOf(estate));
    expect(Object.values(on.lab.world.world.instances).find(({ lpar, host }) => lpar === 'ziti032' && host !== ragu)!.shape.memoryMb).toBe(32_768);
  });
});

describe('verification counts what a host has', () => {
  test.each<[attribute: string, estate: Estate, vm: string, why: RegExp | null]>([
    ['nothing changed', hadr, 'ziti032', null],
    ['host.memory_mb', hostWith(rt11, { memoryMb: 40_000 }), 'ziti032', /has 40000 MB of memory free, 49152 MB are needed with the VMs before it/],
    ['host.processors', hostWith(rt11, { processors: 5 }), 'ziti032', /has 5 processors free, 6 are needed with the VMs before it/],
    ['vm.memory_mb', vmWith('ziti032', { memoryMb: 300_000 }), 'ziti032', /316384 MB are needed/],
    ['vm.processors', vmWith('ziti032', { processors: 40 }), 'ziti032', /42 are needed/],
    ['host_group.memory_capacity', groupWith({ memoryCapacity: 50 }, hostWith(rt11, { memoryMb: 40_000 })), 'ziti032', null],
    ['host_group.skip_resource_check', groupWith({ skipResourceCheck: true }, hostWith(rt11, { memoryMb: 1_000, processors: 1 })), 'ziti032', null],
  ])('%s', async (_attribute, estate, vm, why) => {
    const said = await verified(estate, vm);
    if (why === null) expect(said).toBeNull();
    else expect(said).toMatch(why);
  });
  test('a restart inside the site, too: memory and processors decide where there is room', async () => {
    for (const small of [{ memoryMb: 8_000 }, { processors: 1 }]) {
      const estate = hostWith(sock, small);
      const draft = await engineOn(estate).plan(restartOf(estate, ['ziti032']));
      expect(draft.facts['ziti032 goes to']).not.toBe(sock);
    }
  });
});
