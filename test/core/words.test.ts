import { describe, expect, test } from '@jest/globals';
import { didYouMean, editDistance, nearest } from '../../src/core/nearest.js';
import { tallyOf } from '../../src/core/tally.js';
import { aPlan, aRun, aStep } from './support.js';

describe('did you mean', () => {
  const sites = ['customerA', 'customerB', 'service_provider'];
  test.each([['custmerA', ['customerA', 'customerB']], ['CUSTOMERB', ['customerB', 'customerA']], ['cusotmerA', ['customerA', 'customerB']], ['service', ['service_provider']], ['atlantis', []], ['x', []]])('%s', (word, names) => { expect(nearest(word, sites)).toEqual(names); });
  test('at most three, the nearest first', () => { expect(nearest('vm1', ['vm12', 'vm13', 'vm14', 'vm1', 'vm15'])).toHaveLength(3); expect(nearest('vm2', ['vm13', 'vm12', 'vm2'])[0]).toBe('vm2'); });
  test('a swap of neighbours is one edit', () => { expect(editDistance('movse', 'moves')).toBe(1); });
  test.each([['', '', 0], ['', 'abc', 3], ['kitten', 'sitting', 3], ['same', 'same', 0]])('from %p to %p: %i', (a, b, edits) => { expect(editDistance(a, b)).toBe(edits); });
  test('as a question, or nothing at all', () => { expect(didYouMean('custmerA', ['customerA'])).toBe(' Did you mean customerA?'); expect(didYouMean('zzz', sites)).toBe(''); });
});

/** reference/ksys.md 3.5: `N out of M managed VMs have been successfully ...`. */
describe('the last line of a run', () => {
  const vms = ['a', 'b', 'c'];
  const steps = vms.flatMap((vm) => [aStep(`verify-vm:${vm}`), aStep(`start-vm:${vm}`), aStep(`discover-vm:${vm}`)]);
  const outcome = (step: string, result: 'done' | 'failed' | 'unknown') => ({ type: 'step.finished' as const, run: 'R-1', step, attempt: 1, outcome: result, why: null, remedy: null, probed: false, evidence: [], changes: [] });
  test.each([['move', 'start-vm', 'VMs have been successfully moved'], ['recover', 'start-vm', 'VMs have been successfully recovered'], ['verify', 'verify-vm', 'managed VMs have been successfully verified'], ['discover', 'discover-vm', 'managed VMs have been successfully discovered']] as const)('%s counts what it is for', (verb, kind, words) => {
    const plan = aPlan({ steps, vms });
    const run = aRun([outcome(`${kind}:a`, 'done'), outcome(`${kind}:b`, 'failed'), outcome(`${kind}:c`, 'unknown')], { ...plan, operation: { ...plan.operation, verb } });
    expect(tallyOf(run)).toEqual({ done: 1, of: 3, line: `1 out of 3 ${words}` });
  });
  test.each([['cleanup', 'close-cleanup', 'groups have been cleaned up'], ['resync', 'resync-group', 'disk groups have been resynchronised']] as const)('%s counts groups', (verb, kind, words) => {
    const plan = aPlan({ steps: [aStep(`${kind}:HG_A`), aStep(`${kind}:HG_C`), aStep('remove-vm:a')] });
    expect(tallyOf(aRun([outcome(`${kind}:HG_A`, 'done')], { ...plan, operation: { ...plan.operation, verb } })).line).toBe(`1 out of 2 ${words}`);
  });
});
