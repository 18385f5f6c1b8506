import { afterEach, describe, expect, test } from '@jest/globals';
import type { RunId } from '../../src/core/names.js';
import { brokenPromises } from '../../src/lab/promises.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, runIn, type BootOptions, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { brokenRecords, effectsOf, goOn, lasting, type Played } from './crash-support.js';

const [minute, hour] = [60_000, 3_600_000];
const labs: Lab[] = [];
afterEach(async () => { for (const lab of labs.splice(0)) await lab.close(); });

/** Somebody sets the machine's clock. What sleeps goes on as before: timers do not look at it. */
function setBack(node: LabNode, ms = hour): void {
  const { clock } = node.parts;
  const before = clock.now.bind(clock);
  Object.assign(clock, { now: () => before() - ms });
}

async function boot(options: BootOptions = {}): Promise<{ lab: Lab; node: LabNode }> {
  const lab = createLab({ estate: tinyEstate() });
  labs.push(lab);
  const node = await lab.boot(options);
  await makeReady(lab, node);
  return { lab, node };
}

describe('a clock that is set back an hour', () => {
  /** A move during which it happens, at the given change of the estate. */
  async function move(at: number | null): Promise<Played> {
    let [armed, calls] = [false, 0];
    const { lab, node } = await boot({ callFault: () => { if (armed && ++calls === at) setBack(node); return null; } });
    const before = lab.world.effects().length;
    const run = runIn(await node.say('ana', 'move site from=customerA to=service_provider'));
    armed = true;
    await node.say('ben', `approve ${run}`);
    return { lab, first: node, run, before, appends: 0, get calls() { return calls; } };
  }

  test('at any change of a move makes no difference: nothing starts twice, and the world ends as it should', async () => {
    const reference = await move(null);
    const wanted = { lasting: lasting(reference, await goOn(reference)), effects: effectsOf(reference) };
    expect(reference.calls).toBeGreaterThan(4);
    for (let at = 1; at <= reference.calls; at++) {
      const played = await move(at);
      const node = await goOn(played);
      await played.lab.pass(10 * minute);
      expect({ at, lasting: lasting(played, node), effects: effectsOf(played) }).toEqual({ at, ...wanted });
      expect(brokenPromises(played.lab.world.effects())).toEqual([]);
      expect(brokenRecords(await played.lab.entries(), played.run)).toEqual([]);
      expect((await played.lab.entries()).filter(({ event }) => event.type === 'run.started' && event.run === played.run)).toHaveLength(1);
    }
  });

  const proposed = async (): Promise<{ lab: Lab; node: LabNode; run: RunId }> => {
    const { lab, node } = await boot();
    return { lab, node, run: runIn(await node.say('ana', 'move site from=customerA to=service_provider')) };
  };

  test('revives no approval that has expired', async () => {
    const { lab, node, run } = await proposed();
    await lab.clock.advance(31 * minute);
    expect(node.run(run).status).toBe('expired');
    setBack(node);
    for (const line of ['approve', 'resume', 'hold']) await node.say('ben', `${line} ${run}`);
    expect(await node.press('ben', { verb: 'approve', subject: run })).toMatchObject({ code: 'expired' });
    await lab.clock.advance(2 * hour);
    expect(node.run(run)).toMatchObject({ status: 'expired', approvals: [], grantedAt: null, startedAt: null });
  });

  test('lets a question live an hour longer at most', async () => {
    const { lab, node, run } = await proposed();
    await lab.clock.advance(20 * minute);
    setBack(node);
    await lab.clock.advance(69 * minute);
    expect(node.run(run).status).toBe('proposed');
    await lab.clock.advance(2 * minute);
    expect(node.run(run).status).toBe('expired');
    expect(await node.say('ben', `approve ${run}`)).toMatchObject({ code: 'expired' });
  });

  test('makes no wait end early, and none longer than by that hour', async () => {
    const own = 'name: own\ntitle: Own\nby_name: true\ngate: { people: 0 }\nsteps:\n  - verb: verify\n  - wait: { time: 100m, owner: operator }\n  - notify: { text: after }\n';
    const { lab, node } = await boot({ runbooks: [own] });
    const rate = lab.estate.clockRate;
    const run = runIn(await node.say('ana', 'run runbook own site=customerA'));
    const status = (step: string): string => node.run(run).steps.get(step)!.status;
    await lab.until('it waits', () => status('wait') === 'started');
    await lab.clock.advance((50 * minute) / rate);
    setBack(node);
    await lab.clock.advance((49 * minute) / rate);
    expect(status('wait')).toBe('started');
    await lab.clock.advance(hour + (2 * minute) / rate);
    expect(node.run(run)).toMatchObject({ status: 'succeeded' });
  });
});
