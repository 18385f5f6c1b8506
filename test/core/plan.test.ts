import { describe, expect, test } from '@jest/globals';
import { canonical, digestOf, type Plan } from '../../src/core/plan.js';
import { planChanges } from '../../src/core/plan-diff.js';
import { aPlan, aStep, by, noon } from './support.js';

const plan = aPlan();
const [first, second] = plan.steps as [Plan['steps'][0], Plan['steps'][0]];
const step = (change: Partial<Plan['steps'][0]>): Partial<Plan> => ({ steps: [{ ...first, ...change }, second] });
const operation = (change: Partial<Plan['operation']>): Partial<Plan> => ({ operation: { ...plan.operation, ...change } });
const gate = (change: Partial<Plan['gate']>): Partial<Plan> => ({ gate: { ...plan.gate, ...change } });

/** Invariant 36. */
describe('an approval is bound to what matters', () => {
  test.each<[string, Partial<Plan>, string]>([
    ['another verb', operation({ verb: 'recover' }), 'scope'],
    ['another scope', operation({ scope: { class: 'host_group', name: 'HG_A' } }), 'scope'],
    ['more host groups', operation({ hostGroups: ['HG_A', 'HG_C'] }), 'host groups'],
    ['another source', operation({ from: 'customerB' }), 'direction'],
    ['another target', operation({ to: 'customerB' }), 'direction'],
    ['unplanned instead of planned', operation({ drType: 'unplanned' }), 'kind of move'],
    ['one VM more', { vms: ['billing', 'payroll'] }, 'virtual machines'],
    ['one VM left out', { excluded: [{ vm: 'archive', why: 'not mirrored' }] }, 'left out'],
    ['a step more', { steps: [...plan.steps, aStep('remove-vm:billing')] }, 'steps added'],
    ['a step less', { steps: [first] }, 'steps removed'],
    ['a step of another kind under the same name', step({ kind: 'power-off-vm' }), 'steps altered'],
    ['a step on another entity', step({ entity: { class: 'vm', name: 'payroll' } }), 'steps altered'],
    ['a step with other arguments', step({ args: { host: 'gengar' } }), 'steps altered'],
    ['another order', step({ after: ['start-vm:billing'] }), 'steps altered'],
    ['a step that cannot be undone any more', step({ irreversible: true }), 'steps altered'],
    ['a fact that turned', { facts: { 'active site of HG_A': 'service_provider' } }, 'active site of HG_A'],
    ['a fact that came up', { facts: { ...plan.facts, 'standing of pbrazos': 'unreachable' } }, 'standing of pbrazos'],
    ['more people needed', gate({ people: 3 }), 'people needed'],
    ['another role needed', gate({ role: 'operator' }), 'role needed'],
    ['an attestation needed', gate({ attest: 'pbrazos' }), 'attestation'],
    ['another runbook', { runbook: 'unplanned-move' }, 'runbook'],
    ['a changed runbook', { policyVersion: 'v2' }, 'policy version'],
  ])('%s voids it, and is named', (_title, change, what) => {
    const changed = aPlan(change);
    expect(changed.digest).not.toBe(plan.digest);
    expect(planChanges(plan, changed).map((each) => each.what)).toContain(what);
  });

  test.each<[string, Partial<Plan>]>([
    ['a later look', { createdAt: noon + 1, evidence: [{ saw: 'host pbrazos is Operating', by: 'HMC vmhmc1', at: noon + 5 }] }],
    ['another prediction', { predictedMs: 1 }],
    ['a newer replication lag', { loss: { words: 'up to 9 s of writes', boundMs: 9_000 } }],
    ['other estimates and time limits', step({ estimateMs: 5, timeoutMs: 5, rank: 2, attemptsMax: 9, slots: ['hmc:vmhmc1'] })],
    ['other wording', { ...step({ says: 'stop billing' }), title: 'move', irreversible: ['words'] }],
    ['why a VM is left out, in other words', { excluded: [] }],
    ['its number and revision', { run: 'R-9', epoch: 4 }],
    ['who asked and why', { requestedBy: by('ben'), because: { incident: 'I-1', reason: 'storm' } }],
    ['a longer time to decide', gate({ expiresInMs: 1 })],
    ['the order in which facts are written', { facts: Object.fromEntries(Object.entries(plan.facts).toReversed()) }],
  ])('%s does not void it', (_title, change) => {
    const changed = aPlan(change);
    expect(changed.digest).toBe(plan.digest);
    expect(planChanges(plan, changed)).toEqual([]);
  });

  test('the words show before and after', () => {
    expect(planChanges(plan, aPlan({ vms: ['billing', 'payroll'], facts: { 'active site of HG_A': 'service_provider', divergent: 4 } }))).toEqual([
      { what: 'virtual machines', before: 'billing', after: 'billing, payroll' },
      { what: 'active site of HG_A', before: 'customerA', after: 'service_provider' },
      { what: 'divergent', before: 'none', after: '4' },
    ]);
  });
});

describe('canonical text', () => {
  test('is equal for equal values, whatever the order of keys', () => { expect(canonical({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe(canonical({ b: [1, { c: 'x', d: null }] })); });
  test('tells lists apart by their order', () => { expect(canonical([1, 2])).not.toBe(canonical([2, 1])); });
  test('tells a number from its text', () => { expect(canonical(1)).not.toBe(canonical('1')); });
  test('the digest is a SHA-256', () => { expect(digestOf(plan)).toMatch(/^[0-9a-f]{64}$/); });
});
