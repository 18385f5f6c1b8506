import { afterEach, describe, expect, test } from '@jest/globals';
import { isTerminal } from '../../src/core/run-state.js';
import { DriverError } from '../../src/ports/world.js';
import { tinyEstate, twoGroupEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, runIn, type Lab } from '../scenarios/lab/lab.js';
import { brokenPromises } from '../../src/lab/promises.js';
import { changingCalls } from '../../src/drivers/estate/simulated/world/calls.js';
import { appendFaults, callFaults, type CallFault } from '../../src/lab/process.js';
import { brokenRecords, effectsOf, goOn, lasting, ofExecutor, type Faults, type Played } from './crash-support.js';

type Kind = 'planned' | 'unplanned';

const labs: Lab[] = [];
afterEach(async () => { for (const lab of labs.splice(0)) await lab.close(); });

/** A ready estate, a move that two people stand behind, and a process in which the given things go wrong from then on. */
async function approveMove(kind: Kind, faults: Faults = {}, estate = tinyEstate()): Promise<Played> {
  const lab = createLab({ estate });
  labs.push(lab);
  let armed = false;
  let appends = 0;
  let calls = 0;
  const first = await lab.boot({
    appendFault: (request) => (armed && ofExecutor(request) ? faults.append?.(++appends, request) ?? null : null),
    callFault: (method, args) => (armed ? faults.call?.(++calls, method, args) ?? null : null),
  });
  await makeReady(lab, first);
  if (kind === 'unplanned') await lab.world.client.call('inject', ['host-down', 'pbrazos']);
  const before = lab.world.effects().length;
  const run = runIn(await first.say('ana', `move site from=customerA to=service_provider dr_type=${kind}`));
  armed = true;
  await first.say('ben', `approve ${run}`);
  return { lab, first, run, before, get appends() { return appends; }, get calls() { return calls; } };
}

const faultless = new Map<Kind, { lasting: string; effects: string[]; appends: number; calls: number }>();
async function reference(kind: Kind) {
  const known = faultless.get(kind);
  if (known) return known;
  const played = await approveMove(kind, { append: () => null, call: () => null });
  const node = await goOn(played);
  const found = { lasting: lasting(played, node), effects: effectsOf(played), appends: played.appends, calls: played.calls };
  expect(node.run(played.run).status).toBe('succeeded');
  faultless.set(kind, found);
  return found;
}

async function expectSameWorld(played: Played, kind: Kind): Promise<void> {
  const wanted = await reference(kind);
  const node = await goOn(played);
  // What comes late would show now.
  await played.lab.pass(60_000);
  expect(lasting(played, node)).toBe(wanted.lasting);
  expect(effectsOf(played)).toEqual(wanted.effects);
  expect(brokenPromises(played.lab.world.effects())).toEqual([]);
  expect(brokenRecords(await played.lab.entries(), played.run)).toEqual([]);
  expect((await played.lab.journal.verify()).ok).toBe(true);
}

describe.each<Kind>(['planned', 'unplanned'])('a %s move ends in the same world', (kind) => {
  test.each(appendFaults)('whichever append of the executor meets: %s', async (fault) => {
    const { appends } = await reference(kind);
    expect(appends).toBeGreaterThan(15);
    for (let at = 1; at <= appends; at++) {
      const played = await approveMove(kind, { append: (n) => (n === at ? fault : null) });
      await expectSameWorld(played, kind);
      await labs.pop()!.close();
    }
  });

  test.each(callFaults)('whichever change of the estate meets: %s', async (fault) => {
    const { calls } = await reference(kind);
    expect(calls).toBeGreaterThan(4);
    for (let at = 1; at <= calls; at++) {
      const played = await approveMove(kind, { call: (n) => (n === at ? fault : null) });
      await expectSameWorld(played, kind);
      await labs.pop()!.close();
    }
  });

  test('when its process dies again and again, at every third append', async () => {
    const played = await approveMove(kind, { append: (n) => (n === 3 ? 'crash-after' : null) });
    await played.lab.until('the first process is dead', () => !played.first.process.alive);
    let node = played.first;
    for (let lives = 0; lives < 60 && !node.process.alive; lives++) {
      let n = 0;
      const next = await played.lab.boot({ appendFault: (request) => (ofExecutor(request) && ++n === 3 ? 'crash-after' : null) });
      await played.lab.until('it is over or dead', () => !next.process.alive || isTerminal(next.run(played.run).status));
      node = next;
    }
    expect(node.process.alive).toBe(true);
    expect(effectsOf(played)).toEqual((await reference(kind)).effects);
    expect(brokenRecords(await played.lab.entries(), played.run)).toEqual([]);
  });

  test('when a process stands still before any of its changes, another takes over, and the first wakes up', async () => {
    const { calls, lasting: wanted } = await reference(kind);
    for (let at = 1; at <= calls; at++) {
      const played: Played = await approveMove(kind, { call: (n) => { if (n === at) played.first.process.freeze(); return null; } });
      await played.lab.until('the first stands still', () => !played.first.process.alive);
      const second = await played.lab.boot();
      await played.lab.until('the second is through', () => isTerminal(second.run(played.run).status));
      const sofar = (await played.lab.entries()).length;
      played.first.process.thaw();
      await played.lab.pass(600_000);
      expect(lasting(played, second)).toBe(wanted);
      expect(brokenPromises(played.lab.world.effects())).toEqual([]);
      expect((await played.lab.entries()).slice(sofar).map(({ event }) => event.type)).toEqual([]);
      await labs.pop()!.close();
    }
  });
});

describe('fences', () => {
  test('a second executor takes the run over, and the first writes and starts nothing more', async () => {
    const played: Played = await approveMove('planned', { append: (_n, { entries }) => { if (entries.some(({ event }) => event.type === 'step.finished' && event.step.startsWith('reverse-group'))) played.first.process.freeze(); return null; } });
    await played.lab.until('the first stands still', () => !played.first.process.alive);
    const second = await played.lab.boot();
    await played.lab.pass(1_000);
    const claims = (await played.lab.entries()).flatMap(({ event }) => (event.type === 'run.claimed' && event.run === played.run ? [event] : []));
    expect(claims.map((claim) => claim.boot)).toHaveLength(2);
    expect(claims[1]!.fence).toBeGreaterThan(claims[0]!.fence);
    played.first.process.thaw();
    await played.lab.until('the second is through', () => isTerminal(second.run(played.run).status));
    expect(effectsOf(played)).toEqual((await reference('planned')).effects);
    expect(brokenRecords(await played.lab.entries(), played.run)).toEqual([]);
  });
});

describe('a process that stood still', () => {
  test('after it wrote its intent starts nothing when it wakes up, not even under a key that the world would know again', async () => {
    let once = false;
    const played: Played = await approveMove('planned', { append: (_n, { entries }) => { if (!once && entries.some(({ event }) => event.type === 'step.started' && event.step.startsWith('reverse-group'))) { once = true; played.first.process.freeze(); } return null; } });
    await played.lab.until('the first stands still', () => !played.first.process.alive);
    const second = await played.lab.boot();
    await played.lab.until('the second is through', () => isTerminal(second.run(played.run).status));
    const [asked, written] = [played.calls, (await played.lab.entries()).length];
    played.first.process.thaw();
    await played.lab.pass(600_000);
    expect(played.calls).toBe(asked);
    expect((await played.lab.entries()).slice(written).map(({ event }) => event.type)).toEqual([]);
    expect(effectsOf(played)).toEqual((await reference('planned')).effects);
  });

  test('but still owns its run looks at the world before it acts, and says so', async () => {
    let once = false;
    const played: Played = await approveMove('planned', { append: (_n, { entries }) => { if (!once && entries.some(({ event }) => event.type === 'step.started' && event.step.startsWith('reverse-group'))) { once = true; played.first.process.freeze(); } return null; } });
    await played.lab.until('it stands still', () => !played.first.process.alive);
    await played.lab.pass(200_000);
    played.first.process.thaw();
    await played.lab.until('it is through', () => isTerminal(played.first.run(played.run).status));
    expect(played.first.run(played.run).status).toBe('succeeded');
    expect(played.first.run(played.run).progress.map(({ line }) => line)).toContainEqual(expect.stringMatching(/^Writing the intent took \d+ s, so the world is looked at before anything is done\.$/));
    expect(effectsOf(played)).toEqual((await reference('planned')).effects);
  });
});

describe('an outcome that nobody knows', () => {
  const silence = (method: string, times: { left: number }) => (_n: number, called: string): CallFault | null => (called === method && times.left-- > 0 ? 'lost-request' : null);

  /** The storage agent at the target falls silent in the middle of its change. */
  async function parkedAtReverse(): Promise<Played> {
    let struck = false;
    const played: Played = await approveMove('planned', { call: (_n, method) => {
      if (method === 'reverse' && !struck) { struck = true; void played.lab.world.client.call('inject', ['storage-unreachable', 'sarmeote']); }
      return null;
    } });
    await played.lab.until('it is parked', () => played.first.run(played.run).status === 'parked', 4 * 3_600_000);
    return played;
  }

  test('parks the run, says what to look at, and keeps its locks', async () => {
    const { first, run } = await parkedAtReverse();
    const { parked } = first.run(run);
    expect(parked!.why).toMatch(/Nobody can tell whether 'reverse replication of disk group HG_A/);
    expect(parked!.next).toContain(`resume ${run}`);
    expect([...first.state.locks.held.values()]).toContain(run);
    expect([...first.run(run).steps.values()].filter((step) => step.step.startsWith('define-vm') && step.status !== 'pending')).toEqual([]);
  });

  test('after the quorum resumed, the world is asked again and the run goes on', async () => {
    const { lab, first, run } = await parkedAtReverse();
    await lab.world.client.call('revert', ['storage-unreachable', 'sarmeote']);
    await first.say('ana', `resume ${run}`);
    expect(first.run(run).status).toBe('parked');
    await first.say('ben', `resume ${run}`);
    await lab.settle(first);
    expect(first.run(run).status).toBe('succeeded');
    expect(brokenRecords(await lab.entries(), run)).toEqual([]);
  });

  test('after two silences and two resumes it still goes on', async () => {
    const { lab, first, run } = await parkedAtReverse();
    for (const who of ['ana', 'ben']) await first.say(who, `resume ${run}`);
    await lab.until('it is parked again', () => first.run(run).status === 'parked', 4 * 3_600_000);
    await lab.world.client.call('revert', ['storage-unreachable', 'sarmeote']);
    for (const who of ['ana', 'chris']) await first.say(who, `resume ${run}`);
    await lab.settle(first);
    expect(first.run(run).status).toBe('succeeded');
  });

  test('a crash while parked forgets neither the question nor the locks', async () => {
    const { lab, first, run } = await parkedAtReverse();
    first.process.kill();
    const second = await lab.boot();
    await lab.pass(600_000);
    expect(second.run(run).status).toBe('parked');
    expect([...second.state.locks.held.values()]).toContain(run);
    await lab.world.client.call('revert', ['storage-unreachable', 'sarmeote']);
    for (const who of ['ana', 'ben']) await second.say(who, `resume ${run}`);
    await lab.settle(second);
    expect(second.run(run).status).toBe('succeeded');
  });

  test('cancel refuses until somebody has looked; forced, nothing is started at the source while storage may have switched', async () => {
    const played = await parkedAtReverse();
    const { lab, first, run } = played;
    expect(await first.say('ana', `cancel ${run}`)).toMatchObject({ code: 'outcome-unknown' });
    await first.say('ana', `cancel ${run} force=yes`);
    await lab.settle(first);
    expect(first.run(run).status).toBe('cancelled');
    expect(effectsOf(played).filter((each) => each.startsWith('started'))).toEqual([]);
  });

  test('short silences are waited out without asking anybody', async () => {
    const played = await approveMove('planned', { call: silence('reverse', { left: 1 }) });
    await goOn(played);
    expect(played.first.run(played.run).status).toBe('succeeded');
    expect((await played.lab.entries()).some(({ event }) => event.type === 'run.parked')).toBe(false);
  });
});

describe('what is taken back', () => {
  test('a VM that does not shut down: its group is not reversed, and what was stopped runs at the source again', async () => {
    const played = await approveMove('planned', { call: (_n, method, args) => (method === 'stop' && args.includes('payroll') ? new DriverError('refused', 'HSCL0DB3 refused.') : null) });
    await goOn(played);
    expect(played.first.run(played.run)).toMatchObject({ status: 'failed' });
    const running = Object.values(played.lab.world.world.world.instances).filter((each) => each.power === 'on').map((each) => `${each.vm} on ${each.host}`);
    expect(running.toSorted()).toEqual(['billing on pbrazos', 'payroll on pbrazos']);
    expect(effectsOf(played).some((each) => each.startsWith('reversed'))).toBe(false);
    expect([...played.first.state.locks.held.values()]).toEqual([]);
  });

  test('a failed group does not stop the others, and is taken back alone', async () => {
    const estate = twoGroupEstate();
    const stuck = estate.tenants[0]!.vms.find((vm) => vm.hostGroup === 'HG_A')!.name;
    const played = await approveMove('planned', { call: (_n, method, args) => (method === 'stop' && args.includes(stuck) ? new DriverError('refused', 'HSCL0DB3 refused.') : null) }, estate);
    const node = await goOn(played);
    const place = (group: string): string[] => estate.tenants[0]!.vms.filter((vm) => vm.hostGroup === group).flatMap((vm) => Object.values(played.lab.world.world.world.instances).filter((each) => each.vm === vm.name && each.power === 'on').map((each) => each.host));
    expect(place('HG_C')).toEqual(['snorlax', 'snorlax']);
    expect(place('HG_A')).toEqual(['pbrazos', 'pbrazos']);
    expect(node.run(played.run)).toMatchObject({ status: 'exceptions', tally: '2 out of 4 VMs have been successfully moved' });
    expect(node.state.groups.get('HG_A')!.activeSite).toBe('customerA');
    expect(node.state.groups.get('HG_C')!.activeSite).toBe('service_provider');
  });
});

describe('the changes that the tests may spoil', () => {
  test('are all that a move makes', async () => {
    const methods = new Set<string>();
    await goOn(await approveMove('planned', { call: (_n, method) => { methods.add(method); return null; } }));
    await goOn(await approveMove('unplanned', { call: (_n, method) => { methods.add(method); return null; } }));
    expect([...methods].toSorted()).toEqual(changingCalls.filter((method) => !['resync', 'reboot', 'restartElsewhere', 'migrate', 'clone', 'removeClone'].includes(method)).toSorted());
  });
});
