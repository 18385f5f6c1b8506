import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { ExternalAction } from '../../src/core/estate.js';
import type { JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { openQuestions } from '../../src/core/step-answer.js';
import { entry, record } from '../../src/desk/parts.js';
import { DriverError } from '../../src/ports/world.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, runIn, type BootOptions, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { httpAction, ownActions, ownRunbook, sentence, startOwn, type OwnActions } from './own-actions.js';

let lab: Lab;
let node: LabNode;
let own: OwnActions;
const actions: ExternalAction[] = [httpAction('balancer', { parameters: ['to'], probe: 'balancer-at' }), httpAction('balancer-at', { parameters: ['to'], effect: 'none' }), httpAction('blind')];

const say = (person: string, line: string): Promise<Answer> => node.say(person, line);
const events = async (type: JournalEvent['type']) => (await lab.entries()).filter(({ event }) => event.type === type).map(({ event }) => event);
const stepStatus = (run: string, step: string): string => node.run(run).steps.get(step)!.status;
const until = (what: string, holds: () => boolean): Promise<void> => lab.until(what, holds);

async function boot(steps: string, gate = 'people: 2', more: BootOptions = {}): Promise<void> {
  lab = createLab({ estate: { ...tinyEstate(), actions } });
  node = await lab.boot({
    runbooks: [ownRunbook(steps, gate)], ...more,
    actions: own.actions,
  });
  await makeReady(lab, node);
}
const start = (line = 'run runbook own site=customerA'): Promise<string> => startOwn(node, line);
const over = (run: string): Promise<void> => until(`${run} is over`, () => node.run(run).outcome !== null);

beforeEach(() => { own = ownActions(); });
afterEach(() => lab.close());

describe('an approval in the middle of a run', () => {
  const steps = '  - verb: verify\n  - id: storage\n    approval: { text: "storage of {tenant} is ready" }\n    timeout: 20m\n  - notify: { text: "go" }\n';
  test('waits for somebody else than the requester, and goes on at the yes', async () => {
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    expect(sentence(await say('ana', `approve ${run} step=storage`))).toContain('You asked for');
    expect(sentence(await say('vic', `approve ${run} step=storage`))).toContain('needs the role approver');
    expect(sentence(await say('ben', `approve ${run} step=storage`))).toContain('is approved; the run goes on');
    await over(run);
    expect(node.run(run).status).toBe('succeeded');
    expect(node.run(run).steps.get('storage')!.evidence[0]!.saw).toBe('ben approved: storage of cluster01 is ready');
  });
  test('is not answered by the approval of the run, sent again', async () => {
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'already-decided', sentence: expect.stringContaining('waits for an answer to storage'), next: expect.arrayContaining([`approve ${run} step=storage`]) });
    expect(JSON.stringify(await say('vic', `why ${run}`))).toContain(`approve ${run} step=storage`);
    expect(await node.press('ben', { verb: 'approve', subject: run })).toMatchObject({ code: 'already-decided' });
    expect(openQuestions(node.run(run))).toHaveLength(1);
    expect(await node.press('ben', { verb: 'approve', subject: `${run}/storage` })).toMatchObject({ code: 'granted' });
  });
  test('fails at a No, and people decide', async () => {
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await say('ben', `reject ${run} step=storage reason="array is rebuilding"`);
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(node.run(run).parked).toMatchObject({ step: 'storage', why: expect.stringContaining('ben said no: array is rebuilding') });
    expect(sentence(await say('ben', `skip ${run} waiver="never mind"`))).toContain('an approval is given by people, or not at all');
  });
  test('silence is no yes: when its time is over it has failed', async () => {
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await lab.clock.advance(21 * 60_000);
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(stepStatus(run, 'storage')).toBe('failed');
    expect(await events('step.answered')).toEqual([]);
  });
  test('keeps its time over a crash of the process', async () => {
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await lab.clock.advance(15 * 60_000);
    node.process.kill();
    node = await lab.boot({ runbooks: [ownRunbook(steps)] });
    await lab.clock.advance(6 * 60_000);
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(stepStatus(run, 'storage')).toBe('failed');
  });
});

describe('a task that a person does', () => {
  const steps = '  - verb: verify\n  - id: dns\n    ask: { text: "move the DNS entry", form: [{ name: ticket, label: "Change ticket", pattern: "CHG[0-9]+" }] }\n';
  test('is confirmed with its form, which stands in the evidence', async () => {
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    expect(sentence(await say('ana', `confirm ${run}`))).toContain('ticket (Change ticket) is missing');
    expect(sentence(await say('ana', `confirm ${run} ticket=12`))).toContain('does not look as it should');
    expect(sentence(await say('ana', `confirm ${run} ticket=CHG12 colour=red`))).toContain('\'colour\' is not asked for');
    expect(sentence(await say('ana', `confirm ${run} ticket=CHG12`))).toContain('is confirmed');
    await over(run);
    expect(node.run(run).steps.get('dns')!.evidence[0]!.saw).toBe('ana confirmed: move the DNS entry (ticket=CHG12)');
  });
  test('can be said to be impossible', async () => {
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await say('ana', `reject ${run} step=dns reason="the provider does not answer"`);
    await until('it is parked', () => node.run(run).status === 'parked');
  });
});

describe('a failed step', () => {
  const steps = '  - verb: verify\n  - id: sync\n    check: { replication: SUSPENDED }\n    retry: 0\n  - notify: { text: "after" }\n';
  test('parks the run; the quorum waives it by name, and the run ends with exceptions', async () => {
    await boot(steps);
    const run = await start();
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(node.run(run).parked!.next).toContain(`skip ${run} step=sync`);
    expect(sentence(await say('ana', `skip ${run}`))).toContain('needs a reason');
    expect(sentence(await say('ana', `skip ${run} waiver="replication is watched by hand"`))).toContain('1 more person is needed');
    expect(sentence(await say('ben', `skip ${run} step=sync`))).toContain('goes on without sync');
    await over(run);
    expect(node.run(run)).toMatchObject({ status: 'exceptions', exceptions: [expect.stringContaining('sync was waived by ana and ben: replication is watched by hand')] });
    expect(stepStatus(run, 'notify')).toBe('done');
  });
  test('is tried again when the quorum lets the run go on', async () => {
    await boot(steps);
    const run = await start();
    await until('it is parked', () => node.run(run).status === 'parked');
    await say('ana', `resume ${run}`);
    await say('ben', `retry ${run}`);
    await until('it is parked again', () => node.run(run).status === 'parked' && node.run(run).steps.get('sync')!.attempt === 2);
  });
  test('one wants to try it again, the other to skip it: neither has a quorum', async () => {
    await boot(steps);
    const run = await start();
    await until('it is parked', () => node.run(run).status === 'parked');
    await say('ana', `retry ${run}`);
    expect(sentence(await say('ben', `skip ${run} waiver="no"`))).toContain('1 more person is needed');
    expect(node.run(run).status).toBe('parked');
    expect(node.run(run).resumeBy).toEqual(['ben']);
  });
  test('of the controller is never skipped', async () => {
    let refusing = true;
    await boot('  - verb: move\n    with: { dr_type: planned }\n    onFailure: park\n  - check: { vms: running }\n    onFailure: warn\n', 'people: 2', { callFault: (method) => (method === 'stop' && refusing ? new DriverError('refused', 'The operating system refuses to shut down.') : null) });
    const run = runIn(await say('ana', 'run runbook own from=customerA to=service_provider'));
    await say('ben', `approve ${run}`);
    await until('it is parked', () => node.run(run).status === 'parked');
    const failed = node.run(run).parked!.step!;
    expect(failed).toMatch(/^stop-vm:/);
    expect(sentence(await say('ana', `skip ${run} step=${failed} waiver="it is off"`))).toContain('keep a VM from running twice');
    refusing = false;
    // Each VM that refused is a step of its own: the run waits for people again and again until none is left.
    for (let rounds = 0; rounds < 5 && node.run(run).outcome === null; rounds++) {
      await say('ana', `retry ${run}`);
      await say('ben', `retry ${run}`);
      await until('it is parked or over', () => node.run(run).status === 'parked' || node.run(run).outcome !== null);
    }
    expect(node.run(run).status).toBe('succeeded');
  });
});

describe('an action of the estate', () => {
  const steps = '  - verb: verify\n  - http: balancer\n    with: { to: "{to}" }\n';
  test('is asked for with what stands in the run, its probe first', async () => {
    await boot(steps);
    own.answers.set('balancer-at', [{ kind: 'failed', saw: 'HTTP 404' }]);
    const run = await start();
    await over(run);
    expect(node.run(run).status).toBe('succeeded');
    expect(own.calls).toEqual(['balancer-at service_provider', 'balancer service_provider']);
  });
  test('is not done again where the probe finds it done', async () => {
    await boot(steps);
    const run = await start();
    await over(run);
    expect(own.calls).toEqual(['balancer-at service_provider']);
  });
  test('whose answer is lost is looked at, never repeated blindly', async () => {
    await boot(steps);
    own.answers.set('balancer-at', [{ kind: 'failed', saw: 'not yet' }]);
    own.answers.set('balancer', [{ kind: 'unknown', saw: 'no answer in time' }]);
    const run = await start();
    await over(run);
    expect(own.calls.filter((call) => call.startsWith('balancer '))).toHaveLength(1);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('that fails and ends the run is what why names afterwards', async () => {
    await boot('  - verb: verify\n  - http: balancer\n    with: { to: "{to}" }\n    onFailure: stop\n');
    own.answers.set('balancer-at', [{ kind: 'failed', saw: 'not yet' }]);
    own.answers.set('balancer', [{ kind: 'failed', saw: 'HTTP 500' }]);
    const run = await start();
    await over(run);
    expect(await say('ana', `why ${run}`)).toMatchObject({ json: { State: 'failed', Exceptions: expect.arrayContaining([expect.stringContaining('balancer: HTTP 500')]), Next: `query run ${run}` } });
    expect(sentence(await say('ana', `retry ${run}`))).not.toContain('is failed');
  });
  test('whose silence takes all its time is looked at before people are asked', async () => {
    const { run: answer } = own.actions;
    const silence = (signal: AbortSignal): Promise<void> => new Promise((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }); });
    own = { ...own, actions: { run: async (action, parameters, key, signal) => {
      const outcome = await answer(action, parameters, key, signal);
      if (action.name === 'balancer') await silence(signal);
      return outcome;
    } } };
    await boot(steps);
    own.answers.set('balancer-at', [{ kind: 'failed', saw: 'not yet' }]);
    own.answers.set('balancer', [{ kind: 'unknown', saw: 'no answer in time' }]);
    const run = await start();
    await until('it is over or parked', () => node.run(run).outcome !== null || node.run(run).status === 'parked');
    expect(own.calls).toEqual(['balancer-at service_provider', 'balancer service_provider', 'balancer-at service_provider']);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('without a probe goes to people when nobody can tell', async () => {
    await boot('  - verb: verify\n  - http: blind\n');
    own.answers.set('blind', [{ kind: 'unknown', saw: 'no answer in time' }]);
    const run = await start();
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(node.run(run).parked!.why).toContain('Nobody can tell whether');
    expect(own.calls).toEqual(['blind']);
  });
  test('that has changed since the approval is not done', async () => {
    await boot('  - verb: verify\n  - id: sure\n    approval: { text: sure }\n  - http: balancer\n    with: { to: "{to}" }\n');
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    node.state.estate = { ...node.state.estate!, actions: actions.map((action) => (action.name === 'balancer' ? httpAction('balancer', { parameters: ['to'], method: 'DELETE' } as Partial<ExternalAction>) : action)) };
    await say('ben', `approve ${run} step=sure`);
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(node.run(run).parked!.why).toContain('is not what it was when the run was approved');
    expect(own.calls).toEqual([]);
  });
});

describe('a runbook of many steps', () => {
  test('takes back by its own list when a step fails', async () => {
    await boot('  - verb: verify\n  - id: first\n    http: blind\n  - id: second\n    check: { pending: some }\n    retry: 0\n    onFailure:\n      - http: balancer\n        with: { to: "{from}" }\n      - notify: { text: "taken back" }\n  - notify: { text: "never" }\n');
    own.answers.set('balancer-at', [{ kind: 'failed', saw: 'HTTP 404' }]);
    const run = await start();
    await over(run);
    expect(node.run(run).status).toBe('failed');
    expect(own.calls).toEqual(['blind', 'balancer-at customerA', 'balancer customerA']);
    expect(stepStatus(run, 'notify-2')).toBe('pending');
  });
  test('goes through each VM, as many at once as its limit says', async () => {
    await boot('  - verb: verify\n  - foreach: vm\n    limit: 1\n    do:\n      - http: blind\n      - notify: { text: "{vm} is done" }\n', 'people: 2');
    const run = await start();
    await over(run);
    const vms = node.run(run).plan.vms.toSorted();
    expect(vms.length).toBeGreaterThan(1);
    expect(node.run(run).plan.steps.filter((step) => step.kind === 'notify').map((step) => step.args.text)).toEqual(vms.map((vm) => `${vm} is done`));
  });
  test('decides a when before anybody approves, and says so', async () => {
    await boot('  - verb: verify\n  - when: { replication: SYNC }\n    do: [{ notify: { text: "in sync" } }]\n    otherwise: [{ ask: { text: "look at the array" } }]\n');
    const run = runIn(await say('ana', 'run runbook own site=customerA'));
    expect(node.run(run).plan.steps.filter((step) => step.entity.class === 'runbook').map((step) => step.says)).toEqual(['tell the channel: in sync']);
    expect(Object.entries(node.run(run).plan.facts)).toContainEqual(['when when: replication is SYNC', 'yes']);
  });
  test('waits for its time, and a hold keeps what comes after it from starting', async () => {
    await boot('  - verb: verify\n  - wait: { time: 10m, owner: operator }\n  - notify: { text: "after" }\n', 'people: 0');
    const run = await start();
    await until('it waits', () => stepStatus(run, 'wait') === 'started');
    await say('vic', `hold ${run}`);
    await lab.clock.advance(11 * 60_000);
    await until('the wait is over', () => stepStatus(run, 'wait') === 'done');
    expect(stepStatus(run, 'notify')).toBe('pending');
    await say('ana', `resume ${run}`);
    await over(run);
  });
  test('is cancelled while it waits, at once', async () => {
    await boot('  - verb: verify\n  - wait: { until: { pending: some }, owner: operator }\n    timeout: 12h\n  - notify: { text: "after" }\n', 'people: 0');
    const run = await start();
    await until('it waits', () => stepStatus(run, 'wait') === 'started');
    await say('ana', `cancel ${run}`);
    await over(run);
    expect(node.run(run).status).toBe('cancelled');
    expect(node.run(run).steps.get('wait')!.why).toContain('cancelled');
  });
  test('has been edited while its run waits for approval: the approval is asked for anew', async () => {
    await boot('  - verb: verify\n  - notify: { text: "one" }\n');
    const run = runIn(await say('ana', 'run runbook own site=customerA'));
    node.process.kill();
    node = await lab.boot({ runbooks: [ownRunbook('  - verb: verify\n  - notify: { text: "two" }\n')] });
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'plan-changed', sentence: expect.stringContaining('policy version') });
    expect(node.run(run).plan.steps.at(-1)!.args.text).toBe('two');
  });
  test('has been edited while it runs: the run does what was approved', async () => {
    const steps = '  - verb: verify\n  - id: sure\n    approval: { text: sure }\n  - notify: { text: "one" }\n';
    await boot(steps);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    node.process.kill();
    node = await lab.boot({ runbooks: [ownRunbook('  - verb: verify\n  - notify: { text: "two" }\n')] });
    await until('it asks again', () => openQuestions(node.run(run)).length === 1);
    await say('ben', `approve ${run} step=sure`);
    await over(run);
    expect(node.run(run).steps.get('notify')!.evidence[0]!.saw).toBe('one');
  });
});

describe('a dry run', () => {
  test('says what would be done, and keeps nothing', async () => {
    await boot('  - verb: verify\n  - notify: { text: "to {to}" }\n');
    const before = (await lab.entries()).length;
    const answer = await say('ana', 'run runbook own site=customerA dry_run=yes');
    expect(answer).toMatchObject({ kind: 'dry-run', command: 'run runbook own site=customerA', plan: { runbook: 'own', predictedFromRuns: expect.any(Number) } });
    expect((await lab.entries()).length).toBe(before);
    expect(await say('ana', 'move site from=customerA to=service_provider dry_run=yes')).toMatchObject({ kind: 'dry-run', command: 'move site from=customerA to=service_provider' });
  });
  test('predicts from how long it took before', async () => {
    await boot('  - verb: verify\n');
    const first = (await say('ana', 'verify site customerA dry_run=yes'));
    expect(first.kind === 'dry-run' && first.plan.predictedFromRuns).toBeGreaterThan(0);
    expect(first.kind === 'dry-run' && first.plan.predictedMs).toBeLessThan(node.state.runs.size * 60_000);
  });
});

describe('locks of a run that is over', () => {
  test('are given back by themselves, and visible until then', async () => {
    await boot('  - verb: verify\n');
    const run = runIn(await say('ana', 'move site from=customerA to=service_provider'));
    await say('ben', `reject ${run}`);
    const keys = node.run(run).plan.locks;
    await record(node.parts, [entry('locks', 'cluster01', lifeboat('engine'), { type: 'lock.requested', run, keys, rank: [1, 1] }), entry('locks', 'cluster01', lifeboat('engine'), { type: 'lock.acquired', run, keys })]);
    expect(JSON.stringify(await say('ana', 'query lock'))).toContain(run);
    await lab.clock.advance(5_000);
    expect([...node.state.locks.held.values()]).toEqual([]);
    expect((await events('lock.released')).filter((event) => 'run' in event && event.run === run)).toHaveLength(1);
  });
});

describe('cancel', () => {
  test('reaches the command in flight, asks the world what became of it, and says where each VM is', async () => {
    const aborted: string[] = [];
    await boot('  - verb: verify\n', 'people: 0');
    const run = runIn(await say('ana', 'move site from=customerA to=service_provider'));
    const call = lab.world.client.call.bind(lab.world.client);
    Object.assign(lab.world.client, { call: (method: string, args: readonly unknown[], signal?: AbortSignal) => { signal?.addEventListener('abort', () => aborted.push(method)); return call(method, args, signal); } });
    await say('ben', `approve ${run}`);
    await until('a VM is being shut down', () => [...node.run(run).steps.values()].some((step) => step.step.startsWith('stop-vm') && step.status === 'started'));
    const answer = await say('ana', `cancel ${run}`);
    expect(sentence(answer)).toContain('It rolls back safely');
    await over(run);
    expect(aborted).toContain('stop');
    expect(node.run(run)).toMatchObject({ status: 'cancelled' });
    expect(node.run(run).vmsAt.map(({ at }) => at)).toEqual(node.run(run).plan.vms.map(() => expect.stringContaining('(active at the source)')));
    expect([...node.run(run).steps.values()].filter((step) => step.status === 'started')).toEqual([]);
  });
  test('after storage has switched leaves VMs quarantined, and says so', async () => {
    await boot('  - verb: verify\n', 'people: 0');
    const run = runIn(await say('ana', 'move site from=customerA to=service_provider'));
    await say('ben', `approve ${run}`);
    await until('storage has switched', () => [...node.run(run).steps.values()].some((step) => step.step.startsWith('reverse-group') && step.status === 'done'));
    expect(sentence(await say('ana', `cancel ${run}`))).toContain('stays fenced');
    await over(run);
    expect(node.run(run).vmsAt.map(({ at }) => at)).toEqual(node.run(run).plan.vms.map(() => expect.stringMatching(/quarantined|active at the target/)));
  });
});
