import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SimulatedWorld } from '../../../src/drivers/estate/simulated/world/world.js';
import { demoEstate, tinyEstate } from '../../scenarios/lab/estates.js';

const began = Date.UTC(2026, 10, 21, 12, 0, 0);
let folder: string;
let file: string;
let wall: number;
const open = (): SimulatedWorld => new SimulatedWorld(file, () => wall);
/** Estate time. */
const pass = (seconds: number): void => { wall += (seconds * 1_000) / 10; };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-world-'));
  file = join(folder, 'effects.jsonl');
  wall = began;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A planned move of one VM, a lost site, and its return. */
function live(): SimulatedWorld {
  const world = open();
  world.configure(tinyEstate());
  for (const vm of ['billing', 'payroll']) world.hmcs.stop('vmhmc1', 'pbrazos', vm, 'graceful', `stop ${vm}`);
  pass(30);
  world.arrays.reverse('sarmeote', 'HG_A', 'service_provider', 'reverse');
  pass(30);
  world.hmcs.define('vmhmc6', 'snorlax', 'billing', { memoryMb: 32_768, processors: 4, vlan: 10, vswitch: 'ETHERNET0', rehearsal: false }, 'define');
  pass(10);
  world.hmcs.start('vmhmc6', 'snorlax', 'billing', 'start');
  world.inject('site-down', 'customerA');
  pass(200);
  world.revert('site-down', 'customerA');
  return world;
}

describe('the world is its log', () => {
  test('replayed, it is the same world', () => {
    const before = live();
    const after = open();
    expect(after.world).toEqual(before.world);
    expect(after.now()).toBe(before.now());
    expect(after.hmcs.observeHost('vmhmc6', 'snorlax')).toEqual(before.hmcs.observeHost('vmhmc6', 'snorlax'));
  });

  test('every effect is numbered without gaps, in order of time', () => {
    live();
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as { n: number; at: number });
    expect(lines.map((line) => line.n)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.map((line) => line.at)).toEqual(lines.map((line) => line.at).toSorted((a, b) => a - b));
  });

  test('keys survive: what was taken on before the restart is not done again', () => {
    live();
    const lines = readFileSync(file, 'utf8').split('\n').length;
    open().hmcs.start('vmhmc6', 'snorlax', 'billing', 'start');
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(lines);
  });

  test('a torn last line is an effect that nobody was told of: it did not happen, and the log goes on whole', () => {
    const before = live();
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"n":99,"at":1,"effect":{"op":"removed","vm":"bil');
    const after = open();
    expect(after.world).toEqual(before.world);
    expect(readFileSync(file, 'utf8')).toBe(whole);
    after.inject('host-down', 'snorlax');
    expect(open().world).toEqual(after.world);
  });

  test('a torn line with letters of several bytes is cut off cleanly too', () => {
    live();
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, Buffer.concat([Buffer.from(whole), Buffer.from('{"n":99,"effect":"öööö').subarray(0, 19)]));
    open();
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  test('a new log begins with nothing', () => {
    expect(existsSync(file)).toBe(false);
    expect(open().world.estate).toBeNull();
  });
});

describe('the estate clock', () => {
  test('runs at the estate\'s rate, also while no process is up', () => {
    const world = open();
    world.configure(tinyEstate());
    const start = world.now();
    pass(60);
    expect(world.now() - start).toBe(60_000);
    pass(3_600);
    expect(open().now() - start).toBe(3_660_000);
  });
  test('a change that was under way at the restart is complete when its time has come', () => {
    const world = open();
    world.configure(tinyEstate());
    const until = world.hmcs.stop('vmhmc1', 'pbrazos', 'billing', 'graceful', 'stop');
    const state = (): string => open().hmcs.observeHost('vmhmc1', 'pbrazos').lpars.find((lpar) => lpar.vm === 'billing')!.state;
    expect(state()).toBe('Shutting Down');
    pass((until - world.now()) / 1_000);
    expect(state()).toBe('Not Activated');
  });
});

describe('what the world consists of', () => {
  test('told the same again, it writes nothing', () => {
    const world = open();
    world.configure(tinyEstate());
    const before = readFileSync(file, 'utf8');
    world.configure(tinyEstate());
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
  test('told of more, it adds what is new and leaves the rest as it is', () => {
    const world = live();
    world.configure(demoEstate());
    expect(world.hmcs.observeHost('vmhmc6', 'snorlax').lpars.map((lpar) => lpar.vm)).toEqual(['billing']);
    expect(world.hmcs.observeHost('vmhmc5', 'raichu').lpars).toHaveLength(6);
    expect(world.arrays.observeGroup('sarmeote', 'HG_A').role).toBe('primary');
  });
});

describe('a machine that is still shutting down', () => {
  test.each<[string, (world: SimulatedWorld) => unknown]>([
    ['is not removed', (world) => world.hmcs.remove('vmhmc1', 'pbrazos', 'billing', 'remove')],
    ['keeps its disk group from being reversed', (world) => world.arrays.reverse('sarmeote', 'HG_A', 'service_provider', 'reverse')],
    ['keeps its disk group from being resynchronised', (world) => world.arrays.resync('sarmeote', 'HG_A', 'service_provider', 'resync')],
  ])('%s', (_title, change) => {
    const world = open();
    world.configure(tinyEstate());
    for (const vm of ['billing', 'payroll']) world.hmcs.stop('vmhmc1', 'pbrazos', vm, 'graceful', `stop ${vm}`);
    pass(19);
    expect(() => change(world)).toThrow(expect.objectContaining({ code: 'refused' }));
    pass(1);
    expect(() => change(world)).not.toThrow();
  });
});

describe('faults', () => {
  test.each([['earthquake', 'pbrazos', 'refused'], ['host-down', 'vmhmc1', 'not-found']])('%s of %s is %s, and says what there is', (fault, target, code) => {
    const world = open();
    world.configure(tinyEstate());
    expect(() => world.inject(fault, target)).toThrow(expect.objectContaining({ code, message: expect.stringContaining('Known:') }));
  });
  test('the same fault twice is one, and reverting what is not there is nothing', () => {
    const world = open();
    world.configure(tinyEstate());
    world.revert('host-down', 'pbrazos');
    world.inject('host-down', 'pbrazos');
    world.inject('host-down', 'pbrazos');
    expect(world.world.faults).toHaveLength(1);
    expect(readFileSync(file, 'utf8').split('\n').filter(Boolean)).toHaveLength(2);
  });
  test('a host that comes back starts what it has, unless its disks were taken away', () => {
    const [kept, taken] = [open(), new SimulatedWorld(`${file}.2`, () => wall)];
    for (const world of [kept, taken]) { world.configure(tinyEstate()); world.inject('host-down', 'pbrazos'); }
    taken.arrays.failOver('sarmeote', 'HG_A', 'service_provider', 'fail-over');
    for (const world of [kept, taken]) world.revert('host-down', 'pbrazos');
    const running = (world: SimulatedWorld): number => world.hmcs.observeHost('vmhmc1', 'pbrazos').lpars.filter((lpar) => lpar.state === 'Running').length;
    expect([running(kept), running(taken)]).toEqual([2, 0]);
  });
});
