import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonical, inKeyOrder, sameCanonical } from '../../src/core/canonical.js';
import { digestOf, sameBound } from '../../src/core/plan.js';
import { aPlan, aStep } from './support.js';

/** As it was first written, key by key. */
function slowly(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(slowly).join(',')}]`;
  if (value !== null && typeof value === 'object') return `{${Object.entries(value).filter(([, each]) => each !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => `${JSON.stringify(key)}:${slowly(each)}`).join(',')}}`;
  return JSON.stringify(value ?? null);
}

const key = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('a', 'b', 'vm', 'host', '9', '10', '01', '__proto__', 'constructor', 'Z'));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.array(tie('json'), { maxLength: 4 }), fc.dictionary(key, tie('json'), { maxKeys: 5 })),
}));

describe('canonical text', () => {
  test('is what writing key by key gives', () => { fc.assert(fc.property(json, (value) => { expect(canonical(value)).toBe(slowly(value)); }), { numRuns: 1_000 }); });
  test('is not needed to tell whether it would be the same', () => {
    fc.assert(fc.property(json, json, (a, b) => { expect(sameCanonical(a, b)).toBe(slowly(a) === slowly(b)); }), { numRuns: 1_000 });
    fc.assert(fc.property(fc.dictionary(key, json), (value) => { expect(sameCanonical(value, Object.fromEntries(Object.entries(value).toReversed()))).toBe(true); }));
  });
  test('does not copy what is in order', () => {
    const value = { after: ['a'], args: { host: 'snorlax', vm: 'billing' } };
    expect(inKeyOrder(value)).toBe(value);
    expect(inKeyOrder({ 9: 1, 10: 2 })).toBeNull();
  });
});

describe('a digest', () => {
  const odd = aPlan({
    steps: [aStep('a:1', { args: { zeta: 1, alpha: { 10: 'x', 9: 'y', b: null }, list: [{ b: 1, a: 'quote " and \u2028 é' }] } }), aStep('b:1', { after: ['a:1'], whatever: true, args: { vm: 'x', host: 'y' } })],
    compensations: [aStep('c:1', { compensates: 'a:1' })], facts: { b: 1, a: [true, null, 1.5] },
  });
  test('stays what journals have recorded', () => {
    expect(aPlan().digest).toBe('82c50f7d7b4843c1fcaf8264aba47a2c7e8648e7214b9777e804ca428402ce24');
    expect(odd.digest).toBe('af3ce0be7cdab05848c5ad2c5147472481b1daabe0f1834160caa807c42d526b');
  });
  test('need not be worked out to see that two plans agree', () => {
    const plans = [aPlan(), odd, aPlan({ vms: ['payroll'] }), aPlan({ compensations: [] }), aPlan({ window: { from: 1, to: 2 } }), { ...aPlan(), createdAt: 5 }, JSON.parse(JSON.stringify(odd)) as typeof odd];
    for (const a of plans) for (const b of plans) expect(sameBound(a, b)).toBe(digestOf(a) === digestOf(b));
  });
});
