import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { demoEstate } from '../scenarios/lab/estates.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { entry, record } from '../../src/desk/parts.js';

let lab: Lab;
let node: LabNode;
/** dora is customer A's own: she asks, the provider's people decide and act (seeds/2). */
const estate = { ...demoEstate(), people: demoEstate().people.map((person) => (person.name === 'dora' ? { ...person, roles: ['requester' as const] } : person)) };
const move = 'move site from=customerA to=service_provider';
const told = (answer: unknown): string => JSON.stringify(answer);

beforeEach(async () => {
  lab = createLab({ estate });
  node = await lab.boot();
  await makeReady(lab, node);
});
afterEach(() => lab.close());

describe('a customer\'s requester', () => {
  test('asks for a planned move of the own tenant, and two of the provider\'s people must stand behind it', async () => {
    const run = runIn(await node.say('dora', move));
    expect(await node.say('dora', `approve ${run}`)).toMatchObject({ status: 1 });
    expect(told(await node.say('ana', `approve ${run}`))).toContain('1 more is needed');
    expect(node.run(run).status).toBe('proposed');
    await node.say('ben', `approve ${run}`);
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
  });
  test('may withdraw what she asked for, and hold what runs', async () => {
    const run = runIn(await node.say('dora', move));
    expect(await node.say('dora', `cancel ${run}`)).toMatchObject({ code: 'withdrawn' });
    const other = runIn(await node.say('ana', move));
    expect(await node.say('dora', `hold ${other}`)).toMatchObject({ code: 'held' });
  });
  test('starts no disaster, and nothing else', async () => {
    expect(told(await node.say('dora', `${move} dr_type=unplanned`))).toContain('an unplanned one is started by an operator');
    for (const line of ['discover site customerA', 'verify site customerA', 'cleanup site customerA', 'resync site customerA', 'run runbook verify site=customerA']) expect(told(await node.say('dora', line))).toContain('not-an-operator');
  });
  test('sees nothing of another tenant', async () => { expect(await node.say('dora', 'move site from=customerB to=service_provider')).toMatchObject({ kind: 'refusal', code: 'no-such-site' }); });
  test('is shown what she may do', async () => { expect(told(await node.say('dora', 'help'))).toMatch(/move +move VMs/); });
});

test('who asked and has left since does not stand behind it any more', async () => {
  const run = runIn(await node.say('ana', move));
  await record(node.parts, [entry(estateStream, null, lifeboat('start'), { type: 'estate.imported', estate: { ...estate, people: estate.people.filter((person) => person.name !== 'ana') }, source: 'test', digest: 'without-ana' })]);
  expect(told(await node.say('ben', `approve ${run}`))).toContain('1 more is needed');
  expect(told(await node.say('chris', `approve ${run}`))).toContain('approved by ben and chris');
});

test('what the shared site can take at once is for the provider to know', async () => {
  expect(told(await node.say('ana', 'query survivability'))).toMatch(/Fit at once.*cluster01 \+ cluster02|cluster01.*lacks/);
  expect(told(await node.say('dora', 'query survivability'))).not.toContain('cluster02');
});

test('help lists for each role what it may do', async () => {
  const lists = async (person: string): Promise<string[]> => { const answer = await node.say(person, 'help'); return answer.kind === 'help' ? answer.lines.map((line) => line.split(' ')[0]!) : []; };
  expect(await lists('vic')).toEqual(expect.arrayContaining(['query', 'hold', 'why', 'confirm']));
  for (const action of ['move', 'approve', 'reject', 'resume', 'retry', 'skip', 'cancel', 'delegate', 'run']) expect(await lists('vic')).not.toContain(action);
  expect(await lists('dora')).toEqual(expect.arrayContaining(['move', 'cancel', 'reject']));
  expect(await lists('dora')).not.toContain('cleanup');
  expect(await lists('ana')).toEqual(expect.arrayContaining(['move', 'cleanup', 'approve', 'retry', 'skip', 'delegate', 'authorise']));
});
test('what is asked of a standing authority as if it were a run is told where to look', async () => { expect(await node.say('ana', 'why S-1')).toMatchObject({ kind: 'refusal', command: 'query standing S-1' }); });
