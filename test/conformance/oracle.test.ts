import { describe, expect, test } from '@jest/globals';
import { drawKills, kinds } from '../../bench/conformance/draw.js';
import { lockOverlaps, phaseOf, phases, stepsRerun, takeoverMs, tenantsOfRuns, whereabouts, type Call } from '../../bench/conformance/oracle.js';
import type { Effect, EffectLine } from '../../src/drivers/estate/simulated/world/model.js';
import { tinyEstate } from '../scenarios/lab/estates.js';

const rate = 20;
let count = 0;
/** An effect at this second of real time; what takes time takes two seconds. */
const line = (second: number, key: string | null, effect: Effect): EffectLine => {
  const at = second * 1000 * rate;
  return { n: ++count, at, wallAt: second * 1000, key, effect: 'until' in effect ? { ...effect, until: at + 2000 * rate } : effect };
};
const stopped = (second: number, key: string, vm: string): EffectLine => line(second, key, { op: 'stopped', vm, host: 'pbrazos', until: 0, how: 'graceful' });
const asked = (wallAt: number, key: string): Call => ({ wallAt, key, method: 'stop' });

describe('steps done again', () => {
  test('one effect, asked for twice while it was under way, is none', () => {
    expect(stepsRerun([stopped(1, 'R-1.1/stop-billing#1', 'billing')], [asked(1000, 'R-1.1/stop-billing#1'), asked(2900, 'R-1.1/stop-billing#1')], rate)).toEqual([]);
  });
  test('asked for once more when it was complete is one, under another attempt too', () => {
    expect(stepsRerun([stopped(1, 'R-1.1/stop-billing#1', 'billing')], [asked(1000, 'R-1.1/stop-billing#1'), asked(3500, 'R-1.1/stop-billing#2')], rate)).toEqual(['R-1.1/stop-billing#2: stop was asked for 500 ms after it was complete']);
  });
  test('a second effect on the same VM in one run is one, in another run it is not', () => {
    expect(stepsRerun([stopped(1, 'R-1.1/a#1', 'billing'), stopped(1, 'R-1.1/b#1', 'billing'), stopped(9, 'R-2.1/a#1', 'billing')], [], rate)).toEqual(['R-1 stopped billing pbrazos: a second effect']);
  });
});

describe('overlapping use of the shared recovery host', () => {
  const tenants = new Map([['R-1', 'cluster01'], ['R-2', 'cluster02'], ['R-3', 'cluster01']]);
  const at = (...runs: [string, number][]): EffectLine[] => runs.map(([run, second]) => stopped(second, `${run}.1/a#1`, 'billing'));
  test('a run that begins before the last change of another tenant\'s run is complete overlaps', () => { expect(lockOverlaps(at(['R-1', 1], ['R-2', 2]), tenants, rate)).toEqual(['R-1 and R-2: 1000 ms']); });
  test('one that begins after it does not', () => { expect(lockOverlaps(at(['R-1', 1], ['R-2', 3.5]), tenants, rate)).toEqual([]); });
  test('a long run is held against every later one', () => { expect(lockOverlaps(at(['R-1', 1], ['R-2', 5], ['R-1', 9]), tenants, rate)).toHaveLength(1); });
});

describe('where things are', () => {
  const configured = line(0, null, { op: 'configured', estate: tinyEstate() });
  test('a VM that is on at two sites is told, with the moment', () => {
    const both = [configured, line(1, 'R-1.1/define#1', { op: 'defined', vm: 'billing', host: 'snorlax', until: 0 }), line(2, 'R-1.1/start#1', { op: 'started', vm: 'billing', host: 'snorlax', until: 0, failed: false })];
    expect(whereabouts(both).twice).toEqual([`billing after effect ${both[2]!.n}`]);
    expect(whereabouts([configured])).toMatchObject({ on: new Map([['billing', ['customerA']], ['payroll', ['customerA']]]), twice: [] });
  });
  test('a run belongs to the tenant whose VMs it changes', () => { expect(tenantsOfRuns([configured, stopped(1, 'R-7.2/stop#1', 'billing')])).toEqual(new Map([['R-7', 'cluster01']])); });
  test('the phase is that of the last effect, and the end that of the last VM', () => {
    const removed = (vm: string): EffectLine => line(9, `R-1.1/remove-${vm}#1`, { op: 'removed', vm, host: 'pbrazos', until: 0 });
    expect(phaseOf([configured], 'R-1', 2)).toBe('approved');
    expect(phaseOf([stopped(1, 'R-1.1/a#1', 'billing'), stopped(1, 'R-2.1/a#1', 'crm')], 'R-1', 2)).toBe('shutdown');
    expect(phaseOf([removed('billing')], 'R-1', 2)).toBe('cleanup');
    expect(phaseOf([removed('billing'), removed('payroll')], 'R-1', 2)).toBe('ending');
  });
  test('takeover is the time to the next change of that run', () => {
    const calls = [asked(900, 'R-1.1/a#1'), asked(1500, 'R-2.1/a#1'), asked(4000, 'R-1.1/b#1')];
    expect([takeoverMs(calls, 'R-1', 1000), takeoverMs(calls, 'R-1', 4000)]).toEqual([3000, null]);
  });
});

describe('a drawn campaign', () => {
  test('follows from its seed', () => { expect([drawKills(50, 7), drawKills(50, 8)]).toEqual([drawKills(50, 7), expect.not.arrayContaining([drawKills(50, 7)[0]])]); });
  test.each([20, 100])('of %i kills meets every phase and every kind', (kills) => {
    const drawn = drawKills(kills, 1);
    expect(new Set(drawn.map(({ phase }) => phase))).toEqual(new Set(phases));
    expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });
});
