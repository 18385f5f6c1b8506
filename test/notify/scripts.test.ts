import { afterEach, describe, expect, test } from '@jest/globals';
import type { Estate, SystemAttributes } from '../../src/core/estate.js';
import { estateStream } from '../../src/core/event.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createMemoryOnceStore } from '../../src/journal/memory-once.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { startNotifyScripts } from '../../src/notify/scripts.js';
import type { ActionOutcome } from '../../src/ports/external-actions.js';
import { actor, createFakeClock, quiet } from '../contract/support.js';
import { until } from '../support/poll.js';
import { anEstate } from '../web/support.js';
import { anEvent } from './support.js';

const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });

async function set(outcome: ActionOutcome, system: SystemAttributes = {}, nodes = 1) {
  const clock = createFakeClock();
  const journal = createMemoryJournal({ clock, log: quiet });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const action = { name: 'page', kind: 'command' as const, program: ['/usr/bin/page'], tenants: 'all' as const, parameters: ['event', 'resource', 'tenant'], effect: 'changes' as const, probe: null, timeoutMs: 60_000 };
  const estate: Estate = { ...anEstate(), clockRate: 1, actions: [action], tenants: anEstate().tenants.map((tenant) => (tenant.name === 'cluster01' ? { ...tenant, system, notifyScripts: [{ event: 'HOST_FAILURE', action: 'page' }, { event: 'SCRIPT_FAILURE_EVENT', action: 'page' }] } : tenant)) };
  const committed = await journal.append({ entries: [{ stream: estateStream, tenant: null, actor, event: { type: 'estate.imported', estate, source: 'x', digest: 'x' } }] });
  await live.reach(committed[0]!.seq);
  const incidents = createIncidents({ journal, live });
  const runs: { parameters: object; timeoutMs: number }[] = [];
  const once = createMemoryOnceStore(clock);
  for (let node = 0; node < nodes; node++) stops.push(startNotifyScripts({ live, once, incidents, clock, log: () => undefined, actions: { run: async (each, parameters) => { runs.push({ parameters, timeoutMs: each.timeoutMs }); return outcome; } } }));
  const raised = (): string[] => live.current.events.map(({ event }) => event.name);
  return { incidents, runs, raised, live };
}

describe('a script that an event starts', () => {
  test('runs once with what it wants to know, whichever of several nodes is first, and its success is an event', async () => {
    const { incidents, runs, raised } = await set({ kind: 'succeeded', saw: 'exit code 0' }, {}, 2);
    await incidents.raise(anEvent({ entity: 'p brazos' }));
    await until('it has run', () => raised().includes('SCRIPT_SUCCESS_EVENT'));
    expect(runs).toEqual([{ parameters: { event: 'HOST_FAILURE', resource: 'p_brazos', tenant: 'cluster01' }, timeoutMs: 60_000 }]);
  });
  test('its failure is an incident of that cluster, and starts no script again', async () => {
    const { incidents, runs, raised, live } = await set({ kind: 'failed', saw: 'exit code 3' });
    await incidents.raise(anEvent());
    await until('it has failed', () => raised().includes('SCRIPT_FAILURE_EVENT'));
    expect([...live.current.incidents.values()].at(-1)).toMatchObject({ tenant: 'cluster01', title: 'The script page, which HOST_FAILURE of pbrazos started, failed: exit code 3' });
    expect(runs).toHaveLength(1);
  });
  test('custom_script_timeout limits it', async () => {
    const { incidents, runs } = await set({ kind: 'succeeded', saw: 'exit code 0' }, { customScriptTimeoutMs: 5_000 });
    await incidents.raise(anEvent());
    await until('it has run', () => runs.length === 1);
    expect(runs[0]!.timeoutMs).toBe(5_000);
  });
  test('another cluster\'s event, and another event, start nothing', async () => {
    const { incidents, runs, raised } = await set({ kind: 'succeeded', saw: 'exit code 0' });
    await incidents.raise(anEvent({ tenant: 'cluster02', entity: 'raichu', key: 'HOST_FAILURE:raichu' }));
    await incidents.raise(anEvent({ name: 'HMC_UNREACHABLE', key: 'HMC_UNREACHABLE:vmhmc1' }));
    await until('both are raised', () => raised().length === 2);
    expect(runs).toEqual([]);
  });
});
