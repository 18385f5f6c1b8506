import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import { estateDiff } from '../../src/core/estate-diff.js';

const demo = readFileSync(fileURLToPath(new URL('../../estates/demo.yaml', import.meta.url)), 'utf8');
const read = (freezes: string) => readEstate(`${demo}\nfreezes:\n${freezes}\n`, 'estate.yaml');
const problems = (freezes: string): string[] => { const result = read(freezes); return result.ok ? [] : result.problems.map(({ line, what, remedy }) => `${line}: ${what} ${remedy}`); };
const first = demo.split('\n').length + 2;

describe('change freezes in the estate file', () => {
  test('are read in the estate\'s zone, or with an offset of their own', () => {
    const result = read('  - { from: "2026-12-20T18:00", to: "2026-12-27T06:00+01:00", reason: year end }\n  - { from: 2026-12-01T00:00Z, to: 2026-12-02T00:00Z, tenant: cluster01, reason: sale }');
    expect(result.ok && result.estate.freezes).toEqual([
      { from: '2026-12-20T18:00:00.000Z', to: '2026-12-27T05:00:00.000Z', tenant: null, reason: 'year end' },
      { from: '2026-12-01T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z', tenant: 'cluster01', reason: 'sale' },
    ]);
  });
  test.each([
    ['a moment that is none', '  - { from: tomorrow, to: "2026-12-27T06:00", reason: year end }', `${first}: 'tomorrow' is not a moment. Write it like "2026-12-20T18:00" (UTC), or with Z or an offset behind it.`],
    ['an end before the beginning', '  - { from: "2026-12-27T06:00", to: "2026-12-20T18:00", reason: year end }', `${first}: The freeze ends before it begins. Correct from: or to:.`],
    ['a tenant that is not there', '  - { from: "2026-12-20T18:00", to: "2026-12-27T06:00", tenant: cluster09, reason: year end }', `${first}: There is no tenant 'cluster09'. Did you mean cluster01 or cluster02? Known: cluster01, cluster02.`],
    ['no reason', '  - { from: "2026-12-20T18:00", to: "2026-12-27T06:00" }', `${first}: 'reason' is missing. Add 'reason' here (docs/estate.md lists every attribute).`],
  ])('%s is named with its line', (_title, text, problem) => expect(problems(text)).toEqual([problem]));
  test('a change of them shows in words', () => {
    const [before, after] = [readEstate(demo, 'estate.yaml'), read('  - { from: "2026-12-20T18:00", to: "2026-12-27T06:00", reason: year end }')];
    if (!before.ok || !after.ok) throw new Error('The demo estate is broken.');
    expect(estateDiff(before.estate, after.estate)).toEqual(['add freeze 2026-12-20T18:00:00.000Z to 2026-12-27T06:00:00.000Z (everybody) (from 2026-12-20T18:00:00.000Z, to 2026-12-27T06:00:00.000Z, reason year end)']);
  });
});
