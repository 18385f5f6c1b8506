import { afterEach, expect, test } from '@jest/globals';
import type { StateChange } from '../../src/core/event.js';
import type { PrintedPlan } from '../../src/core/printed-plan.js';
import { printPlans } from '../../src/desk/printed.js';
import { loadRunbooks } from '../../src/runbook/load.js';
import { allReady, cleaned, createBench, failedOver, inSync, stateOf, type Bench } from '../engine/support.js';

let bench: Bench;
afterEach(() => bench.close());

async function print(changes: readonly StateChange[], prepare: (bench: Bench) => void = () => undefined): Promise<(runbook: string) => PrintedPlan> {
  bench = createBench();
  prepare(bench);
  const state = stateOf(...changes);
  const plans = await printPlans({ controller: bench.engine, live: { current: state, reach: async () => undefined, onEntries: () => () => undefined }, runbooks: loadRunbooks('runbooks') });
  return (runbook) => plans.find((plan) => plan.tenant === 'cluster01' && plan.runbook === runbook)!;
}
const typed = (plan: PrintedPlan, says: string): string => plan.steps.find((step) => step.says.startsWith(says))!.byHand;

test('a planned move on paper: who approves, KSYS\'s own command, each step with what to type and where', async () => {
  const plan = (await print([inSync, ...allReady]))('planned-move');
  expect(plan).toMatchObject({ title: 'planned move of customerA from customerA to service_provider', ksysmgr: 'ksysmgr -t move site from=customerA to=service_provider dr_type=planned', notToday: null });
  expect(plan.gate).toMatch(/^2 different people; those with the role approver: .*Ana/);
  expect(typed(plan, 'shut payroll down')).toMatch(/^on HMC \S+: chsysstate -r lpar -m pbrazos -o osshutdown -n payroll$/);
  expect(typed(plan, 'start payroll')).toMatch(/chsysstate -r lpar -m snorlax -o on -n payroll$/);
  expect(typed(plan, 'clean up payroll')).toContain('rmsyscfg -r lpar -m pbrazos -n payroll');
  expect(typed(plan, 'define payroll')).toMatch(/create partition payroll on snorlax with \d+ MB, [\d.]+ processors, VLAN \d+/);
  expect(typed(plan, 'reverse replication')).toMatch(/on storage agent sarmeote .*: swap the roles of HG_A, so that service_provider becomes the source/);
  expect(plan.steps.every((step) => step.byHand !== '' && !/\?|undefined/.test(step.byHand))).toBe(true);
});

test('an unplanned move asks for proof of death before the fail-over, which cannot be undone', async () => {
  const plan = (await print([inSync, ...allReady]))('unplanned-move');
  const says = plan.steps.map((step) => step.says);
  const failOver = plan.steps.findIndex((step) => step.says.startsWith('fail disk group'));
  expect(plan.steps[failOver]).toMatchObject({ irreversible: true });
  expect(says.findLastIndex((each) => each.startsWith('prove that'))).toBeLessThan(failOver);
  expect(typed(plan, 'prove that payroll')).toMatch(/Not Activated .*with their own eyes/);
  expect(plan.irreversible.length).toBeGreaterThan(0);
});

test('after a fail-over the move goes home, and cleanup and resync name the side that was left', async () => {
  const plans = await print([...failedOver, cleaned], ({ lab }) => { lab.world.arrays.failOver('sarmeote', 'HG_A', 'service_provider', 'fail-over'); });
  expect([plans('planned-move').ksysmgr, plans('cleanup').ksysmgr]).toEqual(['ksysmgr -t move site from=service_provider to=customerA dr_type=planned', 'ksysmgr -t cleanup site customerA']);
  expect(typed(plans('resync'), 'mirror disk group HG_A')).toMatch(/mirror HG_A from service_provider to the other side\. Check the direction twice/);
});

test('what has nothing to do today says so in place of steps', async () => {
  expect((await print([inSync, ...allReady]))('recover')).toMatchObject({ steps: [], notToday: expect.stringContaining('left behind') });
});
