import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isTerminal, type RunState } from '../../src/core/run-state.js';
import { DriverError } from '../../src/ports/world.js';
import { createLab, makeReady, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
const inject = (fault: string, target: string): Promise<unknown> => lab.world.client.call('inject', [fault, target]);
const revert = (fault: string, target: string): Promise<unknown> => lab.world.client.call('revert', [fault, target]);
const runs = (): RunState[] => [...node.state.runs.values()];
const open = (): RunState[] => runs().filter((run) => !isTerminal(run.status));
const titles = (from: number): string[] => runs().slice(from).map((run) => run.plan.title);
const approve = async (run: string, attest = ''): Promise<void> => { for (const who of ['ana', 'ben']) await node.say(who, `approve ${run}${attest}`); };

beforeEach(async () => {
  lab = createLab();
  node = await lab.boot({ monitor: true });
  await makeReady(lab, node);
});
afterEach(() => lab.close());

describe('a failure', () => {
  test('becomes one incident and one proposal with its evidence, and nothing moves', async () => {
    const before = lab.world.effects().length;
    await inject('host-down', 'pbrazos');
    await lab.pass(30 * 60_000);
    expect([...node.state.incidents.values()].map((incident) => [incident.title, incident.proposedRun])).toEqual([['Host pbrazos at customerA is Power Off.', 'R-5']]);
    expect(node.run('R-5')).toMatchObject({ status: 'proposed', plan: { requestedBy: { kind: 'lifeboat', door: 'monitor' }, gate: { people: 2 }, because: { incident: 'I-1' } } });
    expect(node.run('R-5').plan.evidence).toEqual([expect.objectContaining({ saw: expect.stringContaining('pbrazos is Power Off'), by: 'HMC vmhmc1' })]);
    expect(lab.world.effects().length).toBe(before + 1);
  });
  test('that is over before anybody decided takes its proposal back, and says why', async () => {
    await inject('host-down', 'pbrazos');
    await lab.until('it is proposed', () => open().length === 1);
    await revert('host-down', 'pbrazos');
    await lab.until('it is withdrawn', () => open().length === 0);
    expect(node.run('R-5')).toMatchObject({ status: 'expired', expiredBecause: expect.stringContaining('I-1') });
  });
  test('of a whole site is one proposal, which stays as long as any of its incidents is open', async () => {
    await inject('site-down', 'customerA');
    await lab.until('it is proposed', () => open().length === 1);
    await lab.pass(60_000);
    expect([...node.state.incidents.values()].map((incident) => incident.proposedRun)).toEqual(['R-5', 'R-5']);
    await revert('site-down', 'customerA');
    await lab.pass(60_000);
    expect([...node.state.incidents.values()].every((incident) => incident.resolvedAt !== null)).toBe(true);
    expect(node.run('R-5').status).toBe('expired');
    expect(open()).toEqual([]);
  });
  test('of one tenant proposes nothing for the other', async () => {
    await inject('host-down', 'raichu');
    await lab.until('it is proposed', () => open().length === 1);
    expect(open()[0]!.plan).toMatchObject({ tenant: 'cluster02', operation: { from: 'customerB' } });
  });
  test('what a person proposed is not taken back by the monitor', async () => {
    await inject('host-down', 'pbrazos');
    await node.say('ana', 'move site from=customerA to=service_provider dr_type=unplanned');
    await lab.until('the incident is open', () => node.state.incidents.size === 1);
    await revert('host-down', 'pbrazos');
    await lab.pass(60_000);
    expect(node.run('R-5').status).toBe('proposed');
    expect(node.state.incidents.get('I-1')!.proposedRun).toBe('R-5');
  });
  test('a restart of Lifeboat tells nothing twice', async () => {
    await inject('host-down', 'pbrazos');
    await lab.until('it is proposed', () => open().length === 1);
    node.process.kill();
    node = await lab.boot({ monitor: true });
    await lab.pass(600_000);
    expect(node.state.incidents.size).toBe(1);
    expect(open()).toHaveLength(1);
  });
});

describe('what an unplanned move leaves to do', () => {
  const disaster = async (): Promise<void> => {
    await inject('site-down', 'customerA');
    await lab.until('it is proposed', () => open().length === 1);
    await approve('R-5', ' attest=pbrazos');
    await lab.until('it is through', () => isTerminal(node.run('R-5').status));
    expect(node.run('R-5').status).toBe('succeeded');
  };
  test('is not proposed while the source is away, however long', async () => {
    await disaster();
    await lab.pass(24 * 3_600_000);
    expect(runs()).toHaveLength(5);
    expect(node.state.groups.get('HG_A')!.pending.map((work) => work.work)).toEqual(['cleanup', 'resync']);
  });
  test('is proposed once when the source is back: cleanup, then with auto_reverse_mirror=yes the resync, then discovery and verification follow', async () => {
    await node.say('ana', 'modify system auto_reverse_mirror=yes tenant=cluster01');
    await disaster();
    await revert('site-down', 'customerA');
    await lab.pass(600_000);
    expect(open().map((run) => run.plan.title)).toEqual(['cleanup of customerA']);
    await approve('R-6');
    await lab.until('the resync is proposed', () => node.state.runs.has('R-7'));
    expect(node.run('R-6').status).toBe('succeeded');
    expect(node.state.vms.get('billing')!.state).toBe('ACTIVE_NEEDS_RESYNC');
    expect(open().map((run) => run.plan.title)).toEqual(['resync of customerA from service_provider']);
    await approve('R-7');
    await lab.until('everything is verified', () => node.state.vms.get('billing')!.state === 'READY_TO_MOVE');
    expect(titles(7)).toEqual(['discovery of service_provider', 'verification of service_provider against customerA']);
    await lab.pass(600_000);
    expect(open()).toEqual([]);
    expect(node.state.groups.get('HG_A')!.pending).toEqual([]);
  });
  test('is not proposed again and again after a no', async () => {
    await disaster();
    await revert('site-down', 'customerA');
    await lab.until('the cleanup is proposed', () => open().length === 1);
    await node.say('ana', 'reject R-6 reason="tomorrow"');
    await lab.pass(3_600_000);
    expect(runs()).toHaveLength(6);
    expect(node.state.groups.get('HG_A')!.pending.map((work) => work.work)).toEqual(['cleanup', 'resync']);
  });
  test('is not proposed while the move that leaves it is still at work', async () => {
    await inject('hmc-unreachable', 'vmhmc1');
    await lab.until('it is proposed', () => open().length === 1);
    await approve('R-5', ' attest=pbrazos');
    await lab.until('storage has failed over', () => node.state.groups.get('HG_A')!.pending.length > 0);
    await revert('hmc-unreachable', 'vmhmc1');
    await lab.until('the move is through', () => isTerminal(node.run('R-5').status));
    const finished = (await lab.entries()).find(({ event }) => event.type === 'run.finished' && event.run === 'R-5')!.seq;
    expect((await lab.entries()).filter(({ seq, event }) => seq < finished && event.type === 'plan.proposed' && event.plan.operation.verb === 'cleanup')).toEqual([]);
    await lab.until('the cleanup is proposed', () => open().some((run) => run.plan.operation.verb === 'cleanup'));
  });
});

describe('what a planned move could not clean up', () => {
  test('is remembered and proposed, and its cleanup closes it', async () => {
    await lab.close();
    let refuse = true;
    lab = createLab();
    node = await lab.boot({ monitor: true, callFault: (method, args) => (refuse && method === 'remove' && args.includes('orders') ? new DriverError('refused', 'HSCL0300 The adapter is busy.') : null) });
    await makeReady(lab, node);
    await node.say('ana', 'move site from=customerA to=service_provider');
    await node.say('ben', 'approve R-5');
    await lab.until('it is over', () => isTerminal(node.run('R-5').status));
    expect(node.run('R-5')).toMatchObject({ status: 'exceptions', tally: '6 out of 6 VMs have been successfully moved' });
    expect(node.state.groups.get('HG_A')!.pending).toMatchObject([{ work: 'cleanup', site: 'customerA', because: 'planned move R-5' }]);
    refuse = false;
    await lab.until('the cleanup is proposed', () => open().some((run) => run.plan.operation.verb === 'cleanup'));
    const cleanup = open().find((run) => run.plan.operation.verb === 'cleanup')!.plan.run;
    await approve(cleanup);
    await lab.until('it is clean', () => node.state.groups.get('HG_A')!.pending.length === 0);
    expect(Object.values(lab.world.world.world.instances).filter((each) => each.host === 'pbrazos')).toEqual([]);
  });
});
