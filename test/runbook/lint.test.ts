import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExternalAction } from '../../src/core/estate.js';
import { lint, rules } from '../../src/runbook/lint/lint.js';
import { problemLine } from '../../src/runbook/problem.js';
import { readRunbook, readRunbookFolder, type RunbookFile } from '../../src/runbook/read.js';

const folder = fileURLToPath(new URL('lint', import.meta.url));
const shipped = readRunbookFolder(fileURLToPath(new URL('../../runbooks', import.meta.url)));
const http = (name: string, effect: ExternalAction['effect'], parameters: string[] = []): ExternalAction => ({ name, kind: 'http', tenants: 'all', parameters, effect, probe: null, timeoutMs: 1_000, method: 'POST', url: 'http://127.0.0.1/', headers: {}, body: null, expect: [200] });
const estate = { actions: [http('balancer', 'changes', ['to']), http('fence', 'fences'), http('promote', 'promotes'), http('look', 'none')] };

function read(text: string, file: string): RunbookFile {
  const result = readRunbook(text, file);
  if (!result.ok) throw new Error(result.problems.map(problemLine).join('\n'));
  return result.read;
}
const linted = (text: string, file = 'own.yaml') => lint([...shipped.files.map((each) => ({ ...each, file: each.file.split('/').at(-1)! })), read(text, file)], estate).filter((problem) => problem.file === file);

describe('the linter', () => {
  test('finds nothing wrong with the shipped runbooks', () => {
    expect(shipped.problems).toEqual([]);
    expect(lint(shipped.files, { actions: [] })).toEqual([]);
  });

  test('has a file that breaks each of its rules', () => {
    expect(readdirSync(folder).map((name) => name.replace('.yaml', '')).toSorted()).toEqual(Object.keys(rules).toSorted());
  });

  test.each(readdirSync(folder))('%s is told by its rule, with its line and what to do', (name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const said = text.split('\n')[0]!.slice(2);
    const found = linted(text, `zz-${name}`);
    const own = found.find((problem) => problem.rule === name.replace('.yaml', ''));
    expect(own?.what).toBe(said);
    expect(own!.remedy).not.toBe('');
    if (name !== 'name-once.yaml') expect(text.split('\n')[own!.line! - 1]).toMatch(/^ {2,}- /);
  });

  test('tells what is wrong inside a called runbook at the line that calls it', () => {
    const inner = read('name: inner\ntitle: Inner\nby_name: true\ngate: { people: 0 }\nsteps:\n  - verb: verify\n  - notify: { text: one }\n  - notify: { text: two }\n  - when: { dr_type: planned }\n    do: [{ http: balancer, with: { to: x } }]\n', 'inner.yaml');
    const outer = read('name: outer\ntitle: Outer\nby_name: true\ngate: { people: 0 }\nsteps:\n  - call: inner\n', 'outer.yaml');
    expect(lint([outer, inner], estate).filter(({ file }) => file === 'outer.yaml')).toMatchObject([{ rule: 'approval-before', line: 6 }]);
  });

  const body = (steps: string, gate = 'people: 2') => `name: own\ntitle: Own\nby_name: true\ngate: { ${gate} }\nsteps:\n${steps}`;
  test.each([
    ['a promotion after a fence', '  - verb: verify\n  - http: fence\n  - http: promote\n'],
    ['a promotion after a move, which fences by itself', '  - verb: move\n  - check: { vms: running }\n  - http: promote\n'],
    ['an action that only looks, without anybody', '  - verb: verify\n  - http: look\n', 'people: 0'],
    ['an action after an approval in the run', '  - verb: verify\n  - approval: { text: "switch the balancer" }\n  - http: balancer\n    with: { to: "{to}" }\n', 'people: 0'],
    ['a wait with owner and limit that warns, where nothing changes after it', '  - wait: { until: { replication: SYNC }, owner: operator }\n    timeout: 10m\n    onFailure: warn\n  - verb: verify\n', 'people: 0'],
    ['foreach, parallel, when and call', '  - foreach: vm\n    limit: 2\n    do:\n      - notify: { text: "{vm} is next" }\n  - parallel:\n      - [{ check: { pending: none } }]\n      - [{ check: { replication: SYNC } }]\n  - when: { dr_type: planned }\n    do:\n      - notify: { text: planned }\n  - call: verify\n', 'people: 0'],
  ])('lets %s pass', (_title, steps, ...[gate]: string[]) => { expect(linted(body(steps, gate)).map(problemLine)).toEqual([]); });

  test.each([
    ['a fence in another branch', 'fence-before-promote', '  - verb: verify\n  - parallel:\n      - [{ http: fence }]\n      - [{ http: promote }]\n'],
    ['a fence that stands inside a when', 'fence-before-promote', '  - verb: verify\n  - when: { dr_type: planned }\n    do: [{ http: fence }]\n  - http: promote\n'],
    ['a wait that is longer than its timeout', 'wait-has-owner', '  - verb: verify\n  - wait: { time: 1h, owner: operator }\n    timeout: 30m\n', 'people: 0'],
    ['a fence whose failure only warns', 'fence-before-promote', '  - verb: verify\n  - http: fence\n    onFailure: warn\n  - http: promote\n'],
    ['a move whose check only warns', 'fence-before-promote', '  - verb: move\n  - check: { vms: running }\n    onFailure: warn\n  - http: promote\n'],
    ['a look of the controller in the place of a check', 'fence-before-promote', '  - verb: move\n  - verb: verify\n  - http: promote\n'],
    ['a verb inside a foreach', 'verb-outside-foreach', '  - foreach: vm\n    do: [{ call: verify }]\n', 'people: 0'],
    ['the run, which no text knows', 'known-placeholder', '  - verb: verify\n  - notify: { text: "{run}" }\n', 'people: 0'],
    ['a check before the move', 'look-after-move', '  - check: { vms: running }\n  - verb: move\n'],
    ['an action between the move and its check', 'look-after-move', '  - verb: move\n  - http: balancer\n    with: { to: "{to}" }\n  - check: { vms: running }\n'],
    ['an approval in one branch of a when', 'approval-before', '  - verb: verify\n  - when: { dr_type: planned }\n    do: [{ approval: { text: sure } }]\n  - http: fence\n', 'people: 0'],
    ['a wait that warns before a change', 'silence-is-no-yes', '  - wait: { until: { replication: SYNC }, owner: operator }\n    timeout: 10m\n    onFailure: warn\n  - verb: cleanup\n'],
    ['a missing parameter', 'known-action', '  - verb: verify\n  - http: balancer\n'],
    ['an action of another kind', 'known-action', '  - verb: verify\n  - command: fence\n'],
  ])('is not fooled by %s', (_title, rule, steps, ...[gate]: string[]) => { expect(linted(body(steps, gate)).map((problem) => problem.rule)).toContain(rule); });
});
