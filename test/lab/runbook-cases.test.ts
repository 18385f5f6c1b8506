import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { readCases, type RunbookCase } from '../../src/lab/case.js';
import { playCase } from '../../src/lab/play.js';
import { loadRunbooks } from '../../src/runbook/load.js';
import { demoEstate, hadrEstate } from '../scenarios/lab/estates.js';

const runbooks = loadRunbooks('runbooks');
const files = readdirSync('runbooks/tests').toSorted();
const casesOf = (text: string, file = 'own.yaml'): readonly RunbookCase[] => {
  const read = readCases(text, file);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.cases;
};
const play = (text: string): Promise<string[]> => playCase(casesOf(`tests:\n  - name: own\n${text}`)[0]!, demoEstate(), runbooks);

test('every shipped runbook has tests of its own', () => { expect(files.map((file) => file.replace('.yaml', '')).toSorted()).toEqual(runbooks.map((runbook) => runbook.name).toSorted()); });

describe.each(files)('runbooks/tests/%s', (file) => {
  test.each(casesOf(readFileSync(`runbooks/tests/${file}`, 'utf8'), file).map((each) => [each.name, each] as const))('%s', async (_name, each) => { expect(await playCase(each, each.given.estate?.endsWith('hadr.yaml') ? hadrEstate() : demoEstate(), runbooks)).toEqual([]); });
});

describe('a test that is not met', () => {
  const move = '    when:\n      - ana: move site from=customerA to=service_provider\n      - ben: approve {run}\n';
  test.each([
    ['the status', 'status: failed', 'status: expected failed, found succeeded.'],
    ['where a VM runs', 'vms: { billing: customerA }', 'billing runs at: expected customerA, found service_provider.'],
    ['a step', 'steps: { check: failed }', 'step check: expected failed, found done.'],
    ['a step that is not there', 'steps: { nonsense: done }', 'no such step among'],
    ['the order', 'order: [check, "stop-vm:billing"]', 'order: check ended at'],
    ['the answer', 'answer: "no such words"', 'the last answer: expected \'no such words\''],
    ['exceptions', 'exceptions: [orders]', 'exceptions: expected \'orders\''],
    ['actions', 'actions: [balancer]', 'actions: expected balancer, found none.'],
    ['pending work', 'pending: [cleanup customerA]', 'pending work: expected cleanup customerA, found none.'],
    ['changes of the world', 'changes: 0', 'changes of the world: expected 0, found'],
  ])('says what was expected and what was found: %s', async (_title, then, said) => { expect((await play(`${move}    then: { ${then} }\n`)).join('\n')).toContain(said); });
  test('says so when what it waits for never comes', async () => { expect((await play('    when:\n      - ana: move site from=customerA to=service_provider\n      - until: over\n    then: { status: succeeded }\n'))[0]).toMatch(/status: expected succeeded, found expired|still is not so/); });
  test('says who is missing', async () => { expect(await play('    when:\n      - nobody: query vm\n    then: {}\n')).toEqual(['The estate has no person \'nobody\', who shall say: query vm']); });
});

describe('a file of tests', () => {
  const problems = (text: string): string[] => { const read = readCases(text, 'own.yaml'); return read.ok ? [] : read.problems.map(({ line, what }) => `${line}: ${what}`); };
  test.each([
    ['an unknown key', 'tests:\n  - name: x\n    when: [{ ana: query vm }]\n    than: {}\n', 'tests.0'],
    ['an unknown moment', 'tests:\n  - name: x\n    when: [{ until: soon }]\n    then: {}\n', 'Write a line of a person'],
    ['two people at once', 'tests:\n  - name: x\n    when: [{ ana: query vm, ben: query vm }]\n    then: {}\n', 'Write a line of a person'],
    ['a failure without its place', 'tests:\n  - name: x\n    given: { faults: [host-down] }\n    when: [{ ana: query vm }]\n    then: {}\n', 'Write the failure and what has it'],
    ['no tests', 'tests: []\n', 'tests'],
    ['no YAML', 'tests: [', 'This is not YAML'],
  ])('with %s is refused with its place', (_title, text, said) => { expect(problems(text).join('\n')).toContain(said); });
});
