import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Operation, PlanDraft, Step } from '../../src/core/plan.js';
import { Dispatcher } from '../../src/core/schedule.js';
import { emptyState } from '../../src/core/state.js';
import { compile } from '../../src/runbook/compile.js';
import { joinRunbooks, readRunbook } from '../../src/runbook/read.js';
import { tinyEstate } from '../scenarios/lab/estates.js';

const estate = tinyEstate();
const tenant = estate.tenants[0]!;
const operation: Operation = { verb: 'verify', tenant: tenant.name, scope: { class: 'site', name: tenant.homeSite }, hostGroups: tenant.hostGroups.map((group) => group.name), from: tenant.homeSite, to: tenant.backupSite, drType: null };
const state = { ...emptyState(), estate };
/** The controller's part: two machines looked at one after the other. A failure drops out alone. */
const controllerStep = (id: string, after: readonly string[]): Step => ({ id, kind: 'verify-vm', says: id, entity: { class: 'vm', name: id }, args: {}, after, slots: [], irreversible: false, mutates: false, rank: 0, timeoutMs: 1, estimateMs: 1, attemptsMax: 1, onFailure: 'drop' });
const draft = (wanted: Operation): PlanDraft => ({ operation: wanted, title: 'verify', steps: [controllerStep('v:1', []), controllerStep('v:2', ['v:1'])], vms: [], excluded: [], loss: { words: '', boundMs: null }, irreversible: [], evidence: [], facts: {}, locks: [], urgency: 'verification', attest: null });

type Shape = { readonly kind: 'notify' } | { readonly kind: 'verb' } | { readonly kind: 'call' } | { readonly kind: 'when'; readonly holds: boolean; readonly steps: readonly Shape[] } | { readonly kind: 'foreach'; readonly over: string; readonly limit: number; readonly steps: readonly Shape[] } | { readonly kind: 'parallel'; readonly limit: number; readonly branches: readonly (readonly Shape[])[] };
const shapes = fc.letrec<{ list: readonly Shape[]; shape: Shape; inEach: readonly Shape[] }>((tie) => ({
  list: fc.array(tie('shape'), { minLength: 1, maxLength: 3 }) as fc.Arbitrary<readonly Shape[]>,
  shape: fc.oneof({ maxDepth: 4 },
    fc.constant<Shape>({ kind: 'notify' }), fc.constant<Shape>({ kind: 'verb' }), fc.constant<Shape>({ kind: 'call' }),
    fc.record({ kind: fc.constant('when' as const), holds: fc.boolean(), steps: tie('list') }),
    fc.record({ kind: fc.constant('foreach' as const), over: fc.constantFrom('vm', 'host_group', 'host'), limit: fc.integer({ min: 1, max: 3 }), steps: tie('inEach') }),
    fc.record({ kind: fc.constant('parallel' as const), limit: fc.integer({ min: 1, max: 3 }), branches: fc.array(tie('list'), { minLength: 2, maxLength: 3 }) })) as fc.Arbitrary<Shape>,
  inEach: fc.constant<readonly Shape[]>([{ kind: 'notify' }, { kind: 'when', holds: false, steps: [{ kind: 'notify' }] }, { kind: 'call' }, { kind: 'notify' }]),
}));
const yaml = (shape: Shape): unknown => {
  switch (shape.kind) {
    case 'notify': return { notify: { text: 'x' } };
    case 'verb': return { verb: 'verify' };
    case 'call': return { call: 'inner' };
    case 'when': return { when: { tenant: shape.holds ? operation.tenant : 'nobody' }, do: shape.steps.map(yaml) };
    case 'foreach': return { foreach: shape.over, limit: shape.limit, do: shape.steps.map(yaml) };
    case 'parallel': return { parallel: shape.branches.map((branch) => branch.map(yaml)), limit: shape.limit };
  }
};
const read = (name: string, steps: readonly unknown[]) => {
  const result = readRunbook(JSON.stringify({ name, title: name, by_name: true, gate: { people: 0 }, steps }), `${name}.yaml`);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.read;
};
async function planOf(list: readonly Shape[]): Promise<readonly Step[]> {
  const [runbook, inner] = joinRunbooks([read('outer', [{ verb: 'verify' }, ...list.map(yaml), { id: 'last', notify: { text: 'last' } }]), read('inner', [{ notify: { text: 'a' } }, { foreach: 'vm', limit: 1, do: [{ notify: { text: '{vm}' } }] }])]);
  const result = await compile({ runbook: runbook!, runbooks: [runbook!, inner!], operation, state, planVerb: async (wanted) => ({ ok: true, draft: draft(wanted) }) });
  if (!result.ok) throw new Error(result.refusal.what);
  return result.draft.steps;
}
/** Works the steps off, one at a time; the controller's fail where they are told to. Answers with the order. */
function workedOff(steps: readonly Step[], fails: (step: Step) => boolean): { order: string[]; never: string[] } {
  const dispatcher = new Dispatcher(steps, () => false, () => false);
  const order: string[] = [];
  const running: Step[] = [];
  for (;;) {
    running.push(...dispatcher.take());
    const step = running.shift();
    if (!step) return { order, never: steps.map(({ id }) => id).filter((id) => !order.includes(id)) };
    order.push(step.id);
    dispatcher.release(step);
    if (fails(step)) dispatcher.drop(new Set([step.id, ...dispatcher.downstream(step.id)]));
    else dispatcher.satisfy(step.id);
  }
}

describe('whatever a runbook is made of', () => {
  test('its steps have names of their own and wait for steps that are there, and each has its turn, the last one last', async () => {
    await fc.assert(fc.asyncProperty(shapes.list, async (list) => {
      const steps = await planOf(list);
      const names = new Set(steps.map((step) => step.id));
      expect(names.size).toBe(steps.length);
      for (const step of steps) {
        expect(new Set(step.after).size).toBe(step.after.length);
        for (const before of step.after) expect(names).toContain(before);
      }
      const { order, never } = workedOff(steps, () => false);
      expect(never).toEqual([]);
      expect(order.at(-1)).toBe('last');
    }), { numRuns: 300 });
  });
  test('a machine that drops out takes no step of the runbook\'s own with it', async () => {
    await fc.assert(fc.asyncProperty(shapes.list, fc.integer({ min: 0, max: 9 }), async (list, which) => {
      const steps = await planOf(list);
      const looks = steps.filter((step) => step.entity.class === 'vm');
      const failing = looks[which % looks.length]!;
      const { order, never } = workedOff(steps, (step) => step === failing);
      expect(never.filter((id) => steps.find((step) => step.id === id)!.entity.class === 'runbook')).toEqual([]);
      expect(order.indexOf(failing.id)).toBeLessThan(order.indexOf('last'));
    }), { numRuns: 300 });
  });
});
