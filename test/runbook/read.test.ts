import { describe, expect, test } from '@jest/globals';
import { joinRunbooks, readRunbook } from '../../src/runbook/read.js';
import { allSteps } from '../../src/runbook/runbook.js';

const head = 'name: own\ntitle: Own\ngate: { people: 0 }\nsteps:\n';
const problems = (text: string): string[] => { const result = readRunbook(text, 'own.yaml'); return result.ok ? [] : result.problems.map(({ line, what, remedy }) => `${line}: ${what} ${remedy}`); };
const read = (steps: string) => { const result = readRunbook(head + steps, 'own.yaml'); if (!result.ok) throw new Error(JSON.stringify(result.problems)); return result.read; };

describe('a runbook file', () => {
  test.each([
    ['a step without a kind', `${head}  - vreb: verify\n`, '5: This step has no kind. Did you mean verb?'],
    ['a step of two kinds', `${head}  - verb: verify\n    notify: { text: x }\n`, '5: This step is of two kinds: verb and notify.'],
    ['an unknown attribute', `${head}  - verb: verify\n    timout: 5m\n`, '6: \'timout\' is not known in verb.'],
    ['an unknown attribute inside', `${head}  - ask: { text: x, wer: operator }\n`, '5: \'wer\' is not known in ask.'],
    ['a time that is none', `${head}  - verb: verify\n    timeout: soon\n`, '6: timeout: Write a whole number and s, m or h, such as 30m.'],
    ['an empty condition', `${head}  - check: {}\n`, '5: check: Say what must hold'],
    ['a missing text', `${head}  - approval: { people: 2 }\n`, '5: \'approval.text\' is missing.'],
    ['a bad form pattern', `${head}  - ask: { text: x, form: [{ name: ticket, label: Ticket, pattern: "(" }] }\n`, 'This is not a regular expression.'],
    ['a bad step inside a foreach', `${head}  - foreach: vm\n    do:\n      - notfy: { text: x }\n`, '7: This step has no kind. Did you mean notify?'],
    ['a bad step inside onFailure', `${head}  - check: { pending: none }\n    onFailure:\n      - tell: x\n`, '7: This step has no kind.'],
    ['what a step that holds others has no use for', `${head}  - foreach: vm\n    onFailure: [{ notify: { text: x } }]\n    do: [{ notify: { text: x } }]\n`, '6: \'onFailure\' is not known in foreach.'],
    ['a verb that is called irreversible', `${head}  - verb: verify\n    irreversible: true\n`, '6: \'irreversible\' is not known in verb.'],
    ['a secret', `${head}  - notify: { text: "password=hunter2secret" }\n`, '5: This step holds what looks like a secret.'],
    ['no YAML', 'name: [', '1: This is not YAML'],
    ['a key twice', `${head}  - verb: verify\n    verb: discover\n`, 'This is not YAML: Map keys must be unique'],
  ])('with %s is refused at its line', (_title, text, said) => { expect(problems(text).join('\n')).toContain(said); });

  test('tells everything that is wrong at once', () => { expect(problems(`${head}  - vreb: x\n  - verb: mvoe\n  - check: {}\n`)).toHaveLength(3); });

  test('gives steps without a name one that stays', () => {
    const { runbook } = read('  - check: { pending: none }\n  - id: check-2\n    check: { pending: none }\n  - check: { pending: none }\n  - verb: verify\n');
    expect(allSteps(runbook.steps).map((step) => step.id)).toEqual(['check', 'check-2', 'check-3', 'verify']);
  });

  test('is about the verb that changes sites, also where it calls it', () => {
    const called = readRunbook('name: inner\ntitle: Inner\ngate: { people: 2 }\nsteps:\n  - verb: cleanup\n', 'inner.yaml');
    const [outer] = joinRunbooks([read('  - verb: verify\n  - call: inner\n'), ...(called.ok ? [called.read] : [])]);
    expect(outer!.verb).toBe('cleanup');
  });

  test('has another version when what it calls has changed', () => {
    const inner = (title: string) => { const result = readRunbook(`name: inner\ntitle: ${title}\ngate: { people: 0 }\nsteps:\n  - verb: verify\n`, 'inner.yaml'); return result.ok ? [result.read] : []; };
    const version = (title: string): string => joinRunbooks([read('  - verb: discover\n  - call: inner\n'), ...inner(title)])[0]!.version;
    expect(version('One')).toBe(version('One'));
    expect(version('One')).not.toBe(version('Two'));
  });
});
