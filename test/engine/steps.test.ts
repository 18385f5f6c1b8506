import { afterEach, describe, expect, test } from '@jest/globals';
import type { StateChange } from '../../src/core/event.js';
import type { Operation, PlanDraft } from '../../src/core/plan.js';
import type { State } from '../../src/core/state.js';
import type { StepContext, StepResult } from '../../src/ports/controller.js';
import { DriverError, type DriverFailure, type HostSeen, type LparState } from '../../src/ports/world.js';
import { stepKinds } from '../../src/engine/steps/index.js';
import { allReady, cleaned, createBench, failedOver, inSync, operation, planned, stateOf, vmIs, withId, type Bench } from './support.js';

let bench: Bench;
afterEach(() => bench.close());
const fails = (code: DriverFailure) => async (): Promise<never> => { throw new DriverError(code, `the vendor says ${code}`); };

const ways: Record<string, { operation: Operation; changes: readonly StateChange[]; prepare?: (bench: Bench) => void }> = {
  planned: { operation: operation('move', 'customerA', 'service_provider', 'planned'), changes: [inSync, ...allReady] },
  unplanned: { operation: operation('move', 'customerA', 'service_provider', 'unplanned'), changes: [inSync, ...allReady] },
  'source off': { operation: operation('move', 'customerA', 'service_provider', 'unplanned'), changes: [inSync, ...allReady], prepare: (bench) => bench.inject('host-down', 'pbrazos') },
  discover: { operation: operation('discover'), changes: [] },
  verify: { operation: operation('verify'), changes: allReady },
  cleanup: { operation: operation('cleanup'), changes: failedOver, prepare: ({ lab }) => { lab.world.arrays.failOver('sarmeote', 'HG_A', 'service_provider', 'f'); } },
  recover: { operation: operation('recover', 'service_provider', 'service_provider'), changes: [{ kind: 'group', group: 'HG_A', activeSite: 'service_provider' }, vmIs('billing', 'MOVE_FAILED', { site: 'service_provider', host: 'snorlax' })] },
  resync: { operation: operation('resync'), changes: [...failedOver, cleaned], prepare: ({ lab }) => { lab.world.arrays.failOver('sarmeote', 'HG_A', 'service_provider', 'f'); } },
};

const contextIn = (state: State, key = 'R-1.1/step'): StepContext => ({ run: 'R-1', attempt: 1, key, signal: new AbortController().signal, state, startedAt: 0, progress: () => undefined });

/** Takes one step of a plan by its id, with drivers that fail in a given way once the plan is made. */
async function take(way: string, id: string, how: 'do' | 'check', spoil: Parameters<typeof createBench>[0] = {}): Promise<StepResult> {
  const { operation: wanted, changes, prepare } = ways[way]!;
  const sound = createBench();
  prepare?.(sound);
  let draft: PlanDraft;
  try { draft = await planned(sound, wanted, stateOf(...changes)); } finally { sound.close(); }
  bench = createBench(spoil);
  prepare?.(bench);
  const step = draft.steps.find((each) => each.id === id);
  if (!step) throw new Error(`no ${id} in ${draft.steps.map((each) => each.id).join(' ')}`);
  return bench.engine[how](step, withId(draft), contextIn(stateOf(...changes)));
}

const changing: [string, string, 'stop' | 'define' | 'start' | 'remove' | 'reverse' | 'failOver' | 'resync'][] = [
  ['planned', 'stop-vm:billing', 'stop'], ['planned', 'define-vm:billing', 'define'], ['planned', 'reverse-group:HG_A', 'reverse'], ['source off', 'fail-over-group:HG_A', 'failOver'],
  ['cleanup', 'power-off-vm:billing', 'stop'], ['resync', 'resync-group:HG_A', 'resync'],
];
const spoilt = (method: string, code: DriverFailure) => (['reverse', 'failOver', 'resync'].includes(method) ? { storage: { [method]: fails(code) } } : { hypervisor: { [method]: fails(code) } });

describe('a change whose vendor answers', () => {
  test.each(changing.flatMap(([way, id, method]) => (['unreachable', 'timeout'] as const).map((code) => [id, code, way, method] as const)))('%s: %s says nothing about the outcome', async (id, code, way, method) => {
    expect(await take(way, id, 'do', spoilt(method, code))).toMatchObject({ kind: 'unknown' });
  });
  test.each(changing.map(([way, id, method]) => [id, way, method] as const))('%s: refused is an answer: not done, worth another try', async (id, way, method) => {
    expect(await take(way, id, 'do', spoilt(method, 'refused'))).toMatchObject({ kind: 'not-done', retry: true, why: 'the vendor says refused' });
  });
  test.each(changing.map(([way, id, method]) => [id, way, method] as const))('%s: no capacity is an answer that another try does not change', async (id, way, method) => {
    expect(await take(way, id, 'do', spoilt(method, 'capacity'))).toMatchObject({ kind: 'not-done', retry: false, remedy: expect.stringContaining('Free capacity') });
  });
  test.each(changing.map(([way, id, method]) => [id, way, method] as const))('%s: a driver that breaks leaves the outcome unknown', async (id, way, method) => {
    const broken = async (): Promise<never> => { throw new TypeError('no such field'); };
    expect(await take(way, id, 'do', ['reverse', 'failOver', 'resync'].includes(method) ? { storage: { [method]: broken } } : { hypervisor: { [method]: broken } })).toMatchObject({ kind: 'unknown', why: expect.stringContaining('no such field') });
  });
});

test('what was refused and happened all the same is not done again', async () => {
  const define: Bench['hypervisor']['define'] = async (hmc, host, vm, shape, key) => {
    bench.lab.world.hmcs.define(hmc, host, vm, shape, key);
    throw new DriverError('refused', 'HSCL0500 An internal error occurred.');
  };
  expect(await take('planned', 'define-vm:billing', 'do', { hypervisor: { define } })).toMatchObject({ kind: 'done' });
});

test('a recovery that cannot clean the source up leaves that as pending work', async () => {
  expect(await take('recover', 'remove-vm:billing', 'do')).toMatchObject({ kind: 'not-done', changes: [{ kind: 'pending', group: 'HG_A', work: 'cleanup', site: 'customerA', open: true, because: 'recovery R-1' }] });
});

test('a fail-over that was refused leaves replication as the array says, with the last lag that anybody knew', async () => {
  const result = await take('source off', 'fail-over-group:HG_A', 'do', spoilt('failOver', 'refused'));
  expect(result).toMatchObject({ kind: 'not-done', changes: [{ kind: 'group', group: 'HG_A', replication: { from: 'customerA', to: 'service_provider', lagMs: 4_000 } }] });
  expect(result).not.toHaveProperty('changes.0.activeSite');
});

describe('right before disks are taken away and before a VM starts', () => {
  const again = async (id: string): Promise<StepResult> => {
    const { operation: wanted, changes } = ways['source off']!;
    const sound = createBench();
    sound.inject('host-down', 'pbrazos');
    let draft: PlanDraft;
    try { draft = await planned(sound, wanted, stateOf(...changes)); } finally { sound.close(); }
    bench = createBench();
    if (id.startsWith('start-vm')) {
      bench.lab.world.arrays.failOver('sarmeote', 'HG_A', 'service_provider', 'f');
      bench.lab.world.hmcs.define('vmhmc6', 'snorlax', 'billing', { memoryMb: 32_768, processors: 4, vlan: 10, vswitch: 'ETHERNET0', rehearsal: false }, 'd');
    }
    // Its VMs run again: the source has come back since it was proven dead.
    return bench.engine.do(draft.steps.find((each) => each.id === id)!, withId(draft), contextIn(stateOf(...changes)));
  };
  test('a source that has come back keeps its disks, whatever was proven before', async () => {
    expect(await again('fail-over-group:HG_A')).toMatchObject({ kind: 'not-done', why: expect.stringContaining('still runs on pbrazos. It was proven stopped before') });
    expect(bench.lab.effects().some(({ effect }) => effect.op === 'failed-over')).toBe(false);
  });
  test('a VM that runs at its source again is not started a second time', async () => {
    expect(await again('start-vm:billing')).toMatchObject({ kind: 'not-done', why: expect.stringContaining('it would run twice') });
    expect(bench.lab.effects().filter(({ effect }) => effect.op === 'started')).toEqual([]);
  });
});

describe('a look that gets no answer', () => {
  test.each<[string, string, Parameters<typeof createBench>[0]]>([
    ['discover', 'discover-host:pbrazos', { hypervisor: { observeHost: fails('unreachable') } }], ['discover', 'discover-vm:billing', { hypervisor: { observeHost: fails('timeout') } }],
    ['discover', 'discover-disk-group:HG_A', { storage: { observeGroup: fails('unreachable') } }], ['verify', 'verify-vm:billing', { storage: { visibleDisks: fails('unreachable') } }],
  ])('%s %s is not done, and worth another look', async (way, id, spoil) => { expect(await take(way, id, 'do', spoil)).toMatchObject({ kind: 'not-done', retry: true, changes: [] }); });
  test('before a change leaves it unknown: nobody can tell whether it was made already', async () => {
    expect(await take('planned', 'stop-vm:billing', 'do', { hypervisor: { observeHost: fails('unreachable') } })).toMatchObject({ kind: 'unknown' });
  });
});

describe('what a machine is doing', () => {
  const seenAs = (state: LparState, power: HostSeen['power'] = 'Operating') => ({ hypervisor: { observeHost: async (hmc: string, host: string): Promise<HostSeen> => ({ host, uuid: 'u', power, freeMemoryMb: 0, freeProcessors: 0, vioses: [], wwpns: [], vlans: [], vswitches: [], lpars: [{ vm: 'billing', uuid: 'b', state, ipAddress: null, disks: [], vlan: 10, vswitch: 'ETHERNET0', referenceCode: null, upForMs: null, restartedElsewhere: false, agent: null }], evidence: { saw: host, by: `HMC ${hmc}`, at: 0 } }) } });
  test.each<[string, LparState, HostSeen['power'], StepResult['kind']]>([
    ['planned start-vm:billing', 'Running', 'Operating', 'done'], ['planned start-vm:billing', 'Starting', 'Operating', 'unknown'], ['planned start-vm:billing', 'Not Activated', 'Operating', 'not-done'], ['planned start-vm:billing', 'Error', 'Operating', 'not-done'],
    ['planned stop-vm:billing', 'Not Activated', 'Operating', 'done'], ['planned stop-vm:billing', 'Shutting Down', 'Operating', 'unknown'], ['planned stop-vm:billing', 'Running', 'Operating', 'not-done'],
    ['planned stop-vm:billing', 'Running', 'Power Off', 'done'], ['planned stop-vm:billing', 'Running', 'No Connection', 'unknown'],
    ['unplanned confirm-stopped:billing', 'Not Activated', 'Operating', 'done'], ['unplanned confirm-stopped:billing', 'Running', 'Power Off', 'done'], ['unplanned confirm-stopped:billing', 'Running', 'Operating', 'not-done'],
    ['unplanned confirm-stopped:billing', 'Running', 'No Connection', 'not-done'],
    ['planned remove-vm:billing', 'Not Activated', 'Operating', 'not-done'], ['planned remove-vm:billing', 'Running', 'Operating', 'not-done'],
  ])('%s while it is %s on a host that is %s: %s by %s', async (which, state, power, kind) => {
    const [way, id] = which.split(' ') as [string, string];
    expect((await take(way, id, 'check', seenAs(state, power))).kind).toBe(kind);
  });
  test('a machine that should be removed and runs is never worth another try', async () => {
    expect(await take('planned', 'remove-vm:billing', 'check', seenAs('Running'))).toMatchObject({ kind: 'not-done', retry: false });
  });
});

describe('death evidence (invariant 6)', () => {
  test('unreachable is none', async () => { expect(await take('unplanned', 'confirm-stopped:billing', 'do', { hypervisor: { observeHost: fails('unreachable') } })).toMatchObject({ kind: 'not-done', why: expect.stringContaining('Unreachable is not proof') }); });
  test('the word of a named person in this approval is', async () => {
    const { operation: wanted, changes } = ways.unplanned!;
    bench = createBench({ hypervisor: { observeHost: fails('unreachable') } });
    const sound = createBench();
    const draft = await planned(sound, wanted, stateOf(...changes));
    sound.close();
    const state = stateOf(...changes);
    const plan = withId(draft);
    const confirm = (attested: string | null, epoch: number): Promise<StepResult> => {
      state.runs.get('R-1')!.approvals = [{ by: 'ben', surface: 'cli', at: 5, epoch, attested }];
      return bench.engine.do(plan.steps.find((step) => step.id === 'confirm-stopped:billing')!, plan, contextIn(state));
    };
    expect(await confirm('pbrazos', 1)).toMatchObject({ kind: 'done', evidence: [{ saw: 'ben attested that pbrazos is down', by: 'ben' }] });
    expect(await confirm('pbrazos', 0)).toMatchObject({ kind: 'not-done' });
    expect(await confirm(null, 1)).toMatchObject({ kind: 'not-done' });
  });
  test('what can be seen running is not dead, whoever says so', async () => { expect((await take('unplanned', 'confirm-stopped:billing', 'check')).kind).toBe('not-done'); });
});

describe('the state that a step proves', () => {
  const changesOf = (result: StepResult): readonly StateChange[] => (result.kind === 'done' || result.kind === 'not-done' ? result.changes : []);
  test('discovery names the volumes that are not mirrored', async () => {
    bench = createBench();
    const wanted: Operation = { ...operation('discover', 'customerB'), tenant: 'cluster02', hostGroups: ['HG_B'] };
    const draft = await planned(bench, wanted, stateOf());
    const result = await bench.engine.do(draft.steps.find((step) => step.id === 'discover-vm:archive')!, withId(draft), contextIn(stateOf()));
    expect(changesOf(result)).toEqual([expect.objectContaining({ vm: 'archive', state: 'DISCOVERED', reason: 'not mirrored: hdisk1', unmirrored: ['hdisk1'] })]);
  });
  test.each<[string, StateChange, string]>([
    ['a new VM is discovered', vmIs('billing', 'INIT'), 'DISCOVERED'], ['a ready VM stays ready', vmIs('billing', 'READY_TO_MOVE'), 'READY_TO_MOVE'], ['what needs cleanup still needs it', vmIs('billing', 'ACTIVE_NEEDS_CLEANUP'), 'ACTIVE_NEEDS_CLEANUP'],
    ['what a move left behind and runs again is discovered', vmIs('billing', 'MOVE_FAILED'), 'DISCOVERED'],
  ])('%s', async (_title, before, after) => {
    bench = createBench();
    const state = stateOf(before);
    const draft = await planned(bench, operation('discover'), state);
    expect(changesOf(await bench.engine.do(draft.steps.find((step) => step.id === 'discover-vm:billing')!, withId(draft), contextIn(state)))).toEqual([expect.objectContaining({ state: after, power: 'running' })]);
  });
  test.each<[string, (bench: Bench) => void]>([['is off', ({ lab }) => { lab.world.hmcs.stop('vmhmc1', 'pbrazos', 'billing', 'immediate', 's'); lab.world.world.instances['billing@pbrazos']!.until = 0; }], ['did not boot', ({ lab }) => { Object.assign(lab.world.world.instances['billing@pbrazos']!, { power: 'off', failed: true }); }]])('what a move left behind and %s is still left behind', async (_title, prepare) => {
    bench = createBench();
    prepare(bench);
    const state = stateOf(vmIs('billing', 'MOVE_FAILED'));
    const draft = await planned(bench, operation('discover'), state);
    expect(changesOf(await bench.engine.do(draft.steps.find((step) => step.id === 'discover-vm:billing')!, withId(draft), contextIn(state)))).toEqual([expect.objectContaining({ state: 'MOVE_FAILED' })]);
  });
  test('a VM that a move defined and did not start is found with the site where its group is now; one that lies at the side that was left keeps its place', async () => {
    bench = createBench();
    const state = stateOf(...failedOver, vmIs('billing', 'MOVING', { power: 'off', site: 'customerA', host: 'pbrazos' }), vmIs('payroll', 'MOVING', { power: 'off', site: 'service_provider', host: 'snorlax' }));
    bench.lab.world.world.instances['billing@snorlax'] = { ...bench.lab.world.world.instances['billing@pbrazos']!, host: 'snorlax', power: 'off' };
    const found = async (site: string, vm: string) => {
      const draft = await planned(bench, { ...operation('discover'), from: site }, state);
      return changesOf(await bench.engine.do(draft.steps.find((step) => step.id === `discover-vm:${vm}`)!, withId(draft), contextIn(state)))[0];
    };
    expect(await found('service_provider', 'billing')).toMatchObject({ state: 'MOVING', host: 'snorlax', site: 'service_provider', power: 'off' });
    const left = await found('customerA', 'payroll');
    expect(left).not.toHaveProperty('host');
    expect(left).not.toHaveProperty('site');
  });
  test('verification makes a VM ready, and names everything that is wrong at once', async () => {
    expect(changesOf(await take('verify', 'verify-vm:billing', 'do'))).toEqual([{ kind: 'vm', vm: 'billing', state: 'READY_TO_MOVE', reason: null }]);
    bench.close();
    const poor = async (hmc: string, host: string): Promise<HostSeen> => ({ host, uuid: 'u', power: 'Operating', freeMemoryMb: 1, freeProcessors: 0, vioses: [{ name: 'v1', up: true, monitorMode: 'GLOBAL' }, { name: 'v2', up: false, monitorMode: 'DOWN' }], wwpns: [], vlans: [99], vswitches: ['ETHERNET0'], lpars: [], evidence: { saw: host, by: hmc, at: 0 } });
    const result = await take('verify', 'verify-vm:billing', 'do', { hypervisor: { observeHost: poor }, storage: { visibleDisks: async () => [] } });
    expect(result).toMatchObject({ kind: 'not-done', changes: [{ state: 'DISCOVERED' }] });
    for (const words of ['MB of memory free', 'processors free', '1 of 2 VIOS', 'VLAN 10 is missing', 'not visible on snorlax']) expect(result.kind === 'not-done' ? result.why : '').toContain(words);
  });
  test('verification inside a move proves, and marks nothing', async () => { expect(changesOf(await take('planned', 'verify-vm:billing', 'do'))).toEqual([]); });
  test('a VM that a move left behind is not made ready by a verification', async () => {
    bench = createBench();
    const state = stateOf(vmIs('billing', 'MOVE_FAILED', { reason: 'did not start' }));
    const draft = await planned(bench, operation('verify'), state);
    expect(changesOf(await bench.engine.do(draft.steps.find((step) => step.id === 'verify-vm:billing')!, withId(draft), contextIn(state)))).toEqual([{ kind: 'vm', vm: 'billing', state: 'MOVE_FAILED', reason: 'did not start' }]);
  });
  test('a discovery that finds a group switched without anybody knowing says where it is, and what is left to do', async () => {
    const roles = (home: 'secondary' | 'stale', away: 'primary' | 'failed-over') => async (agent: string, group: string) => ({ group, site: 'x', role: agent === 'salocal_A' ? home : away, link: 'SUSPENDED' as const, lagMs: null, divergentWrites: 0, writable: agent !== 'salocal_A', volumes: [], clone: null, evidence: { saw: 'x', by: agent, at: 0 } });
    const reversed = await take('discover', 'discover-disk-group:HG_A', 'do', { storage: { observeGroup: roles('secondary', 'primary') } });
    expect(changesOf(reversed)).toEqual([expect.objectContaining({ kind: 'group', activeSite: 'service_provider' }), expect.objectContaining({ work: 'cleanup', open: true, site: 'customerA' })]);
    const failedOverUnknown = await take('discover', 'discover-disk-group:HG_A', 'do', { storage: { observeGroup: roles('stale', 'failed-over') } });
    expect(changesOf(failedOverUnknown)).toEqual([expect.objectContaining({ activeSite: 'service_provider' }), expect.objectContaining({ work: 'cleanup', open: true }), expect.objectContaining({ work: 'resync', open: true, site: 'customerA' })]);
  });
  test('failing over opens cleanup and resync', async () => {
    const result = await take('unplanned', 'fail-over-group:HG_A', 'check', { storage: { observeGroup: async (_agent, group) => ({ group, site: 'service_provider', role: 'failed-over', link: 'SUSPENDED', lagMs: null, divergentWrites: 0, writable: true, volumes: [], clone: null, evidence: { saw: 'x', by: 'y', at: 0 } }) } });
    expect(changesOf(result)).toEqual([expect.objectContaining({ kind: 'group', activeSite: 'service_provider' }), expect.objectContaining({ work: 'cleanup', open: true, site: 'customerA' }), expect.objectContaining({ work: 'resync', open: true, site: 'customerA' })]);
  });
  test.each(['do', 'check'] as const)('a copy that an earlier move left behind is neither failed over nor taken for it (%s)', async (how) => {
    const result = await take('unplanned', 'fail-over-group:HG_A', how, { storage: { observeGroup: async (_agent, group) => ({ group, site: 'service_provider', role: 'stale', link: 'SUSPENDED', lagMs: null, divergentWrites: 4, writable: false, volumes: [], clone: null, evidence: { saw: 'x', by: 'y', at: 0 } }) } });
    expect(result).toMatchObject({ kind: 'unknown', why: expect.stringContaining('an earlier move left behind') });
    expect(bench.lab.world.world.groups.HG_A!.copies.service_provider!.role).toBe('secondary');
  });
  test('a group that is still being reversed is neither reversed nor not', async () => {
    const result = await take('planned', 'reverse-group:HG_A', 'check', { storage: { observeGroup: async (_agent, group) => ({ group, site: 'service_provider', role: 'primary', link: 'SYNCING', lagMs: null, divergentWrites: 0, writable: true, volumes: [], clone: null, evidence: { saw: 'x', by: 'y', at: 0 } }) } });
    expect(result.kind).toBe('unknown');
  });
});

test('every step of every plan is of a kind that the engine knows', async () => {
  for (const { operation: wanted, changes, prepare } of Object.values(ways)) {
    bench = createBench();
    prepare?.(bench);
    for (const step of (await planned(bench, wanted, stateOf(...changes))).steps) expect(Object.keys(stepKinds)).toContain(step.kind);
    bench.close();
  }
});
