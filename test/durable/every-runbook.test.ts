import { afterEach, describe, expect, test } from '@jest/globals';
import type { RunId } from '../../src/core/names.js';
import { isTerminal } from '../../src/core/run-state.js';
import { openQuestions } from '../../src/core/step-answer.js';
import { appendFaults, callFaults, type AppendFault } from '../../src/lab/process.js';
import { brokenPromises } from '../../src/lab/promises.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { brokenRecords, effectsOf, goOn, lastingWorld, ofExecutor, type Played } from './crash-support.js';
import { Outside, ownRunbooks } from './own-runbooks.js';

/** DESIGN.md section 9 and issue 3, item 8. The two moves stand in executor.test.ts, at the same points and with the same faults. */
interface Story { readonly name: string; /** What must have happened before, on a lab that knows nothing yet. */ prepare(lab: Lab, node: LabNode): Promise<void>; readonly line: string; readonly ends: string }
interface Faults { readonly append?: (n: number) => AppendFault | null; readonly call?: (n: number) => (typeof callFaults)[number] | null; readonly action?: (n: number) => (typeof callFaults)[number] | null }
interface PlayedOutside extends Played { readonly outside: Outside; /** Lines that people had to say because the run was parked. */ readonly said: string[]; end(): Promise<LabNode> }

const labs: Lab[] = [];
afterEach(async () => { for (const lab of labs.splice(0)) await lab.close(); });

const change = async (lab: Lab, how: 'inject' | 'revert', ...fault: string[]): Promise<void> => { await lab.world.client.call(how, fault); };
async function approved(lab: Lab, node: LabNode, line: string): Promise<void> {
  await node.say('ben', `approve ${runIn(await node.say('ana', line))}`);
  await lab.settle(node);
}
async function movedAway(lab: Lab, node: LabNode): Promise<void> {
  await makeReady(lab, node);
  await change(lab, 'inject', 'host-down', 'pbrazos');
  await approved(lab, node, 'move site from=customerA to=service_provider dr_type=unplanned');
  await change(lab, 'revert', 'host-down', 'pbrazos');
  await lab.pass(300_000);
}

const stories: readonly Story[] = [
  { name: 'discover', prepare: async () => undefined, line: 'discover site customerA', ends: 'succeeded' },
  { name: 'verify', line: 'verify site customerA', ends: 'succeeded', prepare: async (lab, node) => { await node.say('ana', 'discover site customerA'); await lab.settle(node); } },
  { name: 'cleanup', prepare: movedAway, line: 'cleanup site customerA', ends: 'succeeded' },
  { name: 'resync', line: 'resync site customerA', ends: 'succeeded', prepare: async (lab, node) => { await movedAway(lab, node); await approved(lab, node, 'cleanup site customerA'); } },
  {
    name: 'recover', line: 'recover site service_provider', ends: 'succeeded',
    prepare: async (lab, node) => {
      await makeReady(lab, node);
      await change(lab, 'inject', 'boot-fails', 'payroll');
      await approved(lab, node, 'move site from=customerA to=service_provider');
      await change(lab, 'revert', 'boot-fails', 'payroll');
    },
  },
  { name: 'own', prepare: makeReady, line: 'run runbook own site=customerA', ends: 'succeeded' },
  { name: 'taken-back', prepare: makeReady, line: 'run runbook taken-back site=customerA', ends: 'failed' },
];

/** Asked for by ana and approved by ben, in a process in which the given things go wrong from then on. */
async function play({ prepare, line }: Story, faults: Faults = {}): Promise<PlayedOutside> {
  const outside = new Outside();
  const lab = createLab({ estate: { ...tinyEstate(), actions: outside.actions } });
  labs.push(lab);
  let armed = false;
  let [appends, calls] = [0, 0];
  const first: LabNode = await lab.boot({
    runbooks: ownRunbooks, actions: outside.seenBy(() => first.process, (n) => faults.action?.(n) ?? null),
    appendFault: (request) => (armed && ofExecutor(request) ? faults.append?.(++appends) ?? null : null),
    callFault: () => (armed ? faults.call?.(++calls) ?? null : null),
  });
  await prepare(lab, first);
  const before = lab.world.effects().length;
  armed = true;
  const run = runIn(await first.say('ana', line));
  if (first.run(run).status === 'proposed') await first.say('ben', `approve ${run}`);
  const said: string[] = [];
  const played: PlayedOutside = {
    lab, first, run, before, outside, said, get appends() { return appends; }, get calls() { return calls; },
    async end() {
      const node = await goOn(played, { boot: { runbooks: ownRunbooks, actions: outside.seenBy(null, () => null) }, people: (who, id) => people(who, id, said) });
      // What comes late would show now.
      await lab.pass(60_000);
      return node;
    },
  };
  return played;
}

/** Open questions are answered. What is parked is tried again twice; where nobody can tell what happened even then, somebody looks, and it goes on without the step. */
async function people(node: LabNode, run: RunId, said: string[]): Promise<void> {
  for (const step of openQuestions(node.run(run))) {
    if (step.kind === 'approval') await node.say('ben', `approve ${run} step=${step.id}`);
    else await node.say('ana', `confirm ${run} step=${step.id} ticket=CHG7`);
  }
  const { parked } = node.run(run);
  if (parked === null) return;
  expect(parked.why).not.toBe('');
  expect(parked.next).toContain(run);
  const line = said.length < 2 ? `resume ${run}` : `skip ${run} step=${parked.step} waiver="looked at it by hand"`;
  said.push(line);
  for (const who of ['ana', 'ben']) await node.say(who, line);
}

interface Wanted { readonly world: string; readonly effects: readonly string[]; readonly outside: readonly string[]; readonly appends: number; readonly calls: number; readonly asked: number }
const faultless = new Map<Story, Wanted>();
async function reference(story: Story): Promise<Wanted> {
  const known = faultless.get(story);
  if (known) return known;
  const played = await play(story, { append: () => null, call: () => null });
  const node = await played.end();
  expect(node.run(played.run).status).toBe(story.ends);
  expect(played.said).toEqual([]);
  const found: Wanted = { world: lastingWorld(played, node), effects: effectsOf(played), outside: played.outside.done.toSorted(), appends: played.appends, calls: played.calls, asked: played.outside.asked };
  faultless.set(story, found);
  await labs.pop()!.close();
  return found;
}

/** The same world as without the fault, once people have said what only people know. */
async function expectSameWorld(story: Story, faults: Faults, where: string): Promise<void> {
  const wanted = await reference(story);
  const played = await play(story, faults);
  const node = await played.end();
  const { status, exceptions } = node.run(played.run);
  const blind = played.said.length > 2;
  expect({ where, world: lastingWorld(played, node), effects: effectsOf(played) }).toEqual({ where, world: wanted.world, effects: wanted.effects });
  // Waived means: a person knows better whether it happened. Everything else of the outside is as it would have been.
  const unclear = (done: readonly string[]): string[] => done.filter((each) => !each.startsWith('siren')).toSorted();
  expect({ where, outside: unclear(played.outside.done) }).toEqual({ where, outside: unclear(wanted.outside) });
  expect({ where, twice: played.outside.twice() }).toEqual({ where, twice: [] });
  if (!blind) expect({ where, status, sirens: played.outside.done.length }).toEqual({ where, status: story.ends, sirens: wanted.outside.length });
  else expect({ where, exceptions }).toEqual({ where, exceptions: expect.arrayContaining([expect.stringMatching(/waived by ana and ben/)]) });
  expect({ where, broken: [...brokenPromises(played.lab.world.effects()), ...brokenRecords(await played.lab.entries(), played.run)] }).toEqual({ where, broken: [] });
  expect((await played.lab.journal.verify()).ok).toBe(true);
  expect(isTerminal(status)).toBe(true);
  await labs.pop()!.close();
}

describe.each(stories.map((story) => [story.name, story] as const))('%s ends in the same world', (_name, story) => {
  test.each(appendFaults)('whichever append of the executor meets: %s', async (fault) => {
    const { appends } = await reference(story);
    expect(appends).toBeGreaterThan(5);
    for (let at = 1; at <= appends; at++) await expectSameWorld(story, { append: (n) => (n === at ? fault : null) }, `append ${at}`);
  });
});

describe.each(stories.filter(({ name }) => ['cleanup', 'resync', 'recover'].includes(name)).map((story) => [story.name, story] as const))('%s ends in the same world', (_name, story) => {
  test.each(callFaults)('whichever change of the estate meets: %s', async (fault) => {
    const { calls } = await reference(story);
    expect(calls).toBeGreaterThan(0);
    for (let at = 1; at <= calls; at++) await expectSameWorld(story, { call: (n) => (n === at ? fault : null) }, `change ${at}`);
  });
});

describe.each(stories.filter(({ name }) => ['own', 'taken-back'].includes(name)).map((story) => [story.name, story] as const))('%s ends in the same world', (_name, story) => {
  test.each(callFaults)('whichever call of an external action meets: %s', async (fault) => {
    const { asked } = await reference(story);
    expect(asked).toBeGreaterThan(2);
    for (let at = 1; at <= asked; at++) await expectSameWorld(story, { action: (n) => (n === at ? fault : null) }, `call ${at}`);
  });
});

test('the customer\'s runbooks of these tests have every kind of step', async () => {
  const kinds = new Set(ownRunbooks.join('\n').match(/\b(verb|approval|ask|notify|wait|check|parallel|foreach|when|call|http|ssh|command|onFailure)(?=:)/g));
  expect([...kinds].toSorted()).toEqual(['approval', 'ask', 'call', 'check', 'command', 'foreach', 'http', 'notify', 'onFailure', 'parallel', 'ssh', 'verb', 'wait', 'when']);
});
