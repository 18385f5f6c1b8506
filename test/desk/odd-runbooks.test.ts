import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { ExternalAction } from '../../src/core/estate.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { openQuestions } from '../../src/core/step-answer.js';
import { entry, record } from '../../src/desk/parts.js';
import type { ActionOutcome } from '../../src/ports/external-actions.js';
import { tinyEstate, twoGroupEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { httpAction, ownActions, ownRunbook, sentence, startOwn, type OwnActions } from './own-actions.js';

let lab: Lab;
let node: LabNode;
let own: OwnActions;
const actions: ExternalAction[] = [httpAction('balancer', { parameters: ['to'] }), httpAction('lights'), httpAction('fence', { effect: 'fences' })];
const refused: ActionOutcome = { kind: 'failed', saw: 'HTTP 500' };

const say = (person: string, line: string): Promise<Answer> => node.say(person, line);
const until = (what: string, holds: () => boolean): Promise<void> => lab.until(what, holds);
const over = (run: string): Promise<void> => until(`${run} is over`, () => node.run(run).outcome !== null);
const status = (run: string, step: string): string | undefined => node.run(run).steps.get(step)?.status;

async function boot(steps: string, more: readonly string[] = [], estate = tinyEstate()): Promise<void> {
  lab = createLab({ estate: { ...estate, actions } });
  node = await lab.boot({
    runbooks: [ownRunbook(steps), ...more],
    actions: own.actions,
  });
  await makeReady(lab, node);
}
const start = (line = 'run runbook own site=customerA'): Promise<string> => startOwn(node, line);

beforeEach(() => { own = ownActions(); });
afterEach(() => lab.close());

describe('every step of a run has its turn', () => {
  test('what follows branches that are all empty today starts when what came before them is over', async () => {
    await boot('  - verb: verify\n  - parallel:\n      - [{ when: { dr_type: planned }, do: [{ notify: { text: one } }] }]\n      - [{ when: { dr_type: planned }, do: [{ notify: { text: two } }] }]\n  - http: lights\n');
    const run = await start();
    await over(run);
    expect(status(run, 'http')).toBe('done');
    expect(own.calls).toEqual(['lights']);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('two calls of one runbook are two sets of steps, each with its own limit', async () => {
    await boot('  - verb: verify\n  - id: first\n    call: twice\n  - id: second\n    call: twice\n', ['name: twice\ntitle: Twice\nby_name: true\ngate: { people: 0 }\nsteps:\n  - foreach: vm\n    limit: 1\n    do:\n      - id: tell\n        notify: { text: "{vm}" }\n']);
    const run = await start();
    await over(run);
    const { steps } = node.run(run).plan;
    expect(new Set(steps.map((step) => step.id)).size).toBe(steps.length);
    expect(steps.filter((step) => step.kind === 'notify').map((step) => step.slots[0]!.split('/')[0])).toEqual(expect.arrayContaining(['runbook:first', 'runbook:second']));
    expect([...node.run(run).steps.values()].map((step) => step.status)).toEqual(steps.map(() => 'done'));
  });
  test('a look of the controller after a move that left a VM behind is done all the same', async () => {
    await boot('  - verb: move\n    with: { dr_type: planned }\n  - id: look\n    verb: verify\n');
    await lab.world.client.call('inject', ['boot-fails', node.state.estate!.tenants[0]!.vms[0]!.name]);
    const run = await start('run runbook own from=customerA to=service_provider');
    await over(run);
    const looks = node.run(run).plan.steps.filter((step) => step.id.startsWith('look/'));
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.filter((step) => step.after.length === 0 || step.whatever).map((step) => status(run, step.id))).not.toContain('pending');
  });
  test('steps that would have one name are refused before anybody approves them', async () => {
    await boot('  - verb: verify\n  - foreach: vm\n    do:\n      - id: verify-vm\n        notify: { text: "{vm}" }\n');
    expect(sentence(await say('ana', 'run runbook own site=customerA'))).toContain('verify-vm:');
  });
});

describe('what makes up for a failure', () => {
  const steps = '  - verb: verify\n  - http: lights\n    onFailure:\n      - id: sure\n        approval: { text: "switch the balancer back" }\n        timeout: 10m\n      - http: balancer\n        with: { to: "{from}" }\n';
  test('is not done after a No to the question before it', async () => {
    await boot(steps);
    own.answers.set('lights', [refused]);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await say('ben', `reject ${run} step=sure reason="leave it"`);
    await over(run);
    expect(own.calls).toEqual(['lights']);
    expect(node.run(run).exceptions.join('\n')).toContain('http-2: not done');
  });
  test('is not done when nobody has answered in time', async () => {
    await boot(steps);
    own.answers.set('lights', [refused]);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await lab.clock.advance(11 * 60_000);
    await over(run);
    expect(own.calls).toEqual(['lights']);
  });
  test('is done after a yes, and no step is tried again meanwhile', async () => {
    await boot(steps);
    own.answers.set('lights', [refused]);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    const [failed] = [...node.run(run).steps.values()].filter((step) => step.status === 'failed');
    expect(sentence(await say('ana', `retry ${run} step=${failed!.step}`))).toContain('is coming to its end');
    await say('ben', `approve ${run} step=sure`);
    await over(run);
    expect(own.calls).toEqual(['lights', 'balancer customerA']);
    expect(node.run(run).status).toBe('failed');
  });
  test('does not wait for another branch that waits', async () => {
    await boot('  - verb: verify\n  - parallel:\n      - [{ wait: { time: 8h, owner: operator } }]\n      - [{ http: lights, onFailure: [{ http: balancer, with: { to: "{from}" } }] }]\n');
    own.answers.set('lights', [refused]);
    const run = await start();
    await over(run);
    expect(own.calls).toEqual(['lights', 'balancer customerA']);
    expect(status(run, 'wait')).toBe('failed');
  });
});

describe('the result names what never had its turn', () => {
  test('own steps that a stopped run did not come to', async () => {
    await boot('  - verb: verify\n  - http: lights\n    onFailure: stop\n  - id: tell\n    notify: { to: contacts, text: done }\n');
    own.answers.set('lights', [refused]);
    const run = await start();
    await over(run);
    expect(node.run(run).status).toBe('failed');
    expect(node.run(run).exceptions).toContain('tell: not done, since the run ended before.');
  });
});

describe('skip', () => {
  test('is not offered for a fence of which nobody can tell whether it happened', async () => {
    await boot('  - verb: verify\n  - http: fence\n');
    own.answers.set('fence', [{ kind: 'unknown', saw: 'no answer in time' }]);
    const run = await start();
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(node.run(run).parked!.next).toBe(`Look at that system. To ask again: resume ${run}. Or: cancel ${run} force=yes`);
  });
  test('is offered only for what may be skipped', async () => {
    await boot('  - verb: verify\n  - id: storage\n    approval: { text: "go" }\n  - http: lights\n');
    own.answers.set('lights', [refused]);
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await say('ben', `reject ${run} step=storage reason="not yet"`);
    await until('it is parked', () => node.run(run).status === 'parked');
    expect(node.run(run).parked!.next).toBe(`Settle it with ben. Then: retry ${run}. Or: cancel ${run}`);
    for (const who of ['ana', 'ben']) await say(who, `retry ${run}`);
    await until('it asks again', () => openQuestions(node.run(run)).length === 1);
    await say('ben', `approve ${run} step=storage`);
    await until('it is parked again', () => node.run(run).status === 'parked');
    expect(node.run(run).parked).toMatchObject({ why: 'This failed: call lights. lights: HTTP 500.', next: expect.stringContaining(`skip ${run} step=http waiver="why"`) });
  });
  test('of a fence is refused, also when the estate has lost its action since', async () => {
    await boot('  - verb: verify\n  - http: fence\n');
    own.answers.set('fence', [refused]);
    const run = await start();
    await until('it is parked', () => node.run(run).status === 'parked');
    await record(node.parts, [entry(estateStream, null, lifeboat('start'), { type: 'estate.imported', estate: { ...node.state.estate!, actions: [] }, source: 'test', digest: 'another' })]);
    expect(sentence(await say('ben', `skip ${run} waiver="never mind"`))).toContain('can\'t be skipped');
  });
});

test('a wait is predicted by what it says, not by how long others were', async () => {
  const waiting = (name: string, time: string): string => `name: ${name}\ntitle: Waits\nby_name: true\ngate: { people: 0 }\nsteps:\n  - verb: verify\n  - wait: { time: ${time}, owner: operator }\n`;
  await boot('  - verb: verify\n', [waiting('short', '1m'), waiting('long', '8h')]);
  for (let times = 0; times < 3; times++) await over(runIn(await say('ana', 'run runbook short site=customerA')));
  const long = runIn(await say('ana', 'run runbook long site=customerA'));
  expect(node.run(long).plan.predictedMs).toBeGreaterThanOrEqual(8 * 3_600_000);
  await say('ana', `cancel ${long}`);
});

describe('a form', () => {
  test('with a pattern that would take for ever is refused in time, and the desk answers on', async () => {
    await boot('  - verb: verify\n  - id: task\n    ask: { text: "do it", form: [{ name: ticket, label: Ticket, pattern: "(a+)+b" }] }\n');
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    expect(sentence(await say('ana', `confirm ${run} ticket=${'a'.repeat(60)}`))).toContain('its pattern is too slow');
    expect(sentence(await say('ana', `confirm ${run} ticket=aab`))).toContain('is confirmed');
  });
});

describe('people who want different things', () => {
  test('a button of a question that was asked anew since decides nothing', async () => {
    await boot('  - verb: verify\n  - id: storage\n    approval: { text: "go" }\n');
    const run = await start();
    await until('it asks', () => openQuestions(node.run(run)).length === 1);
    await say('ben', `reject ${run} step=storage`);
    await until('it is parked', () => node.run(run).status === 'parked');
    for (const who of ['ana', 'ben']) await say(who, `retry ${run}`);
    await until('it asks again', () => openQuestions(node.run(run)).length === 1);
    expect(await node.press('ben', { verb: 'approve', subject: `${run}/storage`, epoch: 1 })).toMatchObject({ code: 'asked-anew', sentence: expect.stringContaining('Nothing was recorded') });
    expect(openQuestions(node.run(run))).toHaveLength(1);
    expect(await node.press('ben', { verb: 'approve', subject: `${run}/storage`, epoch: 2 })).toMatchObject({ code: 'granted' });
  });
  test('a resume is no yes to a skip that somebody else wants', async () => {
    await boot('  - verb: verify\n  - http: lights\n');
    own.answers.set('lights', [refused, refused]);
    const run = await start();
    await until('it is parked', () => node.run(run).status === 'parked');
    await say('ana', `skip ${run} waiver="lights are fine"`);
    expect(sentence(await say('ben', `resume ${run}`))).toContain('with http tried again. 1 more person is needed');
    expect(status(run, 'http')).toBe('failed');
  });
  test('cancel names what was done beyond the controller and stays', async () => {
    await boot('  - verb: verify\n  - http: lights\n  - wait: { time: 1h, owner: operator }\n');
    const run = await start();
    await until('it waits', () => status(run, 'wait') === 'started');
    expect(sentence(await say('ana', `cancel ${run}`))).toContain('no site was changed. Commands in flight are given up and looked at. Of the runbook\'s own, http is not taken back.');
  });
  test.each([['run runbook own site=customerA dr_type=unplanned', 'does a move of the type planned'], ['run runbook own site=customerA from=customerA to=service_provider', 'site=customerA says nothing here']])('%s is refused, since part of it would mean nothing', async (line, said) => {
    await boot('  - verb: move\n    with: { dr_type: planned }\n  - check: { vms: running }\n');
    expect(sentence(await say('ana', line))).toContain(said);
  });
});

describe('a parameter of an action', () => {
  test.each(['-rf', '..', '.', 'a/../b', '{vm}', 'a b', 'a%2e'])('that is %p is refused before anybody approves it', async (value) => {
    await boot(`  - verb: verify\n  - http: balancer\n    with: { to: "${value}" }\n`);
    expect(sentence(await say('ana', 'run runbook own site=customerA'))).toContain('\'to\' holds something else');
  });
});

test('of two steps that failed, people are asked about one after the other, and nothing goes on in between', async () => {
  await boot('  - verb: verify\n  - parallel:\n      - [{ http: lights }]\n      - [{ http: balancer, with: { to: "{from}" } }]\n  - id: tell\n    notify: { text: done }\n', [], twoGroupEstate());
  own.answers.set('lights', [refused]);
  own.answers.set('balancer', [refused]);
  const run = await start();
  await until('it is parked', () => node.run(run).status === 'parked');
  const first = node.run(run).parked!.step!;
  await say('ana', `skip ${run} step=${first} waiver="seen"`);
  await say('ben', `skip ${run} step=${first} waiver="seen"`);
  await until('it is parked for the other', () => node.run(run).status === 'parked' && node.run(run).parked!.step !== first);
  expect(status(run, 'tell')).toBe('pending');
  await say('ana', `retry ${run}`);
  await say('ben', `retry ${run}`);
  await over(run);
  expect(status(run, 'tell')).toBe('done');
  expect(node.run(run).status).toBe('exceptions');
});
