import { afterEach, expect, test } from '@jest/globals';
import type { Estate, SystemAttributes } from '../../src/core/estate.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import type { Initiative } from '../../src/desk/initiative.js';
import type { DeskParts } from '../../src/desk/parts.js';
import { startSchedule } from '../../src/desk/schedule.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import type { Scheduler } from '../../src/ports/scheduler.js';
import { until } from '../support/poll.js';
import { anEstate, fakeClock, silentLogger } from '../web/support.js';

const hour = 3_600_000;
const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });

/** It is 14:00 UTC when the estate comes: cluster01 daily at 02:00, cluster02 at 03:00. */
async function aSchedule() {
  const clock = fakeClock();
  const journal = createMemoryJournal({ clock, log: silentLogger() });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const adopt = async (estate: Estate): Promise<void> => {
    const committed = await journal.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate, source: 'demo.yaml', digest: 'digest' } }] });
    await live.reach(committed[0]!.seq);
  };
  await adopt(anEstate());
  const daily = new Map<string, { when: string; work: (slot: string) => Promise<void> }>();
  const scheduler: Scheduler = {
    daily(name, time, timeZone, work) {
      if (daily.has(name)) throw new Error(`${name} is scheduled twice`);
      daily.set(name, { when: `${time} ${timeZone}`, work });
      return () => { daily.delete(name); };
    },
    stop: async () => undefined,
  };
  const fired: string[] = [];
  const quick: string[] = [];
  const initiative = { quickDiscovery: async (tenant: { name: string }, slot: string) => { quick.push(`${tenant.name} ${slot}`); return ['R-1']; }, discoverAndVerify: async (tenant: { name: string }) => { fired.push(tenant.name); return ['R-1']; } } as unknown as Initiative;
  const stop = startSchedule({ journal, live, clock, log: () => undefined } as unknown as DeskParts, scheduler, initiative);
  const slots = (): string[] => live.current.schedule.map(({ tenant, slot, missed }) => `${tenant} ${slot}${missed ? ' missed' : ''}`);
  return { clock, adopt, daily, fired, quick, journal, live, slots, stop, when: () => Object.fromEntries([...daily].map(([name, each]) => [name, each.when])) };
}
const withTimes = (first: string, second: string): Estate => anEstate({ tenants: anEstate().tenants.map((tenant, index) => ({ ...tenant, autoDiscoveryTime: index === 0 ? first : second })) });

test('every tenant of the estate in use is scheduled, and nobody when it stops', async () => {
  const { when, stop } = await aSchedule();
  expect(when()).toEqual({ cluster01: '02:00 UTC', cluster02: '03:00 UTC' });
  stop();
  expect(when()).toEqual({});
});

test('a changed time, a tenant that goes and one that comes take effect with the estate, without a restart', async () => {
  const { when, adopt, stop } = await aSchedule();
  await adopt(withTimes('05:15', '03:00'));
  expect(when()).toEqual({ cluster01: '05:15 UTC', cluster02: '03:00 UTC' });
  await adopt(anEstate({ timeZone: 'Europe/Berlin', tenants: anEstate().tenants.slice(1) }));
  expect(when()).toEqual({ cluster02: '03:00 Europe/Berlin' });
  await adopt(anEstate());
  expect(when()).toEqual({ cluster01: '02:00 UTC', cluster02: '03:00 UTC' });
  stop();
  await adopt(withTimes('06:00', '06:00'));
  expect(when()).toEqual({});
});

test('a slot fires once, whoever calls it', async () => {
  const { daily, clock, fired, slots } = await aSchedule();
  await clock.advance(12 * hour);
  await daily.get('cluster01')!.work('2026-03-03T02:00');
  await daily.get('cluster01')!.work('2026-03-03T02:00');
  await clock.advance(60_000);
  expect(fired).toEqual(['cluster01']);
  expect(slots()).toEqual(['cluster01 2026-03-03T02:00']);
});

test('a slot that nobody took is made good for six hours, and listed as missed after that', async () => {
  const { clock, fired, slots } = await aSchedule();
  await clock.advance(14 * hour);
  await until('both late slots', () => fired.length === 2);
  expect(slots()).toEqual(['cluster01 2026-03-03T02:00', 'cluster02 2026-03-03T03:00']);
  await clock.advance(23.5 * hour);
  expect(fired).toHaveLength(4);
  await clock.advance(34 * hour);
  expect(slots().slice(4)).toEqual(['cluster01 2026-03-05T02:00 missed', 'cluster02 2026-03-05T03:00 missed']);
});

test('a slot before its time was in the estate is nobody\'s: neither made good nor missed', async () => {
  const { clock, adopt, fired, slots } = await aSchedule();
  await adopt(withTimes('13:00', '03:00'));
  await clock.advance(60_000);
  expect([fired, slots()]).toEqual([[], []]);
});

const withSystem = (system: SystemAttributes): Estate => anEstate({ tenants: anEstate().tenants.map((tenant, index) => (index === 0 ? { ...tenant, system } : tenant)) });

test('deep_discovery=disable: slots are nobody\'s, and those in between are not made good when it is enabled again', async () => {
  const { clock, adopt, fired, slots, when } = await aSchedule();
  await adopt(withSystem({ deepDiscovery: false }));
  expect(when()).toEqual({ cluster02: '03:00 UTC' });
  await clock.advance(14 * hour);
  await adopt(anEstate());
  await clock.advance(60_000);
  expect([fired, slots()]).toEqual([['cluster02'], ['cluster02 2026-03-03T03:00']]);
  expect(when()).toEqual({ cluster01: '02:00 UTC', cluster02: '03:00 UTC' });
});

test.each<[string, SystemAttributes, number, string[]]>([
  ['quick_discovery_interval=60, as long as nobody says otherwise', {}, 1, ['cluster01', 'cluster02']],
  ['quick_discovery_interval=120 comes later', { quickDiscoveryIntervalMs: 2 * hour }, 1, ['cluster02']],
  ['quick_discovery_interval=5 comes sooner', { quickDiscoveryIntervalMs: 300_000 }, 0.1, ['cluster01']],
  ['quick_discovery=disable never comes', { quickDiscovery: false }, 1, ['cluster02']],
])('%s', async (_title, system, hours, wanted) => {
  const { clock, adopt, quick } = await aSchedule();
  await adopt(withSystem(system));
  await clock.advance(hours * hour);
  await until('it has looked', () => quick.length === wanted.length);
  expect(quick.map((each) => each.split(' ')[0])).toEqual(wanted);
});

test('quick discovery leaves a cluster alone whose VMs were all looked at', async () => {
  const { clock, journal, live, quick } = await aSchedule();
  const vms = anEstate().tenants[0]!.vms;
  const committed = await journal.append({ entries: [{ stream: 'run:R-1', tenant: 'cluster01', actor: lifeboat('engine'), event: { type: 'step.finished', run: 'R-1', step: 's', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes: vms.map(({ name }) => ({ kind: 'vm', vm: name, state: 'DISCOVERED', reason: null })) } }] });
  await live.reach(committed[0]!.seq);
  await clock.advance(hour);
  await until('it has looked', () => quick.length === 1);
  expect(quick).toEqual([expect.stringMatching(/^cluster02 2026-03-02T15:0/)]);
});
