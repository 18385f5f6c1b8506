import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { JournalEvent } from '../../src/core/event.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import type { AppendFault } from '../../src/lab/process.js';

let lab: Lab;
let node: LabNode;
let journalFault: AppendFault | null;
const move = 'move site from=customerA to=service_provider';
const unplanned = `${move} dr_type=unplanned`;
const inject = (fault: string, target: string): Promise<unknown> => lab.world.client.call('inject', [fault, target]);
const revert = (fault: string, target: string): Promise<unknown> => lab.world.client.call('revert', [fault, target]);
const say = (person: string, line: string): Promise<Answer> => node.say(person, line);
const minutes = (n: number): Promise<void> => lab.clock.advance(n * 60_000);
const kinds = async (of: JournalEvent['type']): Promise<number> => (await lab.entries()).filter(({ event }) => event.type === of).length;
const status = (run: string): string => node.run(run).status;
const sentence = (answer: Answer): string => (answer.kind === 'decision' ? answer.sentence : answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : JSON.stringify(answer));

beforeEach(async () => {
  lab = createLab();
  journalFault = null;
  node = await lab.boot({ appendFault: () => journalFault });
  await makeReady(lab, node);
});
afterEach(() => lab.close());

describe('asking', () => {
  test('a move is answered at once with the plan in words, and nothing happens', async () => {
    const before = lab.world.effects().length;
    const answer = await say('ana', move);
    expect(answer).toMatchObject({ kind: 'run', status: 0, detail: 'plan', note: null });
    await minutes(5);
    expect(status(runIn(answer))).toBe('proposed');
    expect(lab.world.effects()).toHaveLength(before);
  });
  test('what changes nothing runs at once', async () => {
    expect(await say('ana', 'verify site customerA')).toMatchObject({ kind: 'run', status: 0, detail: 'card', note: expect.stringContaining('needs no approval') });
  });
  test('asked twice, it is one run: the second answer names the first', async () => {
    const run = runIn(await say('ana', move));
    const again = await say('ben', move);
    expect(runIn(again)).toBe(run);
    expect(again).toMatchObject({ status: 1, note: expect.stringContaining('no second run') });
  });
  test('asked twice at the same moment, it is one run too', async () => {
    const answers = await Promise.all([say('ana', move), say('ben', move), say('ana', move)]);
    expect(new Set(answers.map(runIn)).size).toBe(1);
    expect(answers.filter((answer) => answer.status === 0)).toHaveLength(1);
  });
  test('a viewer is told who may, and the refusal is kept', async () => {
    const refused = await say('dora', move);
    expect(refused).toMatchObject({ kind: 'refusal', status: 1, code: 'not-an-operator', next: expect.stringContaining('ana or ben') });
    expect(await kinds('command.refused')).toBe(1);
  });
  test('a secret in a command is refused, and reaches no journal', async () => {
    const answer = await say('ana', `${move} reason="password=hunter2secret"`);
    expect(answer).toMatchObject({ kind: 'refusal', status: 4, code: 'secret' });
    expect(JSON.stringify([answer, await lab.entries()])).not.toContain('hunter2secret');
  });
  test('every answer with a refusal says what to do next', async () => {
    for (const line of ['mvoe site', 'move site from=custmerA to=service_provider', 'approve', 'approve payroll', 'approve R-99', 'query vm nobody', 'resync site customerA', 'code', 'unlink slack', 'acknowledge I-9', 'why R-99']) {
      const answer = await say('ana', line);
      expect(answer.status).toBeGreaterThan(0);
      expect(answer.kind === 'refusal' ? answer.next.length : answer.kind === 'decision' ? answer.next.length : 0).toBeGreaterThan(0);
    }
  });
  test('people of one tenant find nothing of the other: not its runs, not by number, not by hold', async () => {
    const run = runIn(await say('ana', move));
    for (const line of [`query run ${run}`, `why ${run}`, `approve ${run}`, `hold ${run}`, `cancel ${run}`, `review ${run}`]) {
      const answer = await say('erik', line);
      expect(answer.status).toBe(2);
      expect(sentence(answer)).not.toMatch(/customerA|HG_A|pbrazos|cluster01|billing/);
    }
    expect(JSON.stringify(await say('erik', 'query run'))).not.toContain(run);
    expect(JSON.stringify(await say('erik', 'query vm'))).not.toContain('billing');
  });
});

describe('deciding', () => {
  test('every vote has an answer that says why: own, unauthorised, second, late', async () => {
    const run = runIn(await say('ana', move));
    expect(sentence(await say('ana', `approve ${run}`))).toContain('a second person must');
    expect(sentence(await say('vic', `approve ${run}`))).toContain('needs the role approver');
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted', status: 0 });
    expect(await say('chris', `approve ${run}`)).toMatchObject({ code: 'already-decided', status: 1, sentence: expect.stringContaining('approved by ana and ben') });
    await lab.settle(node);
    expect(status(run)).toBe('succeeded');
  });
  test('a double click decides once', async () => {
    const run = runIn(await say('ana', move));
    const answers = await Promise.all([1, 2, 3].map(() => node.press('ben', { verb: 'approve', subject: run })));
    expect(answers.map((answer) => (answer.kind === 'decision' ? answer.code : '')).toSorted()).toEqual(['already-decided', 'already-decided', 'granted']);
    expect(await kinds('plan.granted')).toBe(1 + 4);
  });
  test('two approvers at the same moment: one grants, the other hears of it', async () => {
    const run = runIn(await say('ana', move));
    const answers = await Promise.all(['ben', 'chris'].map((who) => node.press(who, { verb: 'approve', subject: run })));
    expect(answers.map((answer) => (answer.kind === 'decision' ? answer.code : '')).toSorted()).toEqual(['already-decided', 'granted']);
  });
  test('a rejection with its reason ends it, and everybody later hears who', async () => {
    const run = runIn(await say('ana', move));
    expect(await say('ben', `reject ${run} reason="not tonight"`)).toMatchObject({ code: 'rejected', status: 0 });
    expect(node.run(run).rejectedBy).toMatchObject({ by: 'ben', reason: 'not tonight' });
    expect(sentence(await say('chris', `approve ${run}`))).toMatch(/rejected by ben .* Nothing ran/);
  });
  test('nobody decides in time: it expires by itself, once, and a late approval starts nothing', async () => {
    const run = runIn(await say('ana', move));
    const before = lab.world.effects().length;
    await minutes(29);
    expect(status(run)).toBe('proposed');
    await minutes(2);
    expect(status(run)).toBe('expired');
    expect(sentence(await say('ben', `approve ${run}`))).toMatch(/expired .* not approved in time/);
    await minutes(5);
    expect(await kinds('plan.expired')).toBe(1);
    expect(lab.world.effects()).toHaveLength(before);
  });
  test('a button of an older plan does not count', async () => {
    const run = runIn(await say('ana', move));
    await inject('host-down', 'raichu');
    expect(await node.press('ben', { verb: 'approve', subject: run, epoch: 0 })).toMatchObject({ code: 'plan-changed', status: 1 });
    expect(status(run)).toBe('proposed');
  });
});

describe('the world changes between proposal and approval', () => {
  test('a host that comes back up voids the approvals of an unplanned move, and shows what changed', async () => {
    await inject('host-down', 'pbrazos');
    const run = runIn(await say('ana', unplanned));
    await revert('host-down', 'pbrazos');
    const answer = await say('ben', `approve ${run}`);
    expect(answer).toMatchObject({ code: 'plan-changed', status: 1, sentence: expect.stringContaining('standing of pbrazos: confirmed-off -> operating') });
    expect(node.run(run)).toMatchObject({ status: 'proposed', approvals: [], plan: { epoch: 2 }, revision: { changes: [{ what: 'standing of pbrazos' }] } });
    expect(node.run(run).plan.irreversible.join(' ')).toContain('pbrazos is UP');
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted' });
  });
  test('a host that nobody can see any more asks for an attestation', async () => {
    await inject('host-down', 'pbrazos');
    const run = runIn(await say('ana', unplanned));
    await inject('hmc-unreachable', 'vmhmc1');
    expect(sentence(await say('ben', `approve ${run}`))).toMatch(/attestation: none -> pbrazos/);
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'attestation-missing', status: 4 });
    expect(await say('ben', `approve ${run} attest=pbrazos`)).toMatchObject({ code: 'granted' });
  });
  test('a VM that is not ready any more is named', async () => {
    const run = runIn(await say('ana', move));
    await inject('storage-unreachable', 'salocal_A');
    await say('ana', 'verify site customerA');
    await lab.settle(node);
    expect(node.state.vms.get('billing')!.state).toBe('DISCOVERED');
    const answer = await say('ben', `approve ${run}`);
    expect(answer).toMatchObject({ code: 'cannot-plan', status: 1, sentence: expect.stringMatching(/No VM of customerA is in state READY_TO_MOVE.*Your approval was not recorded/) });
    expect(status(run)).toBe('proposed');
    expect(node.run(run).approvals).toEqual([]);
  });
  test('a source that goes down makes a planned move impossible, and says so', async () => {
    const run = runIn(await say('ana', move));
    await inject('host-down', 'pbrazos');
    expect(sentence(await say('ben', `approve ${run}`))).toMatch(/can't go ahead as things are now.*working source/);
  });
  test('the same world again: the approval counts', async () => {
    const run = runIn(await say('ana', move));
    await inject('host-down', 'raichu');
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted' });
  });
  test('what changes between approval and its turn voids the grant before the first effect', async () => {
    const first = runIn(await say('ana', move));
    const second = runIn(await say('ana', 'move site from=customerB to=service_provider dr_type=unplanned'));
    await say('ben', `approve ${first}`);
    await say('ben', `approve ${second}`);
    expect(status(second)).toBe('granted');
    const before = lab.world.effects().filter(({ effect }) => effect.op === 'failed-over').length;
    await inject('host-down', 'raichu');
    await lab.settle(node);
    expect(status(first)).toBe('succeeded');
    expect(node.run(second)).toMatchObject({ status: 'proposed', plan: { epoch: 2 }, revision: { voided: ['ben'] } });
    expect(lab.world.effects().filter(({ effect }) => effect.op === 'failed-over')).toHaveLength(before);
    expect([...node.state.locks.held.values()]).not.toContain(second);
    await say('ben', `approve ${second}`);
    await lab.settle(node);
    expect(status(second)).toBe('succeeded');
  });
});

describe('hold, resume, cancel', () => {
  const running = async (): Promise<string> => {
    const run = runIn(await say('ana', move));
    await say('ben', `approve ${run}`);
    await lab.pass(5_000);
    expect(status(run)).toBe('running');
    return run;
  };
  const machines = (power: 'on' | 'off'): string[] => Object.values(lab.world.world.world.instances).filter((each) => each.power === power && ['pbrazos', 'snorlax'].includes(each.host)).map((each) => `${each.vm} on ${each.host}`);

  test('a viewer may hold: what is under way ends, nothing new starts, for as long as it takes', async () => {
    const run = await running();
    expect(await say('dora', `hold ${run}`)).toMatchObject({ code: 'held', status: 0 });
    await minutes(60);
    expect(status(run)).toBe('held');
    expect(lab.world.effects().some(({ effect }) => effect.op === 'reversed')).toBe(false);
    expect(await say('vic', `hold ${run}`)).toMatchObject({ code: 'held-already', status: 0 });
  });
  test('going on needs the quorum again: two people, one of them an approver, nobody twice', async () => {
    const run = await running();
    await say('dora', `hold ${run}`);
    expect(await say('dora', `resume ${run}`)).toMatchObject({ code: 'not-an-approver', status: 1 });
    expect(await say('ana', `resume ${run}`)).toMatchObject({ code: 'waiting', status: 0 });
    expect(await say('ana', `resume ${run}`)).toMatchObject({ code: 'already-voted', status: 1 });
    expect(status(run)).toBe('held');
    expect(await say('chris', `resume ${run}`)).toMatchObject({ code: 'resumed', status: 0 });
    await lab.settle(node);
    expect(status(run)).toBe('succeeded');
  });
  test('an approval does not let a held run go on', async () => {
    const run = await running();
    await say('dora', `hold ${run}`);
    expect(await say('chris', `approve ${run}`)).toMatchObject({ code: 'already-decided' });
    await minutes(5);
    expect(status(run)).toBe('held');
  });
  test('cancelled before storage switched: every VM runs at the source again', async () => {
    const run = await running();
    expect(await say('ana', `cancel ${run}`)).toMatchObject({ code: 'cancelling', sentence: expect.stringContaining('rolls back safely: storage has not switched') });
    await lab.settle(node);
    expect(status(run)).toBe('cancelled');
    expect(machines('on').every((each) => each.endsWith('pbrazos'))).toBe(true);
    expect(machines('on')).toHaveLength(6);
    expect(node.run(run).vmsAt.every(({ at }) => at.startsWith('customerA on pbrazos'))).toBe(true);
  });
  test('cancelled after storage switched: nothing is taken back, and it is said which VMs are where', async () => {
    const run = await running();
    await lab.until('storage has switched', () => node.run(run).steps.get('reverse-group:HG_A')!.status === 'done');
    expect(await say('ana', `cancel ${run}`)).toMatchObject({ sentence: expect.stringMatching(/stays fenced: storage has switched to service_provider already, so that customerA cannot write, and nothing is taken back.*recover site service_provider/) });
    await lab.settle(node);
    expect(status(run)).toBe('cancelled');
    expect(machines('on').filter((each) => each.endsWith('pbrazos'))).toEqual([]);
    expect(node.run(run).vmsAt).toHaveLength(6);
    const recover = runIn(await say('ana', 'recover site service_provider'));
    await say('ben', `approve ${recover}`);
    await lab.settle(node);
    expect(machines('on')).toHaveLength(6);
    expect(machines('on').every((each) => each.endsWith('snorlax'))).toBe(true);
    expect(machines('off')).toEqual([]);
  });
  test('cancelled while held', async () => {
    const run = await running();
    await say('dora', `hold ${run}`);
    await minutes(1);
    await say('ana', `cancel ${run}`);
    await lab.settle(node);
    expect(status(run)).toBe('cancelled');
    expect(machines('on')).toHaveLength(6);
  });
  test('cancelled while it waits for its turn, it never starts', async () => {
    await running();
    const waiting = runIn(await say('ana', 'move site from=customerB to=service_provider'));
    await say('ben', `approve ${waiting}`);
    await say('ana', `cancel ${waiting}`);
    await lab.settle(node);
    expect(node.run(waiting)).toMatchObject({ status: 'cancelled', startedAt: null, tally: 'Nothing was started.' });
    expect(lab.world.effects().some(({ effect }) => 'host' in effect && effect.host === 'raichu')).toBe(false);
    expect(node.state.locks.waiting).toEqual([]);
  });
  test('a viewer may not cancel, and is told that holding is possible', async () => {
    const run = await running();
    expect(await say('dora', `cancel ${run}`)).toMatchObject({ code: 'not-allowed', status: 1, sentence: expect.stringContaining('You may hold it') });
  });
  test('a proposal is withdrawn by cancel', async () => {
    const run = runIn(await say('ana', move));
    expect(await say('ana', `cancel ${run}`)).toMatchObject({ code: 'withdrawn', status: 0 });
    expect(status(run)).toBe('withdrawn');
  });
  test('a held proposal may be approved, but does not start until the quorum lets it', async () => {
    const run = runIn(await say('ana', move));
    expect(await say('dora', `hold ${run}`)).toMatchObject({ code: 'held', status: 0 });
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted' });
    await minutes(10);
    expect(node.run(run).startedAt).toBeNull();
    for (const who of ['ana', 'ben']) await say(who, `resume ${run}`);
    await lab.settle(node);
    expect(status(run)).toBe('succeeded');
  });
  test.each(['hold', 'resume', 'cancel'])('%s of what is over says what became of it', async (verb) => {
    const run = await running();
    await lab.settle(node);
    expect(await say('ana', `${verb} ${run}`)).toMatchObject({ kind: 'decision', status: 1, sentence: expect.stringContaining('succeeded') });
  });
});

describe('while the journal cannot be written', () => {
  test('nothing is started or decided, and the answer says what to do', async () => {
    journalFault = 'unavailable';
    expect(await say('ana', move)).toMatchObject({ kind: 'refusal', status: 1, code: 'journal', what: expect.stringContaining('nothing was started or decided') });
    journalFault = null;
    expect(await say('ana', move)).toMatchObject({ kind: 'run', status: 0 });
  });
  test('hold works all the same: nothing new starts, and it is written down as soon as that is possible', async () => {
    const run = runIn(await say('ana', move));
    await say('ben', `approve ${run}`);
    await lab.pass(5_000);
    journalFault = 'unavailable';
    expect(await say('dora', `hold ${run} reason="smoke"`)).toMatchObject({ code: 'held-here', status: 0 });
    expect(node.run(run).held).toBeNull();
    await minutes(5);
    journalFault = null;
    await minutes(1);
    expect(node.run(run)).toMatchObject({ status: 'held', held: { by: { person: 'dora' }, reason: 'smoke' } });
    expect(await kinds('run.held')).toBe(1);
    expect(lab.world.effects().some(({ effect }) => effect.op === 'reversed')).toBe(false);
    await say('ana', `resume ${run}`);
    await say('ben', `resume ${run}`);
    await lab.settle(node);
    expect(status(run)).toBe('succeeded');
  });
  test('a run under way waits, and goes on by itself', async () => {
    const run = runIn(await say('ana', move));
    await say('ben', `approve ${run}`);
    await lab.pass(5_000);
    const before = lab.world.effects().length;
    journalFault = 'unavailable';
    await minutes(30);
    expect(lab.world.effects()).toHaveLength(before);
    journalFault = null;
    await lab.settle(node);
    expect(status(run)).toBe('succeeded');
  });
});

describe('authority is looked at again', () => {
  test('an approver who loses the role before the irreversible step parks the run; other approvers let it go on', async () => {
    const run = runIn(await say('ana', unplanned));
    await say('ben', `approve ${run}`);
    const estate = { ...lab.estate, people: lab.estate.people.map((person) => (person.name === 'ben' ? { ...person, roles: ['viewer' as const] } : person)) };
    await lab.until('it has begun', () => node.run(run).startedAt !== null);
    await lab.journal.append({ entries: [{ stream: 'estate', tenant: null, actor: { kind: 'lifeboat', door: 'start' }, event: { type: 'estate.imported', estate, source: 'lab', digest: 'new' } }] });
    await lab.until('it is parked', () => status(run) === 'parked');
    expect(node.run(run).parked!.why).toMatch(/ben no longer may approve/);
    expect(lab.world.effects().some(({ effect }) => effect.op === 'failed-over')).toBe(false);
    await say('ana', `resume ${run}`);
    expect(await say('chris', `resume ${run}`)).toMatchObject({ code: 'resumed' });
    await lab.settle(node);
    expect(status(run)).toBe('succeeded');
  });
});

describe('a granted run that nobody started', () => {
  test('is started by the keeper, also by another process', async () => {
    const run = runIn(await say('ana', move));
    node.process.kill();
    const { append } = lab.journal;
    await append({ entries: [{ stream: `run:${run}`, tenant: 'cluster01', actor: { kind: 'lifeboat', door: 'engine' }, event: { type: 'approval.given', run, epoch: 1, by: 'ben', surface: 'web', attested: null } }, { stream: `run:${run}`, tenant: 'cluster01', actor: { kind: 'lifeboat', door: 'engine' }, event: { type: 'plan.granted', run, epoch: 1, digest: 'x', by: ['ana', 'ben'] } }] });
    const second = await lab.boot();
    await lab.until('it is through', () => second.run(run).status === 'succeeded');
    expect(await kinds('run.started')).toBe(1 + 4);
  });
});
