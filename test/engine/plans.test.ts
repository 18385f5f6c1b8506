import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StateChange } from '../../src/core/event.js';
import type { Operation } from '../../src/core/plan.js';
import { fold } from '../../src/core/state.js';
import { entriesOf } from '../core/support.js';
import { allReady, cleaned, createBench, failedOver, goldenText, inSync, operation, planned, refused, stateOf, vmIs, type Bench } from './support.js';

let bench: Bench;
const on = (prepare: (bench: Bench) => void = () => undefined): Bench => { bench = createBench(); prepare(bench); return bench; };
afterEach(() => bench.close());

const failOver = ({ lab }: Bench): unknown => lab.world.arrays.failOver('sarmeote', 'HG_A', 'service_provider', 'fail-over');
const sourceLost = (each: Bench): void => { each.inject('host-down', 'pbrazos'); };
const unplanned = operation('move', 'customerA', 'service_provider', 'unplanned');
const plannedMove = operation('move', 'customerA', 'service_provider', 'planned');
const discovered: StateChange[] = allReady.map((each) => ({ ...each, state: 'DISCOVERED' }) as StateChange);

/** After a wanted change: UPDATE_GOLDEN=1, then read the difference. */
describe('plans as text', () => {
  test.each<[string, Operation, readonly StateChange[], (bench: Bench) => void]>([
    ['discover', operation('discover'), [], () => undefined],
    ['verify', operation('verify'), discovered, () => undefined],
    ['planned-move', plannedMove, [inSync, ...allReady], () => undefined],
    ['unplanned-move-host-off', unplanned, [inSync, ...allReady], sourceLost],
    ['unplanned-move-hmc-unreachable', unplanned, [inSync, ...allReady], (each) => each.inject('hmc-unreachable', 'vmhmc1')],
    ['unplanned-move-source-alive', unplanned, [inSync, ...allReady], () => undefined],
    ['cleanup-with-strays', operation('cleanup'), failedOver, failOver],
    ['cleanup-without-strays', operation('cleanup'), failedOver, (each) => { for (const vm of ['billing', 'payroll', 'orders', 'ledger', 'portal', 'reports']) { each.lab.world.hmcs.stop('vmhmc1', 'pbrazos', vm, 'immediate', `s${vm}`); each.lab.world.world.instances[`${vm}@pbrazos`]!.until = 0; each.lab.world.hmcs.remove('vmhmc1', 'pbrazos', vm, `r${vm}`); } failOver(each); }],
    ['resync-with-divergent-writes', operation('resync'), [...failedOver, cleaned], failOver],
    ['recover', operation('recover', 'service_provider', 'service_provider'), [inSync, ...allReady, { kind: 'group', group: 'HG_A', activeSite: 'service_provider' }, vmIs('orders', 'MOVE_FAILED'), vmIs('ledger', 'MOVING')], () => undefined],
    ['recover-after-unplanned-move', operation('recover', 'service_provider', 'service_provider'), [...failedOver, vmIs('orders', 'MOVE_FAILED')], () => undefined],
  ])('%s', async (name, wanted, changes, prepare) => {
    const text = goldenText(await planned(on(prepare), wanted, stateOf(...changes)));
    const file = new URL(`golden/${name}.txt`, import.meta.url);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});

describe('what cannot be planned is refused with the next command', () => {
  test.each<[string, Operation, readonly StateChange[], (bench: Bench) => void, string, RegExp, string | null]>([
    ['a planned move without a ready VM', plannedMove, discovered, () => undefined, 'none-ready', /billing: DISCOVERED/, 'verify site customerA'],
    ['a planned move that would take the disks of a running VM away', plannedMove, [...allReady, vmIs('orders', 'DISCOVERED', { reason: 'VLAN 10 is missing' })], () => undefined, 'group-not-ready', /orders \(DISCOVERED: VLAN 10 is missing\)/, 'verify site customerA'],
    ['a planned move from a host that is down', plannedMove, allReady, sourceLost, 'source-down', /working source, but host pbrazos is Power Off/, 'move site from=customerA to=service_provider dr_type=unplanned'],
    ['a planned move from a host that nobody sees', plannedMove, allReady, (each) => each.inject('hmc-unreachable', 'vmhmc1'), 'source-down', /pbrazos cannot be seen/, 'move site from=customerA to=service_provider dr_type=unplanned'],
    ['a move onto a host that is down', plannedMove, allReady, (each) => each.inject('host-down', 'snorlax'), 'target-down', /snorlax at service_provider is Power Off/, 'query host snorlax'],
    ['an unplanned move onto a host that is down', unplanned, allReady, (each) => each.inject('host-down', 'snorlax'), 'target-down', /cannot take VMs/, 'query host snorlax'],
    ['a move onto a host that nobody sees', unplanned, allReady, (each) => each.inject('hmc-unreachable', 'vmhmc6'), 'cannot-look', /vmhmc6 does not answer/, 'query system status'],
    ['a verification before any discovery', operation('verify'), [], () => undefined, 'not-discovered', /nothing to verify/, 'discover site customerA'],
    ['a cleanup with nothing left', operation('cleanup', 'service_provider', 'customerA'), allReady, () => undefined, 'nothing-to-clean', /nothing to clean up/, null],
    ['an unplanned move onto the copy that an earlier one left behind', operation('move', 'service_provider', 'customerA', 'unplanned'), [...failedOver, cleaned], failOver, 'target-stale', /HG_A at customerA was left behind .* nothing that was written at service_provider from then on is in it/, 'cleanup site customerA'],
    ['a cleanup of a site that nobody sees', operation('cleanup'), failedOver, (each) => each.inject('hmc-unreachable', 'vmhmc1'), 'cannot-look', /vmhmc1 does not answer/, 'query system status'],
    ['a resync before the cleanup', operation('resync'), failedOver, failOver, 'cleanup-first', /has not been cleaned up/, 'cleanup site customerA'],
    ['a resync of what is in sync', operation('resync'), [inSync], () => undefined, 'in-sync', /in sync/, 'query disk_group'],
    ['a resync onto storage that nobody sees', operation('resync'), [...failedOver, cleaned], (each) => { failOver(each); each.inject('storage-unreachable', 'salocal_A'); }, 'cannot-look', /salocal_A does not answer/, 'query system status'],
    ['a recovery with nothing left behind', operation('recover', 'customerA', 'customerA'), allReady, () => undefined, 'nothing-to-recover', /left behind/, 'query vm'],
  ])('%s', async (_title, wanted, changes, prepare, code, words, command) => {
    const refusal = await refused(on(prepare), wanted, stateOf(...changes));
    expect(refusal).toMatchObject({ code, command });
    expect(refusal.what).toMatch(words);
    expect(refusal.next).not.toBe('');
  });
});

test('a VM that is off may stay behind in a planned move: its group can be reversed', async () => {
  const draft = await planned(on(), plannedMove, stateOf(inSync, ...allReady, vmIs('orders', 'DISCOVERED', { power: 'off', reason: 'not verified yet' })));
  expect(draft.vms).not.toContain('orders');
  expect(draft.excluded).toEqual([{ vm: 'orders', why: 'DISCOVERED: not verified yet' }]);
});

describe('a planned move of which nothing came up at the target', () => {
  const home = operation('move', 'service_provider', 'customerA', 'planned');
  const reversed: StateChange[] = [{ kind: 'group', group: 'HG_A', activeSite: 'service_provider', replication: { from: 'service_provider', to: 'customerA', state: 'SYNC', lagMs: 4_000 } }];
  const stopped: StateChange[] = allReady.map((each) => ({ ...each, state: 'MOVING', power: 'off' }) as StateChange);
  const [moved] = entriesOf([{ type: 'run.started', run: 'R-1' }], 'run:R-1', 3);

  test('may go back whole, where people ask for it', async () => {
    const draft = await planned(on(), home, fold(stateOf(...reversed, ...stopped), moved!));
    expect(draft.vms).toHaveLength(6);
    expect(draft.steps.map((each) => each.kind)).toEqual(expect.arrayContaining(['stop-vm', 'reverse-group', 'start-vm']));
  });
  test('stays as soon as one VM came up: recover takes the rest', async () => {
    expect(await refused(on(), home, fold(stateOf(...reversed, ...stopped, vmIs('orders', 'DISCOVERED', { site: 'service_provider', host: 'snorlax' })), moved!))).toMatchObject({ code: 'none-ready' });
  });
  test('has no way back that nobody came: where no move began, such VMs do not move', async () => {
    expect(await refused(on(), home, stateOf(...reversed, ...stopped))).toMatchObject({ code: 'none-ready' });
  });
});

test('planning changes nothing', async () => {
  const each = on();
  const before = each.lab.effects().length;
  for (const wanted of [operation('discover'), operation('verify'), plannedMove, unplanned]) await planned(each, wanted, stateOf(inSync, ...allReady));
  expect(each.lab.effects()).toHaveLength(before);
});
