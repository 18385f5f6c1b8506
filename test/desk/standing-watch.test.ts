import { afterEach, describe, expect, test } from '@jest/globals';
import type { Estate } from '../../src/core/estate.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat, type PersonName } from '../../src/core/names.js';
import type { RunState } from '../../src/core/run-state.js';
import { entry, record } from '../../src/desk/parts.js';
import { demoEstate, tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, type BootOptions, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab | null = null;
afterEach(async () => { await lab?.close(); lab = null; });

const minute = 60_000;
const allowed = (estate: Estate): Estate => ({ ...estate, standingAuthority: true });
const line = (change: Record<string, string> = {}): string => {
  const attributes = { from: 'customerA', to: 'service_provider', dr_type: 'unplanned', between: '11:00-18:00', lost: '5m', lag: '10s', expires: '7d', reason: '"nobody is near"', ...change };
  return `authorise move site ${Object.entries(attributes).map(([key, value]) => `${key}=${value}`).join(' ')}`;
};

/** Everything discovered and verified, and S-1 in force: ana proposed it, ben and chris signed. */
async function inForce(change: Record<string, string> = {}, { estate = tinyEstate(), ...options }: BootOptions & { readonly estate?: Estate } = {}): Promise<LabNode> {
  lab = createLab({ estate: allowed(estate) });
  const node = await lab.boot({ monitor: true, ...options });
  await makeReady(lab, node);
  await node.say('ana', line(change));
  await node.say('ben', 'approve S-1');
  await node.say('chris', 'approve S-1');
  expect(node.state.standing.get('S-1')).toMatchObject({ status: 'in-force', signed: [{ by: 'ben' }, { by: 'chris' }] });
  return node;
}

const lose = (fault = 'host-down', target = 'pbrazos'): Promise<unknown> => lab!.world.client.call('inject', [fault, target]);
const mend = (fault = 'host-down', target = 'pbrazos'): Promise<unknown> => lab!.world.client.call('revert', [fault, target]);
const moves = (node: LabNode): RunState[] => [...node.state.runs.values()].filter(({ plan }) => plan.operation.verb === 'move');
const adopt = (node: LabNode, estate: Estate): Promise<unknown> => record(node.parts, [entry(estateStream, null, lifeboat('start'), { type: 'estate.imported', estate, source: 'test', digest: 'changed' })]);
const failOvers = (): number => lab!.world.effects().filter(({ effect }) => effect.op === 'failed-over').length;

describe('a site that is lost in the hours that were signed for', () => {
  test('moves without asking, under the names of those who signed, once, and whoever tries again is asked', async () => {
    const node = await inForce();
    await lose();
    await lab!.pass(6 * minute);
    expect(moves(node).map(({ status }) => status)).toEqual(['proposed']);
    await lab!.pass(2 * minute);
    await lab!.settle(node);
    const [run] = moves(node);
    expect(run).toMatchObject({ status: 'succeeded', under: { standing: 'S-1', by: ['ben', 'chris'] }, approvals: [], plan: { requestedBy: { kind: 'lifeboat' } } });
    expect(node.state.standing.get('S-1')).toMatchObject({ status: 'used', granted: run!.plan.run });
    expect(node.state.groups.get('HG_A')!.activeSite).toBe('service_provider');
    expect(await node.say('chris', 'approve S-1')).toMatchObject({ kind: 'refusal', what: `S-1 is over: used for ${run!.plan.run}. Nothing was signed.` });
    expect(await node.say('dora', `why ${run!.plan.run}`)).toMatchObject({ json: { 'Granted under': 'S-1, signed by ben and chris: nobody was asked' } });
  });

  test('and whose HMC tells only later that its host is off: the plan that took an attestation is made anew, and then it goes', async () => {
    const node = await inForce();
    await lose();
    await lose('hmc-unreachable', 'vmhmc1');
    await lose('storage-unreachable', 'salocal_A');
    await lab!.pass(10 * minute);
    expect(moves(node)).toMatchObject([{ status: 'proposed', declined: [{ why: expect.stringContaining('attests nothing') }], plan: { epoch: 1, gate: { attest: 'pbrazos' } } }]);
    await mend('hmc-unreachable', 'vmhmc1');
    await lab!.pass(6 * minute);
    expect(moves(node)).toMatchObject([{ status: 'proposed' }]);
    await lab!.pass(4 * minute);
    await lab!.settle(node);
    expect(moves(node)).toMatchObject([{ status: 'succeeded', under: { standing: 'S-1' }, plan: { epoch: 2, gate: { attest: null } } }]);
  });

  test('can be held by anybody, as any run', async () => {
    const node = await inForce();
    await lose();
    await lab!.until('it is granted', () => moves(node)[0]?.under !== undefined && moves(node)[0]!.under !== null, 20 * minute);
    await node.say('dora', `hold ${moves(node)[0]!.plan.run}`);
    await lab!.pass(20 * minute);
    expect(moves(node)[0]).toMatchObject({ status: 'held' });
    expect(lab!.world.effects().filter(({ effect }) => effect.op === 'started')).toEqual([]);
  });
});

describe('it is not used, and people are asked as ever', () => {
  /** The run is proposed, and stays so. */
  async function notUsed(node: LabNode, why: string | null, standing: object = { status: 'in-force' }): Promise<void> {
    await lab!.pass(20 * minute);
    expect(node.state.standing.get('S-1')).toMatchObject(standing);
    expect(moves(node).filter(({ under }) => under !== null)).toEqual([]);
    expect(failOvers()).toBe(0);
    if (why !== null) expect(moves(node)[0]!.declined.map((each) => each.why).join(' ')).toContain(why);
  }

  test('outside its hours', async () => {
    const node = await inForce({ between: '02:00-06:00' });
    await lose();
    await notUsed(node, 'it holds between 02:00 and 06:00 UTC only');
  });
  test('with more lag than was signed for', async () => {
    const node = await inForce({ lag: '1s' });
    await lose();
    await notUsed(node, 'the limit is 1 s');
  });
  test('when somebody who signed has left', async () => {
    const node = await inForce({}, { estate: tinyEstate() });
    await record(node.parts, [entry('people', null, lifeboat('owner'), { type: 'person.offboarded', person: 'chris', unlinked: [], tokens: [], passkeys: [], approvals: [] })]);
    expect(await node.say('ana', 'query standing S-1')).toMatchObject({ json: [{ 'Would not be used': 'chris may not approve any more, so the quorum is gone' }] });
    await lose();
    await notUsed(node, 'chris may not approve any more, so the quorum is gone');
  });
  test.each<PersonName>(['dora', 'ana'])('when %s revokes it a second before', async (person) => {
    const node = await inForce();
    await lose();
    await lab!.until('it has been lost for nearly long enough', () => moves(node).length > 0, 20 * minute);
    await lab!.pass(4 * minute);
    expect(await node.say(person, 'revoke S-1 reason="not tonight"')).toMatchObject({ kind: 'said', status: 0, text: 'S-1 is revoked, at once. If customerA is lost, people are asked.' });
    await notUsed(node, null, { status: 'revoked', over: { words: `revoked by ${person}: not tonight` } });
  });
  test('when the site comes back before it was lost for long enough, and is lost again for a short time', async () => {
    const node = await inForce();
    await lose();
    await lab!.pass(4 * minute);
    await mend();
    await lab!.pass(minute);
    await lose();
    await lab!.pass(5 * minute);
    expect(failOvers()).toBe(0);
    expect(node.state.standing.get('S-1')).toMatchObject({ status: 'in-force' });
  });
  test('when nobody can see whether the hosts are off: it attests nothing, and says so', async () => {
    const node = await inForce();
    await lose('site-down', 'customerA');
    await notUsed(node, 'nobody can see whether pbrazos is off, and a standing authority attests nothing: unreachable is no proof of death');
  });
  test('when the target does not answer either: it may be Lifeboat that is cut off', async () => {
    const node = await inForce();
    await lose();
    await lab!.until('it is proposed', () => moves(node).length > 0, 20 * minute);
    await lose('storage-unreachable', 'sarmeote');
    await notUsed(node, 'sarmeote at service_provider cannot be seen');
  });
  test('when somebody holds the proposal', async () => {
    const node = await inForce();
    await lose();
    await lab!.until('it is proposed', () => moves(node).length > 0, 20 * minute);
    await node.say('dora', `hold ${moves(node)[0]!.plan.run}`);
    await notUsed(node, 'the run is held');
  });
  test('when the part of the estate that it is about has changed: it ends, and says why', async () => {
    const node = await inForce();
    const { estate } = node.state;
    await adopt(node, { ...estate!, tenants: estate!.tenants.map((tenant) => ({ ...tenant, vms: tenant.vms.slice(0, 1) })) });
    await lose();
    await notUsed(node, null, { status: 'ended', over: { words: expect.stringContaining('(cluster01) has changed since it was signed') } });
  });
  test('when the estate allows none any more', async () => {
    const node = await inForce();
    await adopt(node, tinyEstate());
    await lose();
    await notUsed(node, null, { status: 'ended', over: { words: 'the estate allows no standing authority any more' } });
  });
  test('a second one within the hour', async () => {
    const node = await inForce({}, { estate: demoEstate() });
    await node.say('ana', line({ from: 'customerB' }));
    await node.say('ben', 'approve S-2');
    await node.say('chris', 'approve S-2');
    await lose();
    await lab!.pass(30 * minute);
    expect(node.state.standing.get('S-1')).toMatchObject({ status: 'used' });
    await lose('host-down', 'raichu');
    await lab!.pass(20 * minute);
    expect(node.state.standing.get('S-2')).toMatchObject({ status: 'in-force' });
    expect(moves(node).at(-1)!.declined.map(({ why }) => why).join()).toContain('S-1 was used within the last hour');
  });
});

test('it ends by itself', async () => {
  const node = await inForce({ expires: '2m' });
  await lab!.pass(21 * minute);
  expect(node.state.standing.get('S-1')).toMatchObject({ status: 'ended', over: { words: 'its time is over' } });
});

test('a restart begins to count anew how long the site has been lost', async () => {
  const node = await inForce();
  await lose();
  await lab!.pass(6 * minute);
  await node.stop();
  const again = await lab!.boot({ monitor: true });
  await lab!.pass(4 * minute);
  expect(moves(again)[0]).toMatchObject({ status: 'proposed' });
  await lab!.pass(2 * minute);
  await lab!.settle(again);
  expect(moves(again)).toMatchObject([{ status: 'succeeded', under: { standing: 'S-1' } }]);
});

test('a node that stood still for a while says nothing about what was meanwhile', async () => {
  const node = await inForce();
  await lose();
  await lab!.until('it is proposed', () => moves(node).length > 0, 20 * minute);
  await lab!.pass(2 * minute);
  node.process.freeze();
  await lab!.pass(6 * minute);
  node.process.thaw();
  await lab!.pass(4 * minute);
  expect(moves(node)[0]).toMatchObject({ status: 'proposed' });
  await lab!.pass(2 * minute);
  await lab!.settle(node);
  expect(moves(node)[0]).toMatchObject({ status: 'succeeded' });
});

test('two nodes that see the same loss use it once', async () => {
  const node = await inForce();
  await lab!.boot({ monitor: true });
  await lose();
  await lab!.pass(20 * minute);
  await lab!.settle(node);
  const all = await lab!.entries();
  expect(all.filter(({ event }) => event.type === 'standing.used')).toHaveLength(1);
  expect(moves(node)).toMatchObject([{ status: 'succeeded' }]);
  expect(failOvers()).toBe(1);
});

/** Appends from the moment at which it is used, until the steps of the move have begun. */
test.each(['crash-before', 'crash-after'] as const)('%s at each append while it is used: another node ends with at most one move', async (fault) => {
  for (let at = 1; at <= 6; at++) {
    const seen: string[] = [];
    let left = at;
    const node = await inForce({}, { appendFault: (request) => {
      const types = request.entries.map(({ event }) => event.type);
      if (left <= 0 || (left === at && !types.includes('standing.used'))) return null;
      seen.push(types.join('+'));
      return --left === 0 ? fault : null;
    } });
    await lose();
    await lab!.pass(10 * minute);
    expect(node.process.alive).toBe(false);
    const other = await lab!.boot({ monitor: true });
    await lab!.pass(10 * minute);
    await lab!.settle(other);
    expect((await lab!.entries()).filter(({ event }) => event.type === 'standing.used')).toHaveLength(1);
    expect({ at, seen, moves: moves(other).map(({ status }) => status), failOvers: failOvers() }).toMatchObject({ moves: ['succeeded'], failOvers: 1 });
    await lab!.close();
    lab = null;
  }
});
