import { afterEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { JournalEntry, JournalEvent } from '../../src/core/event.js';
import type { RunId } from '../../src/core/names.js';
import { isTerminal } from '../../src/core/run-state.js';
import { openQuestions } from '../../src/core/step-answer.js';
import { appendFaults, type AppendFault } from '../../src/lab/process.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { brokenRecords } from './crash-support.js';

const runbook = `name: own
title: Own
by_name: true
gate: { people: 3 }
steps:
  - verb: verify
  - id: ready
    approval: { text: "storage is ready", people: 2 }
  - id: ticket
    ask: { text: "open a change", form: [{ name: ticket, label: "Change ticket", pattern: "CHG[0-9]+" }] }
  - id: mirror
    check: { replication: SUSPENDED }
    retry: 0
  - notify: { text: "all is done" }
`;

type Moment = 'proposed' | 'asks' | 'parked';
/** Who says what, and when it can be said. */
const clicks: readonly (readonly [Moment, person: string, line: (run: RunId) => string])[] = [
  ['proposed', 'ben', (run) => `approve ${run}`],
  ['proposed', 'chris', (run) => `approve ${run}`],
  ['asks', 'ben', (run) => `approve ${run} step=ready`],
  ['asks', 'chris', (run) => `approve ${run} step=ready`],
  ['asks', 'ana', (run) => `confirm ${run} step=ticket ticket=CHG7`],
  ['parked', 'ana', (run) => `retry ${run} step=mirror`],
  ['parked', 'ben', (run) => `retry ${run} step=mirror`],
  ['parked', 'chris', (run) => `retry ${run} step=mirror`],
  ['parked', 'ana', (run) => `skip ${run} step=mirror waiver="watched by hand"`],
  ['parked', 'ben', (run) => `skip ${run} step=mirror waiver="watched by hand"`],
  ['parked', 'chris', (run) => `skip ${run} step=mirror waiver="watched by hand"`],
];
/** Answers that say: your word stands. */
const counted = ['waiting', 'granted', 'resumed'];
const voteOf = (event: JournalEvent, person: string): boolean => (event.type === 'approval.given' || event.type === 'step.answered' || event.type === 'resume.given') && event.by === person;

const labs: Lab[] = [];
afterEach(async () => { for (const lab of labs.splice(0)) await lab.close(); });

/** Every line is said until it is answered, in a new process where the first one died of it. */
async function play(fault: (n: number) => AppendFault | null): Promise<{ lab: Lab; node: LabNode; run: RunId; appends: number; broken: string[] }> {
  const lab = createLab({ estate: tinyEstate() });
  labs.push(lab);
  let armed = false;
  let appends = 0;
  let node = await lab.boot({ runbooks: [runbook], appendFault: (request) => (armed && request.entries.some(({ actor }) => actor.kind === 'person') ? fault(++appends) : null) });
  await makeReady(lab, node);
  const run = runIn(await node.say('ana', 'run runbook own site=customerA'));
  armed = true;
  const broken: string[] = [];
  // A line that is said once more may come when the run is already further on.
  const may = (moment: Moment): boolean => moment === 'proposed' || node.run(run).status === 'parked' || (moment === 'asks' && openQuestions(node.run(run)).length > 0);
  for (const [moment, person, line] of clicks) {
    for (let tries = 0; tries < 5; tries++) {
      await lab.until(`${person} can say: ${line(run)}`, () => may(moment) || isTerminal(node.run(run).status));
      const before = (await lab.entries()).length;
      let answer: Answer | null = null;
      const said = node.say(person, line(run)).then((each) => { answer = each; });
      await Promise.race([said, lab.until('the process died of it', () => !node.process.alive || answer !== null)]);
      if (!node.process.alive) {
        node = await lab.boot({ runbooks: [runbook] });
        continue;
      }
      const { code } = answer! as Extract<Answer, { kind: 'decision' }>;
      if (counted.includes(code) && !(await lab.entries()).slice(before).some(({ event }) => voteOf(event, person))) broken.push(`${person} was told '${code}', and nothing was written`);
      if (code !== 'journal') break;
      if ((await lab.entries()).slice(before).some(({ event }) => voteOf(event, person)) && JSON.stringify(answer).includes('nothing was')) broken.push(`${person} was told that nothing was written, and it was`);
    }
  }
  await lab.until(`${run} is over`, () => isTerminal(node.run(run).status));
  return { lab, node, run, broken, get appends() { return appends; } };
}

/** Whatever counted more than once. A question is asked anew when the run is parked again. */
function countedTwice(entries: readonly JournalEntry[]): string[] {
  let asked = 0;
  const votes = entries.flatMap(({ event }) => {
    if (event.type === 'run.parked') asked += 1;
    if (event.type === 'approval.given') return [`${event.by} approved epoch ${event.epoch}`];
    if (event.type === 'step.answered') return [`${event.by} answered ${event.step}`];
    return event.type === 'resume.given' ? [`${event.by} wanted ${event.choice?.kind} at question ${asked}`] : [];
  });
  return votes.filter((vote, at) => votes.indexOf(vote) !== at);
}

async function expectSound({ lab, node, run, broken }: Awaited<ReturnType<typeof play>>): Promise<void> {
  const entries = await lab.entries();
  expect(broken).toEqual([]);
  expect(countedTwice(entries)).toEqual([]);
  expect(brokenRecords(entries, run)).toEqual([]);
  const events = entries.map(({ event }) => event);
  expect(events.filter((event) => event.type === 'plan.granted' && event.run === run)).toHaveLength(1);
  for (const event of events) if (event.type === 'run.resumed') expect(new Set(event.by).size).toBe(3);
  expect(node.run(run)).toMatchObject({ status: 'exceptions', exceptions: [expect.stringContaining('mirror was waived by ana and ben and chris: watched by hand')] });
  await labs.pop()!.close();
}

describe('votes, answers, retries and waivers', () => {
  test.each(appendFaults)('are neither lost once answered nor counted twice, whichever append of the desk meets: %s', async (fault) => {
    const played = await play(() => null);
    const { appends } = played;
    await expectSound(played);
    expect(appends).toBeGreaterThanOrEqual(clicks.length);
    for (let at = 1; at <= appends; at++) await expectSound(await play((n) => (n === at ? fault : null)));
  });
});
