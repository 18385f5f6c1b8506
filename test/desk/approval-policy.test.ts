import { afterEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import { personOf, type Estate } from '../../src/core/estate.js';
import { peopleStream } from '../../src/core/event.js';
import type { GateRules } from '../../src/core/gate.js';
import { entry, record } from '../../src/desk/parts.js';
import { matchingNumber } from '../../src/desk/matching-number.js';
import { readGate, RawGate } from '../../src/runbook/gate.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { demoEstate } from '../scenarios/lab/estates.js';

let lab: Lab;
let node: LabNode;
const move = 'move site from=customerA to=service_provider';
const say = (person: string, line: string): Promise<Answer> => node.say(person, line);
const sentence = (answer: Answer): string => (answer.kind === 'decision' ? answer.sentence : answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : answer.kind === 'said' ? answer.text : JSON.stringify(answer));
const rows = (answer: Answer): Record<string, unknown> => (answer.kind === 'blocks' ? Object.fromEntries(answer.blocks.flat().map(({ label, value }) => [label, value])) : {});
/** Noon of the day on which a lab begins. */
const lab0 = Date.UTC(2026, 10, 21, 12, 0, 0);
const advanceTo = (minute: number): Promise<void> => lab.clock.advance(lab0 + minute * 60_000 - lab.clock.now());
const minutes = (n: number): Promise<void> => lab.clock.advance(n * 60_000);
const told = async (type: string): Promise<number> => (await lab.entries()).filter(({ event }) => event.type === type).length;

/** The gate as it stands in a runbook, and the demo's people in two teams: ana and ben in storage, chris in network. */
async function with_(gate: object, change: (estate: Estate) => Estate = (estate) => estate): Promise<void> {
  const rules: GateRules = readGate(RawGate.parse({ people: 2, expires: '30m', ...gate }));
  const teams: Record<string, string> = { ana: 'storage', ben: 'storage', chris: 'network' };
  const demo = demoEstate();
  const estate = change({ ...demo, people: demo.people.map((person) => (teams[person.name] ? { ...person, team: teams[person.name]! } : person)) });
  lab = createLab({ estate });
  node = await lab.boot({ gate: rules });
  await makeReady(lab, node);
}
afterEach(() => lab.close());

describe('withdrawing', () => {
  test('the requester takes a proposal back: that is no rejection, and everybody later hears who', async () => {
    await with_({});
    const run = runIn(await say('ana', move));
    expect(await say('ana', `cancel ${run} reason="the customer called"`)).toMatchObject({ code: 'withdrawn', status: 0 });
    expect(node.run(run)).toMatchObject({ status: 'withdrawn', rejectedBy: null, withdrawnBy: { by: 'ana', reason: 'the customer called' } });
    expect(sentence(await say('ben', `approve ${run}`))).toMatch(/was withdrawn by ana at .* Nothing ran/);
    expect(sentence(await say('ben', `cancel ${run}`))).toContain('nothing left to cancel');
  });
  test('the requester\'s own no does the same, and an approver may withdraw, too', async () => {
    await with_({});
    const first = runIn(await say('ana', move));
    expect(await say('ana', `reject ${first}`)).toMatchObject({ code: 'withdrawn', status: 0 });
    const second = runIn(await say('ana', move));
    await say('chris', `cancel ${second}`);
    expect(node.run(second)).toMatchObject({ status: 'withdrawn', withdrawnBy: { by: 'chris' } });
  });
  test('a viewer may not', async () => {
    await with_({});
    const run = runIn(await say('ana', move));
    expect(await say('dora', `cancel ${run}`)).toMatchObject({ code: 'not-allowed', status: 1 });
    expect(node.run(run).status).toBe('proposed');
  });
});

describe('a gate that takes two rejections and wants reasons', () => {
  test('one no is recorded, the second ends it; both say why', async () => {
    await with_({ deny: 2, reason: 'required' });
    expect(await say('ana', move)).toMatchObject({ kind: 'refusal', code: 'reason-missing', what: 'The gate of runbook planned-move wants to know why: approvers and the report show it.' });
    const run = runIn(await say('ana', `${move} reason="array firmware"`));
    expect(await say('ben', `reject ${run}`)).toMatchObject({ code: 'reason-missing', status: 3, next: [`reject ${run} reason="..."`] });
    expect(sentence(await say('ben', `reject ${run} reason="month end"`))).toBe(`Your no to ${run} is recorded, and an approval that you gave before counts no more. 1 more no ends it; until then it may still be approved.`);
    expect(rows(await say('chris', `why ${run}`))).toMatchObject({ 'Against it': ['ben: month end'], 'Ends after': '2 rejections' });
    expect(await say('chris', `reject ${run} reason="agreed"`)).toMatchObject({ code: 'rejected' });
    expect(node.run(run).status).toBe('rejected');
  });
  test('after one no, others may still approve', async () => {
    await with_({ deny: 2 });
    const run = runIn(await say('ana', move));
    await say('ben', `reject ${run}`);
    expect(await say('chris', `approve ${run}`)).toMatchObject({ code: 'granted' });
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
});

describe('a gate that wants two teams', () => {
  test('says whom it waits for, and goes when one of another team approves', async () => {
    await with_({ diverse: 'team' });
    const run = runIn(await say('ana', move));
    expect(sentence(await say('ben', `approve ${run}`))).toBe(`Your approval of ${run} is recorded. 1 more is needed (somebody of another team), from chris.`);
    expect(rows(await say('ana', `why ${run}`))).toMatchObject({ 'Behind it': ['ana (asked)', 'ben'], 'Still missing': ['somebody of another team'], 'Waits for': ['chris'] });
    expect(await say('chris', `approve ${run}`)).toMatchObject({ code: 'granted' });
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('who is of which team can be looked up', async () => {
    await with_({ diverse: 'team' });
    expect(rows(await say('ana', 'query person chris'))).toMatchObject({ Team: 'network' });
    expect(rows(await say('ana', 'query person vic'))).not.toHaveProperty('Team');
  });
  test('going on after a hold takes two teams again', async () => {
    await with_({ diverse: 'team' });
    const run = runIn(await say('ana', move));
    await say('vic', `hold ${run}`);
    await say('chris', `approve ${run}`);
    await say('ana', `resume ${run}`);
    expect(sentence(await say('ben', `resume ${run}`))).toContain('1 more person is needed');
    expect(await say('chris', `resume ${run}`)).toMatchObject({ code: 'resumed' });
  });
});

describe('a gate with seats', () => {
  test('waits for each role', async () => {
    await with_({ roles: { approver: 1, operator: 1 }, people: 3 });
    const run = runIn(await say('ana', move));
    expect(sentence(await say('chris', `approve ${run}`))).toBe(`Your approval of ${run} is recorded. 1 more is needed (1 with the role operator), from ben.`);
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted' });
  });
});

describe('reminders and backups', () => {
  test('each comes once, over two nodes; the backup may decide after two thirds of the time, and not before', async () => {
    await with_({ backups: ['vic'] });
    const other = await lab.boot({ gate: readGate(RawGate.parse({ people: 2, expires: '30m', backups: ['vic'] })) });
    const run = runIn(await say('ana', move));
    await minutes(9);
    expect(await told('approval.reminded')).toBe(0);
    await minutes(2);
    expect(node.run(run).reminders).toMatchObject([{ which: 1, to: ['ben', 'chris'] }]);
    expect(await say('vic', `approve ${run}`)).toMatchObject({ code: 'not-an-approver' });
    await minutes(10);
    expect(await told('approval.reminded')).toBe(2);
    expect(await told('approval.escalated')).toBe(1);
    expect(rows(await say('ana', `why ${run}`))).toMatchObject({ Backups: 'vic may decide now' });
    expect(await say('vic', `approve ${run}`)).toMatchObject({ code: 'granted' });
    await lab.settle(node);
    expect(other.run(run).status).toBe('succeeded');
  });
  test('a node that was away through both says only the second', async () => {
    await with_({});
    await say('ana', move);
    await node.stop();
    await minutes(25);
    node = await lab.boot();
    await minutes(1);
    expect((await lab.entries()).flatMap(({ event }) => (event.type === 'approval.reminded' ? [event.which] : []))).toEqual([2]);
  });
  test('a proposal that asks nobody any more reminds nobody', async () => {
    await with_({});
    const run = runIn(await say('ana', move));
    await say('ben', `reject ${run}`);
    await minutes(29);
    expect(await told('approval.reminded')).toBe(0);
  });
});

describe('a gate with number matching', () => {
  const numberIn = (answer: Answer): string => /The number of R-\d+ is (\d\d)\./.exec(answer.kind === 'run' ? answer.note ?? '' : '')![1]!;
  test('who asked is told two digits, and they stand in no journal', async () => {
    await with_({ number_matching: true });
    const answer = await say('ana', move);
    const number = numberIn(answer);
    const run = runIn(answer);
    expect(node.run(run).plan.gate.numberMatching).toBe(true);
    expect(await matchingNumber(node.parts.buttons, run, 1)).toBe(number);
    expect(JSON.stringify(node.run(run).plan)).not.toContain(`"${number}"`);
    for (const person of ['ben', 'vic']) expect(sentence(await say(person, `why ${run}`))).not.toContain(`is ${number}`);
  });
  test('the button answers how, a wrong number is refused and kept, the right one counts', async () => {
    await with_({ number_matching: true });
    const asked = await say('ana', move);
    const run = runIn(asked);
    const number = numberIn(asked);
    const wrong = number === '42' ? '43' : '42';
    expect(await node.press('ben', { verb: 'approve', subject: run })).toMatchObject({ code: 'number-missing', status: 3, next: [`approve ${run} number=NN`], sentence: `Whoever approves ${run} types the two digits that ana was shown. Ask ana by voice or in person, and put them in the place of NN.` });
    expect(sentence(await say('ben', `approve ${run} number=${wrong}`))).toBe(`That is not the number of ${run}, so nothing was recorded; 2 more wrong ones shut you out of it. Hear it from ana. If ana knows of no such request, hold it.`);
    expect(node.run(run)).toMatchObject({ status: 'proposed', approvals: [], wrongNumbers: ['ben'] });
    expect(await say('ben', `approve ${run} number=${number}`)).toMatchObject({ code: 'granted' });
  });
  test('what is no two digits, such as the placeholder pasted as it stands, uses no try up', async () => {
    await with_({ number_matching: true });
    const run = runIn(await say('ana', move));
    for (const slip of ['NN', '7', 'abc', '123']) expect(await say('ben', `approve ${run} number=${slip}`)).toMatchObject({ code: 'number-missing', status: 3 });
    expect(node.run(run).wrongNumbers).toEqual([]);
  });
  test('three wrong ones shut a person out of this run, not out of another', async () => {
    await with_({ number_matching: true });
    const asked = await say('ana', move);
    const run = runIn(asked);
    for (let tries = 0; tries < 3; tries++) await say('ben', `approve ${run} number=00`);
    expect(sentence(await say('ben', `approve ${run} number=${numberIn(asked)}`))).toBe(`You typed three wrong numbers, so you can no longer decide on ${run}. chris can.`);
    expect(rows(await say('ana', `why ${run}`))).toMatchObject({ 'Waits for': ['chris'] });
    await say('ana', `cancel ${run}`);
    const again = await say('ana', move);
    expect(await say('ben', `approve ${runIn(again)} number=${numberIn(again)}`)).toMatchObject({ code: 'granted' });
  });
});

describe('a gate with a typed target', () => {
  test('wants the name of what cannot be undone, and says what to type', async () => {
    await with_({ typed_target: true });
    await lab.world.client.call('inject', ['host-down', 'pbrazos']);
    const run = runIn(await say('ana', `${move} dr_type=unplanned`));
    expect(await node.press('ben', { verb: 'approve', subject: run })).toMatchObject({ code: 'target-missing', status: 3, next: [`approve ${run} target=customerA`] });
    expect(sentence(await say('ben', `approve ${run} target=customerB`))).toBe(`${run} is about customerA; you typed something else, so nothing was recorded. Look at the plan again before you approve it.`);
    expect(await say('ben', `approve ${run} target=customerA`)).toMatchObject({ code: 'granted' });
  });
  test('asks for none where everything can be undone', async () => {
    await with_({ typed_target: true });
    const run = runIn(await say('ana', move));
    expect(node.run(run).plan.irreversible).toEqual([]);
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted' });
  });
});

describe('a change freeze', () => {
  const from = (ahead: number) => (estate: Estate): Estate => ({ ...estate, freezes: [{ from: new Date(lab0 + ahead * 60_000).toISOString(), to: new Date(lab0 + 10 * 3_600_000).toISOString(), tenant: null, reason: 'quarter end' }] });
  test('takes a reason and one more person for what can wait', async () => {
    await with_({}, from(-60));
    expect(sentence(await say('ana', move))).toMatch(/^A change freeze is in force until .*: quarter end\. It takes one more person, and a reason why this cannot wait/);
    const run = runIn(await say('ana', `${move} reason="array is failing"`));
    expect(node.run(run).plan.gate).toMatchObject({ people: 3, freeze: { reason: 'quarter end' } });
    expect(sentence(await say('ben', `approve ${run}`))).toBe(`Your approval of ${run} is recorded. 1 more is needed, from chris.`);
    expect(rows(await say('ana', `why ${run}`))).toMatchObject({ 'Change freeze': expect.stringMatching(/^quarter end, until .*: one more person than usual$/) });
    expect(await say('chris', `approve ${run}`)).toMatchObject({ code: 'granted' });
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('is seen by everybody whom it concerns, and by nobody else', async () => {
    await with_({}, (estate) => ({ ...from(-60)(estate), freezes: [...from(-60)(estate).freezes!, { from: '2026-12-01T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z', tenant: 'cluster01', reason: 'sale' }] }));
    expect(rows(await say('erik', 'query freeze'))).toMatchObject({ Because: 'quarter end', Tenant: 'all', State: 'in force: what can wait takes one more person and a reason' });
    expect(JSON.stringify(await say('erik', 'query freeze'))).not.toContain('sale');
    expect(rows(await say('dora', 'query freeze sale'))).toMatchObject({ Because: 'sale', Tenant: 'cluster01', State: 'ahead' });
  });
  test('never stands against an unplanned move', async () => {
    await with_({}, from(-60));
    await lab.world.client.call('inject', ['host-down', 'pbrazos']);
    const run = runIn(await say('ana', `${move} dr_type=unplanned`));
    expect(node.run(run).plan.gate).toMatchObject({ people: 2 });
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted' });
  });
  test('that begins after it was asked for voids the plan at the click', async () => {
    await with_({}, from(100));
    await advanceTo(90);
    const run = runIn(await say('ana', `${move} reason="array is failing"`));
    await advanceTo(101);
    expect(sentence(await say('ben', `approve ${run}`))).toMatch(/^The plan of R-\d+ has changed, so no approval counts any more\. people needed: 2 -> 3; reason: not required -> required; change freeze: none -> quarter end, until /);
    await say('ben', `approve ${run}`);
    expect(node.run(run).status).toBe('proposed');
    expect(await say('chris', `approve ${run}`)).toMatchObject({ code: 'granted' });
  });
  test('that begins after it was asked for without a reason lets nobody approve it', async () => {
    await with_({}, from(100));
    await advanceTo(90);
    const run = runIn(await say('ana', move));
    await advanceTo(101);
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'cannot-plan', sentence: expect.stringContaining('Ask with reason="...".') });
    expect(node.run(run).approvals).toEqual([]);
  });
  test('that begins between approval and start voids the plan before anything is touched', async () => {
    await with_({}, from(100));
    await advanceTo(80);
    const run = runIn(await say('ana', `${move} reason="array is failing"`));
    await say('dora', `hold ${run}`);
    expect(await say('ben', `approve ${run}`)).toMatchObject({ code: 'granted' });
    const before = lab.world.effects().length;
    await advanceTo(101);
    await say('ana', `resume ${run}`);
    await say('ben', `resume ${run}`);
    await say('chris', `resume ${run}`);
    await lab.settle(node);
    expect(node.run(run)).toMatchObject({ status: 'proposed', approvals: [], plan: { epoch: 2, gate: { people: 3 } } });
    expect(node.run(run).revision?.changes.map((change) => change.what)).toContain('change freeze');
    expect(lab.world.effects()).toHaveLength(before);
  });
});

describe('a gate whose glass may be broken', () => {
  const emergency = 'break_glass=no-second-person reason="nobody answers, array is dying"';
  test('one person goes on, everybody hears of it, and the run ends with exceptions', async () => {
    await with_({ break_glass: ['no-second-person'] });
    const run = runIn(await say('ana', move));
    expect(rows(await say('ana', `why ${run}`))).toMatchObject({ 'May be broken': ['no-second-person'] });
    expect(sentence(await say('ana', `approve ${run}`))).toContain('a second person must');
    expect(sentence(await say('ana', `approve ${run} ${emergency}`))).toMatch(/^You broke no-second-person of R-\d+: "nobody answers, array is dying"\. It starts now\. Everybody of the tenant and the provider is told now\. It holds until .*; a step that cannot be undone and comes later needs the whole quorum\. The run ends with exceptions\.$/);
    await lab.settle(node);
    expect(node.run(run)).toMatchObject({ status: 'exceptions', approvals: [], exceptions: ['ana broke no-second-person: nobody answers, array is dying'] });
    expect((await lab.entries()).map(({ event }) => event).find((event) => event.type === 'glass.broken')).toMatchObject({ run, by: 'ana', rules: ['no-second-person'], reason: 'nobody answers, array is dying' });
    expect(rows(await say('ben', `why ${run}`))['Glass broken']).toMatch(/^no-second-person by ana at .*: nobody answers, array is dying$/);
  });
  test('whoever has a passkey confirms it first', async () => {
    await with_({ break_glass: ['no-second-person'] });
    const run = runIn(await say('ana', move));
    await record(node.parts, [entry(peopleStream, null, { kind: 'person', person: 'ana', surface: 'web' }, { type: 'passkey.added', person: 'ana', name: 'phone', id: 'key', publicKey: 'public', transports: [] })]);
    expect(await say('ana', `approve ${run} ${emergency}`)).toMatchObject({ code: 'step-up-missing', status: 1 });
    expect(node.run(run)).toMatchObject({ status: 'proposed', glass: null });
    expect(await node.desk.command({ person: personOf(node.state.estate!, 'ana')!, surface: 'web', steppedUp: true }, `approve ${run} ${emergency}`)).toMatchObject({ code: 'granted' });
  });
  test('no shipped runbook allows it', async () => {
    await with_({});
    const run = runIn(await say('ana', move));
    expect(sentence(await say('ana', `approve ${run} ${emergency}`))).toBe(`No rule of the gate of ${run} may be broken: its runbook allows none.`);
    expect(node.run(run)).toMatchObject({ status: 'proposed', glass: null });
    expect(await told('glass.broken')).toBe(0);
  });
  test('held before it starts, it is over after a quarter of an hour, and nothing starts', async () => {
    await with_({ break_glass: ['no-second-person'] });
    const run = runIn(await say('ana', move));
    await say('dora', `hold ${run}`);
    await say('ana', `approve ${run} ${emergency}`);
    const before = lab.world.effects().length;
    await minutes(16);
    await say('ana', `resume ${run}`);
    expect(node.run(run).status).toBe('held');
    expect(lab.world.effects()).toHaveLength(before);
  });
});

describe('somebody who is away', () => {
  test('names who decides instead; it is told, shown, and ends by itself', async () => {
    await with_({});
    expect(sentence(await say('chris', `delegate to=vic until=${slot(60)} reason="on leave"`))).toMatch(/^Vic Larsen decides in your place until .* UTC, on what vic sees and where vic could not decide already\./);
    expect(rows(await say('ana', 'query delegation'))).toMatchObject({ Away: 'chris', 'Decides in that place': 'vic', Because: 'on leave' });
    const run = runIn(await say('ana', move));
    expect(sentence(await say('vic', `approve ${run}`))).toBe(`${run} is approved by ana and vic. You decided in the place of chris. It starts now.`);
    await lab.settle(node);
    await minutes(61);
    expect(await say('ana', 'query delegation')).toMatchObject({ footer: 'No delegation to show.' });
  });
  test('once it is over the one in place decides no more', async () => {
    await with_({});
    await say('chris', `delegate to=vic until=${slot(10)}`);
    const run = runIn(await say('ana', move));
    await minutes(11);
    expect(await say('vic', `approve ${run}`)).toMatchObject({ code: 'not-an-approver' });
  });
  test('delegate off ends it, and an approval given in that place counts no more at the start', async () => {
    await with_({});
    await say('chris', `delegate to=vic until=${slot(60)}`);
    const run = runIn(await say('ana', move));
    await say('dora', `hold ${run}`);
    await say('vic', `approve ${run}`);
    expect(sentence(await say('chris', 'delegate off'))).toContain('vic no longer decides in your place');
    await say('ana', `resume ${run}`);
    expect(await say('vic', `resume ${run}`)).toMatchObject({ code: 'not-an-approver' });
    expect(node.run(run).status).toBe('held');
  });
  test('delegate off during a run stops it before what cannot be undone; others let it go on', async () => {
    await with_({});
    await lab.world.client.call('inject', ['host-down', 'pbrazos']);
    await say('chris', `delegate to=vic until=${slot(60)}`);
    const run = runIn(await say('ana', `${move} dr_type=unplanned`));
    const stop = node.parts.live.onEntries((entries) => { if (entries.some(({ event }) => event.type === 'run.started' && event.run === run)) void say('chris', 'delegate off'); });
    await say('vic', `approve ${run}`);
    await lab.settle(node);
    stop();
    expect(node.run(run)).toMatchObject({ status: 'parked', parked: { why: expect.stringMatching(/^vic no longer may approve, and '.*' cannot be undone\.$/) } });
    expect(lab.world.effects().some((effect) => JSON.stringify(effect).includes('fail-over'))).toBe(false);
    await say('ana', `resume ${run}`);
    await say('ben', `resume ${run}`);
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test.each([
    ['dora', 'delegate to=vic until=2099-01-01T00:00', /Your roles let you decide on nothing/],
    ['chris', 'delegate to=vic', /Until when\? A delegation always ends by itself\./],
    ['chris', 'delegate to=vic until=2001-01-01T00:00', /That time is over/],
    ['chris', 'delegate to=vic until=2099-01-01T00:00', /more than 92 days/],
    ['chris', 'delegate to=dora until=2026-12-01T00:00', /nobody of that name who sees your tenants/],
    ['chris', 'delegate to=chris until=2026-12-01T00:00', /cannot stand in for yourself/],
    ['chris', 'delegate until=2026-12-01T00:00', /Who decides in your place\?/],
    ['chris', 'delegate off', /Nobody decides in your place at the moment/],
    ['chris', 'delegate to=vic since=now until=2026-12-01T00:00', /no attribute 'since'/],
  ])('%s: %s is refused with what to do', async (person, line, words) => {
    await with_({});
    const answer = await say(person, line);
    expect(answer).toMatchObject({ kind: 'refusal' });
    expect(sentence(answer)).toMatch(words);
    expect(node.state.delegations).toEqual([]);
  });
});

/** A moment so many minutes ahead, as chris writes it (UTC). */
const slot = (ahead: number): string => `${new Date(lab.clock.now() + ahead * 60_000).toISOString().slice(0, 16)}Z`;

describe('the gate of a runbook file', () => {
  test('keeps silent about what it does not say, so that nobody is asked again after an upgrade', async () => {
    await with_({});
    expect(readGate(RawGate.parse({ people: 2 }))).toEqual({ people: 2, role: 'approver', expiresInMs: 1_800_000 });
  });
  test.each([
    [{ people: 2, diverse: 'floor' }, /team, site/], [{ people: 2, deny: 0 }, />=1/], [{ people: 2, reason: 'maybe' }, /required/], [{ people: 0, deny: 2 }, /Nobody is asked/], [{ people: 2, roles: { boss: 1 } }, /boss/], [{ people: 2, backups: [] }, />=1/],
  ])('%j is refused', async (gate, words) => {
    await with_({});
    const read = RawGate.safeParse(gate);
    expect(read.success).toBe(false);
    expect(JSON.stringify(read.error?.issues)).toMatch(words);
  });
});
