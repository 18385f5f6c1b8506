import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Client } from '../../src/cli/client.js';
import { runbook, toHtml, toText } from '../../src/cli/runbook.js';
import type { PrintedPlan } from '../../src/core/printed-plan.js';

let output: { out: string; err: string };
beforeEach(() => {
  output = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { output.out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { output.err += String(text); return true; });
});
afterEach(() => { jest.restoreAllMocks(); });

const plan = (change: Partial<PrintedPlan> = {}): PrintedPlan => ({
  tenant: 'cluster01', runbook: 'unplanned-move', title: 'UNPLANNED move of customerA', ksysmgr: 'ksysmgr -t move site', gate: '2 different people', loss: 'up to 4 s', irreversible: ['Writes stay behind.'], notToday: null,
  steps: [{ says: 'prove that a does not run', irreversible: false, byHand: 'on HMC h: lssyscfg' }, { says: 'fail over', irreversible: true, byHand: 'on storage agent s' }], ...change,
});
const options = (plans: PrintedPlan[]) => ({ client: { call: async () => ({ plans }) } as unknown as Client, as: null, json: false });

test('a plan as text has a box for each step, what to type, and what cannot be undone in capitals', () => {
  expect(toText(plan())).toBe(`== UNPLANNED move of customerA (cluster01, runbook unplanned-move)
Approval: 2 different people
Names and time: ______________________________
With KSYS, instead of all the steps: ksysmgr -t move site
Loss: up to 4 s
CANNOT BE UNDONE: Writes stay behind.
[ ] 1. prove that a does not run
       on HMC h: lssyscfg
[ ] 2. fail over  ** CANNOT BE UNDONE **
       on storage agent s
`);
});

test('HTML escapes what comes from the estate', () => {
  expect(toHtml([plan({ title: '<b>&"' })], new Date(0))).toContain('<h2>&lt;b&gt;&amp;&quot;</h2>');
});

test('prints all, or the one named, and says which there are', async () => {
  const plans = [plan(), plan({ runbook: 'cleanup', title: 'cleanup of customerA', steps: [], notToday: 'nothing is left' })];
  expect(await runbook(['print', 'cleanup'], options(plans))).toBe(0);
  expect(output.out).toContain('No steps today: nothing is left');
  expect(output.out).not.toContain('UNPLANNED');
  expect(await runbook(['print', 'unplanned-move', 'html'], options(plans))).toBe(0);
  expect(output.out).toContain('<!doctype html>');
  expect(await runbook(['print', 'takeover'], options(plans))).toBe(2);
  expect(output.err).toContain('Known: unplanned-move, cleanup');
  expect(await runbook(['burn'], options(plans))).toBe(4);
});
