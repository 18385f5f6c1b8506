import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
/** Noon of the day on which a lab begins. */
const noon = Date.UTC(2026, 10, 21, 12, 0, 0);
const move = 'move site from=customerA to=service_provider';
const tonight = `${move} at=2026-11-21T20:00Z window=2h`;
const say = (person: string, line: string): Promise<Answer> => node.say(person, line);
const sentence = (answer: Answer): string => (answer.kind === 'decision' ? answer.sentence : answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : JSON.stringify(answer));
const until = (hour: number, minute = 0): Promise<void> => lab.clock.advance(noon + ((hour - 12) * 60 + minute) * 60_000 - lab.clock.now());

beforeEach(async () => {
  lab = createLab();
  node = await lab.boot();
  await makeReady(lab, node);
});
afterEach(() => lab.close());

async function approvedForTonight(): Promise<string> {
  const run = runIn(await say('ana', tonight));
  await say('ben', `approve ${run}`);
  return run;
}

describe('approved now, started later', () => {
  test('the answer says when; nothing runs before, and it starts by itself', async () => {
    const run = runIn(await say('ana', tonight));
    expect(node.run(run).plan.window).toEqual({ from: noon + 8 * 3_600_000, to: noon + 10 * 3_600_000 });
    expect(sentence(await say('ben', `approve ${run}`))).toBe(`${run} is approved by ana and ben. It starts by itself between 21 Nov 20:00 GMT and 21 Nov 22:00 GMT, if the plan is still the same then.`);
    const before = lab.world.effects().length;
    await until(19, 59);
    expect(node.run(run)).toMatchObject({ status: 'granted', startedAt: null, claim: null });
    expect(lab.world.effects()).toHaveLength(before);
    await until(20, 1);
    expect(node.run(run).startedAt).toBeGreaterThanOrEqual(noon + 8 * 3_600_000);
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('on another node, after the one that took the approval is gone', async () => {
    const run = await approvedForTonight();
    await node.stop();
    await until(15);
    node = await lab.boot();
    await until(20, 1);
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('with two nodes it runs once', async () => {
    const run = await approvedForTonight();
    await lab.boot();
    await until(20, 1);
    await lab.settle(node);
    expect((await lab.entries()).filter(({ event }) => event.type === 'run.started' && event.run === run)).toHaveLength(1);
  });
  test('a plan that has changed by then runs nothing and is asked again, for as long as the window is open', async () => {
    await lab.world.client.call('inject', ['host-down', 'pbrazos']);
    const run = runIn(await say('ana', tonight.replace(' at=', ' dr_type=unplanned at=')));
    await say('ben', `approve ${run}`);
    await until(19);
    await lab.world.client.call('revert', ['host-down', 'pbrazos']);
    const before = lab.world.effects().length;
    await until(20, 1);
    expect(node.run(run)).toMatchObject({ status: 'proposed', approvals: [], plan: { epoch: 2, window: { from: noon + 8 * 3_600_000 } }, revision: { changes: [{ what: 'standing of pbrazos' }] } });
    expect(lab.world.effects()).toHaveLength(before);
    await say('ben', `approve ${run}`);
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('when everybody was away during the window it expires with its story, and never starts late', async () => {
    const run = await approvedForTonight();
    const before = lab.world.effects().length;
    await node.stop();
    await until(22, 30);
    node = await lab.boot();
    await until(22, 31);
    expect(node.run(run)).toMatchObject({ status: 'expired', expiredBecause: 'it was approved, and did not start in its window.' });
    expect(lab.world.effects()).toHaveLength(before);
  });
  test('held over its whole window it expires, and says who held it', async () => {
    const run = await approvedForTonight();
    await say('dora', `hold ${run}`);
    await until(22, 1);
    expect(node.run(run).expiredBecause).toBe('it was approved, and did not start in its window, as dora held it.');
  });
  test('held before and let go on in time, it starts in its window', async () => {
    const run = await approvedForTonight();
    await say('dora', `hold ${run}`);
    await say('ana', `resume ${run}`);
    await say('ben', `resume ${run}`);
    await until(19);
    expect(node.run(run)).toMatchObject({ status: 'granted', claim: null });
    await until(20, 1);
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('cancelled before its window, it is withdrawn', async () => {
    const run = await approvedForTonight();
    expect(await say('ana', `cancel ${run} reason="postponed"`)).toMatchObject({ code: 'withdrawn' });
    await until(22, 1);
    expect(node.run(run)).toMatchObject({ status: 'withdrawn', startedAt: null });
  });
  test('an approver who lost the right by then takes the start along', async () => {
    const run = runIn(await say('ana', tonight));
    await say('chris', 'delegate to=vic until=2026-11-21T19:00Z');
    expect(await say('vic', `approve ${run}`)).toMatchObject({ code: 'granted' });
    await until(20, 1);
    await lab.settle(node);
    expect(node.run(run)).toMatchObject({ status: 'failed', tally: expect.stringContaining('vic no longer may approve') });
  });
  test('why says when', async () => {
    const run = await approvedForTonight();
    expect(JSON.stringify(await say('ana', `why ${run}`))).toContain('21 Nov 20:00 WET to 21 Nov 22:00 WET; the plan is worked out again then');
    expect(JSON.stringify(await say('ana', 'query run'))).toContain('approved, starts by itself from 21 Nov 20:00 WET');
  });
  test('asked for again at another time, the answer says when it starts and how to choose another', async () => {
    const run = runIn(await say('ana', tonight));
    expect(await say('ana', tonight)).toMatchObject({ status: 1, run, note: expect.stringContaining('asks for exactly this') });
    expect(await say('ana', move)).toMatchObject({ status: 1, run, note: `${run} asks for this already, to start between 21 Nov 20:00 WET and 21 Nov 22:00 WET, and is proposed: nothing was changed, and no second run was made. For another time, end it first: cancel ${run}, then ask again.` });
  });
  test('nobody approves after the window', async () => {
    const run = runIn(await say('ana', `${move} at=2026-11-21T${new Date(lab.clock.now() + 6 * 60_000).toISOString().slice(11, 16)}Z window=5m`));
    expect(node.run(run).expiresAt).toBe(node.run(run).plan.window!.to);
  });
});

describe('what is no window', () => {
  test.each([
    [`${move} at=tomorrow`, /at=tomorrow is not a moment/], [`${move} at=2026-11-20T02:00Z`, /That time is over/], [`${move} at=2027-11-20T02:00Z`, /more than 31 days ahead/],
    [`${move} window=2h`, /needs a time at which it begins/], [`${move} at=2026-11-22T02:00Z window=2d`, /between 5 minutes and 24 hours/], [`${move} at=2026-11-22T02:00Z window=1m`, /between 5 minutes and 24 hours/], ['verify site customerA at=2026-11-22T02:00Z', /no attribute 'at'/],
  ])('%s is refused', async (line, words) => {
    const answer = await say('ana', line);
    expect(answer).toMatchObject({ kind: 'refusal', status: 4 });
    expect(sentence(answer)).toMatch(words);
  });
});
