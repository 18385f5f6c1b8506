import { afterEach, expect, test } from '@jest/globals';
import type { Estate } from '../../src/core/estate.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { openIncidents } from '../../src/core/state.js';
import { entry, record } from '../../src/desk/parts.js';
import { demoEstate } from '../scenarios/lab/estates.js';
import { createLab, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab | null = null;
afterEach(async () => { await lab?.close(); lab = null; });

const hour = 3_600_000;
const told = (node: LabNode): string[] => openIncidents(node.state).filter(({ key }) => key.startsWith('QUORUM_NOT_READY:')).map(({ tenant, title }) => `${tenant}: ${title}`);
const adopt = (node: LabNode, estate: Estate): Promise<unknown> => record(node.parts, [entry(estateStream, null, lifeboat('start'), { type: 'estate.imported', estate, source: 'test', digest: estate.name })]);
/** The demo estate with fewer approvers, or with nobody whom a question reaches. */
const without = (...names: string[]): Estate => ({ ...demoEstate(), people: demoEstate().people.map((person) => (names.includes(person.name) ? { ...person, roles: ['viewer'] as const } : person)) });

test('an estate with too few approvers is told at once, for each tenant, with what to do; it is over by itself when somebody is given the role', async () => {
  lab = createLab();
  const node = await lab.boot({ monitor: true });
  await lab.pass(hour);
  expect(told(node)).toEqual([]);
  await adopt(node, without('ben', 'chris'));
  await lab.pass(1_000);
  expect(told(node)).toHaveLength(2);
  expect(told(node)[0]).toMatch(/^cluster01: .*unplanned-move.* could not be approved for cluster01 now: .*1 more with the role approver.*To do: .*lifeboat estate apply FILE/);
  expect(openIncidents(node.state)[0]).toMatchObject({ severity: 'warning' });
  expect(openIncidents(node.state)[0]!.events[0]!.evidence.map(({ saw }) => saw)).toContain('planned-move for cluster01 could not be approved now. It needs 2 people; missing: 1 more with the role approver. There: ana.');
  await adopt(node, demoEstate());
  await lab.pass(1_000);
  expect(told(node)).toEqual([]);
});

test('what is missing now stands in it: another change tells it anew, and closes what was told before', async () => {
  lab = createLab();
  const node = await lab.boot({ monitor: true });
  await adopt(node, without('ben', 'chris'));
  await lab.pass(1_000);
  const before = told(node)[0]!;
  await adopt(node, without('ana', 'ben', 'chris'));
  await lab.pass(1_000);
  expect(told(node)).toHaveLength(2);
  expect(told(node)[0]).not.toBe(before);
});

test('two nodes tell it once, and look again every hour without telling it again', async () => {
  lab = createLab();
  const nodes = [await lab.boot({ monitor: true }), await lab.boot({ monitor: true })];
  await adopt(nodes[0]!, without('ben', 'chris'));
  await lab.pass(5 * hour);
  const opened = (await lab.entries()).filter(({ event }) => event.type === 'incident.opened' && event.incident.key.startsWith('QUORUM_NOT_READY:'));
  expect(opened).toHaveLength(2);
});

test('a delegation that ends takes nobody by surprise: who is away does not count until then, and does afterwards', async () => {
  lab = createLab({ estate: without('chris') });
  const node = await lab.boot({ monitor: true });
  await node.say('ben', 'delegate to=ana until=2026-11-21T12:30Z');
  await lab.pass(1_000);
  expect(told(node)).toHaveLength(2);
  await lab.pass(11 * hour);
  expect(told(node)).toEqual([]);
});

test('query quorum says it in blocks, cut to what the person sees', async () => {
  lab = createLab({ estate: without('ben', 'chris') });
  const node = await lab.boot();
  const all = await node.say('ana', 'query quorum unplanned-move');
  expect(all).toMatchObject({ kind: 'blocks', json: [expect.objectContaining({ Tenant: 'cluster01', 'Could be approved now': 'NO', There: expect.arrayContaining(['ana']), Missing: '1 more with the role approver, where Lifeboat proposes it' }), expect.objectContaining({ Tenant: 'cluster02' })] });
  expect(await node.say('dora', 'query quorum unplanned-move')).toMatchObject({ json: [expect.objectContaining({ Tenant: 'cluster01' })] });
});
