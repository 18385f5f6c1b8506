import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isTerminal } from '../../src/core/run-state.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let first: LabNode;
let second: LabNode;
const inject = (fault: string, target: string): Promise<unknown> => lab.world.client.call('inject', [fault, target]);
const titles = (from: number): string[] => [...first.state.runs.values()].slice(from).map((run) => run.plan.title);
const written = async (type: string): Promise<number> => (await lab.entries()).filter(({ event }) => event.type === type).length;

beforeEach(async () => {
  lab = createLab();
  first = await lab.boot({ monitor: true });
  second = await lab.boot({ monitor: true });
  await makeReady(lab, first);
});
afterEach(() => lab.close());

describe('two nodes that look at the same estate', () => {
  test('make one incident and one proposal of a failure that both see', async () => {
    const runs = first.state.runs.size;
    await inject('host-down', 'pbrazos');
    await lab.pass(30 * 60_000);
    expect([await written('incident.opened'), await written('incident.proposed')]).toEqual([1, 1]);
    expect(titles(runs)).toHaveLength(1);
    expect(second.state.runs.size).toBe(first.state.runs.size);
  });

  test('say once which proposal stands for several incidents of one site', async () => {
    await inject('site-down', 'customerA');
    await lab.pass(10 * 60_000);
    expect(await written('incident.proposed')).toBe(await written('incident.opened'));
  });

  test('ask once for what follows a move', async () => {
    const run = runIn(await first.say('ana', 'move site from=customerA to=service_provider tenant=cluster01 dr_type=planned'));
    await second.say('ben', `approve ${run}`);
    await lab.until('it is over', () => isTerminal(first.run(run).status), 2 * 3_600_000);
    await lab.pass(20 * 60_000);
    expect(first.run(run).status).toBe('succeeded');
    expect([...first.state.runs.values()].filter(({ plan }) => plan.because.reason === `follows ${run}`)).toHaveLength(1);
  });

  test('take a daily slot once, also when one of them comes to it after the other is through with it', async () => {
    const tenant = lab.estate.tenants[0]!;
    const runs = await first.initiative.discoverAndVerify(tenant, 'schedule', '2026-11-22T02:00');
    await lab.settle(first);
    expect(first.run(runs[0]!).status).toBe('succeeded');
    expect(await second.initiative.discoverAndVerify(tenant, 'schedule', '2026-11-22T02:00')).toEqual(runs);
    expect(await second.initiative.discoverAndVerify(tenant, 'schedule', '2026-11-23T02:00')).not.toEqual(runs);
  });
});

describe('a hold', () => {
  test('that another node took in stops the node that executes the run', async () => {
    const run = runIn(await first.say('ana', 'move site from=customerA to=service_provider tenant=cluster01 dr_type=planned'));
    await first.say('ben', `approve ${run}`);
    await lab.until('something was done', () => [...first.run(run).steps.values()].some(({ status }) => status === 'done'));
    await second.say('vic', `hold ${run}`);
    const started = (await lab.entries()).filter(({ event }) => event.type === 'step.started' && event.run === run).length;
    await lab.pass(3_600_000);
    expect(first.run(run).status).toBe('held');
    expect((await lab.entries()).filter(({ event }) => event.type === 'step.started' && event.run === run)).toHaveLength(started);
    await second.say('ana', `resume ${run}`);
    await second.say('ben', `resume ${run}`);
    await lab.until('it is over', () => isTerminal(first.run(run).status), 2 * 3_600_000);
    expect(first.run(run).status).toBe('succeeded');
  });
});
