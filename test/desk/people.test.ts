import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { peopleStream, type JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { entry, record } from '../../src/desk/parts.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
beforeEach(async () => {
  lab = createLab();
  node = await lab.boot({ gate: { people: 3 } });
  await makeReady(lab, node);
});
afterEach(() => lab.close());
const happened = (event: JournalEvent): Promise<unknown> => record(node.parts, [entry(peopleStream, null, lifeboat('owner'), event)]);
const link = (person: string, surface: 'web' | 'slack', identity: string): Promise<unknown> => happened({ type: 'person.linked', person, surface, identity });
const linkedOf = async (asker: string, person: string): Promise<unknown> => JSON.stringify(await node.say(asker, `query person ${person}`));

test('a person and the provider see which accounts are linked; people of a tenant see that there are any', async () => {
  await link('dora', 'slack', 'T1/UDORA');
  await link('dora', 'web', 'https://login.example#dora');
  for (const asker of ['dora', 'ana']) expect(await linkedOf(asker, 'dora')).toMatch(/slack T1\/UDORA.*web https:\/\/login\.example#dora/);
  await link('ana', 'web', 'https://login.example#ana');
  expect(await linkedOf('dora', 'ana')).not.toContain('https://login.example#ana');
});

test('unlink web takes a sign-in back and says which', async () => {
  await link('ana', 'web', 'https://login.example#ana');
  expect(await node.say('ana', 'unlink web')).toMatchObject({ status: 0, text: expect.stringContaining('https://login.example#ana is not linked to you any more') });
  expect(node.state.links).toEqual([]);
});

test('an approval of somebody who is offboarded counts no more', async () => {
  const run = runIn(await node.say('ana', 'move site from=customerA to=service_provider'));
  await node.say('ben', `approve ${run}`);
  expect(JSON.stringify(await node.say('ana', `why ${run}`))).toMatch(/1 more needed/);
  await happened({ type: 'person.offboarded', person: 'ben', unlinked: [], tokens: [], passkeys: [], approvals: [run] });
  expect(JSON.stringify(await node.say('ana', `why ${run}`))).toMatch(/2 more needed/);
  expect(node.state.estate!.people.some(({ name }) => name === 'ben')).toBe(false);
  expect(node.run(run).status).toBe('proposed');
});

test('why of a run that is over says how it ended, with the reason of whoever ended it', async () => {
  const run = runIn(await node.say('ana', 'move site from=customerA to=service_provider'));
  await node.say('ben', `reject ${run} reason="month end"`);
  expect(await node.say('dora', `why ${run}`)).toMatchObject({ json: { Result: expect.stringMatching(/^R-\d+ was rejected by ben at .*\. Nothing ran\.$/), Reason: 'month end' } });
});

test('a code for one more Slack workspace is for operators of the provider alone', async () => {
  expect(await node.say('ana', 'code slack-install')).toMatchObject({ status: 0, next: [expect.stringMatching(/^enter [A-Z0-9]{8} at \/slack\/install/)] });
  for (const who of ['chris', 'dora', 'vic']) expect(await node.say(who, 'code slack-install')).toMatchObject({ status: 1, code: 'providers' });
});
