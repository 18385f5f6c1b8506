import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Evidence, DrEvent } from '../../src/core/dr-event.js';
import type { State } from '../../src/core/state.js';
import { simulatedHypervisor, simulatedStorage } from '../../src/drivers/estate/simulated/drivers.js';
import { createEngine } from '../../src/engine/engine.js';
import { startMonitor } from '../../src/engine/monitor.js';
import type { Controller } from '../../src/ports/controller.js';
import { createVirtualClock, type VirtualClock } from '../../src/lab/virtual-clock.js';
import { createLabWorld, type LabWorld } from '../../src/lab/world.js';
import { allReady, estate, failedOver, inSync, stateOf } from './support.js';

let clock: VirtualClock;
let lab: LabWorld;
let state: State;
let stop: () => void;
let raised: DrEvent[];
let cleared: { key: string; evidence: readonly Evidence[] }[];
let failing: ReadonlySet<string>;
let slow: Promise<void> | null;
let looks: number;
let deaf: boolean;
let troubles: string[];

/** Estate seconds: the demo estate runs ten times as fast as the wall. */
const seconds = (n: number): Promise<void> => clock.advance((n * 1_000) / estate.clockRate);
const names = (): string[] => raised.map((event) => event.key);

beforeEach(() => {
  clock = createVirtualClock();
  lab = createLabWorld(estate, clock);
  state = stateOf(inSync, ...allReady);
  [raised, cleared, failing, slow, looks, deaf, troubles] = [[], [], new Set(), null, 0, false, []];
  const engine = createEngine({ hypervisor: simulatedHypervisor(lab.client, clock), storage: simulatedStorage(lab.client, clock), clock });
  const controller: Controller = { ...engine, observe: async (...asked) => { looks += 1; await slow; return engine.observe(...asked); } };
  stop = startMonitor({
    controller, clock, state: () => state, log: (message) => { troubles.push(message); }, open: () => new Set(raised.map((event) => event.key)),
    raised: async (event) => { if (deaf) throw new Error('the journal is away'); raised.push(event); },
    seen: () => undefined,
    cleared: async (key, evidence) => { cleared.push({ key, evidence }); },
    looked: async (now) => { failing = now; },
  });
});
afterEach(() => stop());

describe('a host that is down', () => {
  test('is a host failure after 90 s (hostFDT), not before, and is told once', async () => {
    lab.world.inject('host-down', 'pbrazos');
    await seconds(99);
    expect(failing).toContain('HOST_FAILURE:pbrazos');
    expect(names()).toEqual([]);
    await seconds(1);
    expect(names()).toEqual(['HOST_FAILURE:pbrazos']);
    await seconds(3_600);
    expect(names()).toEqual(['HOST_FAILURE:pbrazos']);
  });
  test('carries IBM\'s name, what was seen, by whom, and how long', async () => {
    lab.world.inject('host-down', 'pbrazos');
    await seconds(120);
    expect(raised[0]).toMatchObject({ name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', tenant: 'cluster01', site: 'customerA', evidence: [{ saw: expect.stringContaining('Power Off'), by: 'HMC vmhmc1' }, { saw: 'so for 90 s of estate time' }] });
  });
  test('that comes back in time was never down', async () => {
    lab.world.inject('host-down', 'pbrazos');
    await seconds(80);
    lab.world.revert('host-down', 'pbrazos');
    await seconds(20);
    lab.world.inject('host-down', 'pbrazos');
    await seconds(80);
    expect(names()).toEqual([]);
    await seconds(30);
    expect(names()).toEqual(['HOST_FAILURE:pbrazos']);
  });
  test('that comes back and fails again is told again', async () => {
    lab.world.inject('host-down', 'pbrazos');
    await seconds(120);
    lab.world.revert('host-down', 'pbrazos');
    await seconds(20);
    expect(cleared.filter(({ key }) => key === 'HOST_FAILURE:pbrazos').at(-1)!.evidence[0]!.saw).toContain('Operating');
    lab.world.inject('host-down', 'pbrazos');
    await seconds(120);
    expect(names()).toEqual(['HOST_FAILURE:pbrazos', 'HOST_FAILURE:pbrazos']);
  });
  test('of the shared site belongs to no tenant alone', async () => {
    lab.world.inject('host-down', 'snorlax');
    await seconds(120);
    expect(raised[0]).toMatchObject({ entity: 'snorlax', tenant: null, site: 'service_provider' });
  });
  test.each([[90_000, 90_000], [300_000, 300_000]])('counts after its host group\'s own detection time of %i ms', async (configured, patience) => {
    const tenants = estate.tenants.map((tenant) => ({ ...tenant, hostGroups: tenant.hostGroups.map((group) => ({ ...group, hostFailureDetectionTimeMs: configured })) }));
    state = { ...state, estate: { ...estate, tenants } };
    lab.world.inject('host-down', 'pbrazos');
    await seconds(patience / 1_000 + 5);
    expect(names()).toEqual([]);
    await seconds(10);
    expect(names()).toEqual(['HOST_FAILURE:pbrazos']);
  });
});

describe('an HMC or storage agent that does not answer', () => {
  test.each([['hmc-unreachable', 'vmhmc1', 'HMC_UNREACHABLE:vmhmc1'], ['storage-unreachable', 'salocal_A', 'STG_UNREACHABLE:salocal_A']])('%s needs three looks in a row', async (fault, target, key) => {
    lab.world.inject(fault, target);
    await seconds(20);
    expect(failing).toContain(key);
    expect(names()).toEqual([]);
    await seconds(10);
    expect(names()).toEqual([key]);
  });
  test('one answer in between begins the count anew', async () => {
    lab.world.inject('hmc-unreachable', 'vmhmc1');
    await seconds(20);
    lab.world.revert('hmc-unreachable', 'vmhmc1');
    await seconds(10);
    lab.world.inject('hmc-unreachable', 'vmhmc1');
    await seconds(20);
    expect(names()).toEqual([]);
  });
  test('not seeing a host is not seeing it down', async () => {
    lab.world.inject('hmc-unreachable', 'vmhmc1');
    await seconds(3_600);
    expect(names()).toEqual(['HMC_UNREACHABLE:vmhmc1']);
    expect(cleared.some(({ key, evidence }) => key === 'HOST_FAILURE:pbrazos' && evidence.length === 0)).toBe(false);
  });
  test('and is not seeing it up: a failure that was told is not over because nobody looks', async () => {
    lab.world.inject('host-down', 'pbrazos');
    await seconds(120);
    lab.world.inject('hmc-unreachable', 'vmhmc1');
    const before = cleared.length;
    await seconds(600);
    expect(cleared.slice(before).map(({ key }) => key)).not.toContain('HOST_FAILURE:pbrazos');
  });
});

describe('a VM at a site that its group has left', () => {
  test('is told at once, with where it runs and where it belongs', async () => {
    state = stateOf(...failedOver);
    await seconds(10);
    expect(raised).toHaveLength(6);
    expect(raised[0]).toMatchObject({ name: 'VM_ACTIVE_AT_LEFT_SITE', entity: 'billing', tenant: 'cluster01', site: 'customerA', description: expect.stringMatching(/billing runs on pbrazos.*belongs at service_provider/) });
  });
  test('half-way through a run that holds its group it is none', async () => {
    state = stateOf(...failedOver);
    state.locks.held.set('group:HG_A', 'R-1');
    await seconds(60);
    expect(names()).toEqual([]);
  });
  test('that is off is none', async () => {
    state = stateOf(...failedOver);
    for (const vm of estate.tenants[0]!.vms) lab.world.hmcs.stop('vmhmc1', 'pbrazos', vm.name, 'immediate', vm.name);
    await seconds(5);
    await seconds(60);
    expect(failing.size).toBe(0);
  });
});

describe('the monitor itself', () => {
  test('all is well: nothing is raised, and every condition is proven over', async () => {
    await seconds(10);
    expect(names()).toEqual([]);
    expect(cleared.every(({ evidence }) => evidence.length > 0)).toBe(true);
  });
  test('a look that takes long is not overtaken by the next one', async () => {
    let over = (): void => undefined;
    slow = new Promise((resolve) => { over = resolve; });
    await seconds(100);
    expect(looks).toBe(1);
    slow = null;
    over();
    await seconds(20);
    expect(looks).toBe(3);
  });
  test('what could not be written down is told at the next look', async () => {
    deaf = true;
    lab.world.inject('hmc-unreachable', 'vmhmc1');
    await seconds(60);
    expect(troubles.length).toBeGreaterThan(0);
    deaf = false;
    await seconds(10);
    expect(names()).toEqual(['HMC_UNREACHABLE:vmhmc1']);
  });
  test('stopped, it looks no more', async () => {
    await seconds(10);
    stop();
    const before = looks;
    await seconds(100);
    expect(looks).toBe(before);
  });
});
