import { afterEach, describe, expect, test } from '@jest/globals';
import type { DrEvent } from '../../src/core/dr-event.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { createFakeClock, quiet } from '../contract/support.js';
import { anEvent } from './support.js';
import { entry } from '../../src/desk/parts.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { anEstate } from '../web/support.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });

async function set() {
  const clock = createFakeClock();
  const journal = createMemoryJournal({ clock, log: quiet });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const [first] = await journal.append({ entries: [entry(estateStream, null, lifeboat('start'), { type: 'estate.imported', estate: anEstate(), source: 'test', digest: 'x' })] });
  await live.reach(first!.seq);
  const incidents = createIncidents({ journal, live, clock });
  /** The messages that the tenant's own channel gets, in their order. */
  const messages = async (): Promise<string[]> => [...new Set(wantedMessages(await journal.read({}), live.current, ['slack']).filter(({ target }) => target.kind === 'channel' && target.channel === live.current.estate!.tenants[0]!.channel).map(({ key }) => key.split('/')[0]!))];
  return { clock, journal, live, incidents, messages };
}

const kind = (name: string, entity: string, change: Partial<DrEvent> = {}): DrEvent => anEvent({ name, entity, entityClass: 'app', key: `${name}:${entity}`, source: '/var/log/events', ...change });

describe('a storm becomes a handful of messages', () => {
  test.each([[1], [100], [10_000]])('10,000 events of %i kinds', async (kinds) => {
    const { incidents, live, messages } = await set();
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => incidents.raise(kind(`KIND_${index % kinds}`, `app${index}`))));
    const told = await messages();
    expect(told.length).toBeLessThanOrEqual(10);
    expect(told).toContain('incident:I-1');
    // The first critical ones of the first kinds are told on their own, and everything exists one by one.
    if (kinds > 1) expect(told).toEqual(expect.arrayContaining(Array.from({ length: 8 }, (_, index) => `incident:I-${index + 1}`)));
    const all = [...live.current.incidents.values()].filter(({ events }) => events[0]!.name !== 'EVENT_STORM');
    expect(all).toHaveLength(10_000);
    const heads = [...live.current.incidentIndex.folded.values()];
    expect(heads.reduce((sum, { count }) => sum + count, 0) + all.filter(({ group }) => group === undefined).length).toBe(10_000);
  });

  test('another tenant\'s storm keeps nobody else\'s incident from being told', async () => {
    const { incidents, live } = await set();
    await Promise.all(Array.from({ length: 100 }, (_, index) => incidents.raise(kind(`KIND_${index}`, 'x'))));
    expect(await incidents.raise(kind('KIND_1', 'y', { tenant: 'cluster02', key: 'other' }))).toMatchObject({ told: 1 });
    expect(live.current.incidentIndex.tellings.get('cluster01')!.storm).not.toBeNull();
  });

  test('three of one kind are told one by one; the fourth is counted under the first', async () => {
    const { incidents } = await set();
    const opened = [];
    for (let index = 0; index < 5; index++) opened.push(await incidents.raise(kind('HOST_FAILURE', `h${index}`)));
    expect(opened.map((incident) => [incident!.told, incident!.group])).toEqual([[1, undefined], [1, undefined], [1, undefined], [0, 'I-1'], [0, 'I-1']]);
  });

  test('when its head is over and others are not, one message says so', async () => {
    const { incidents, live, messages } = await set();
    for (let index = 0; index < 5; index++) await incidents.raise(kind('HOST_FAILURE', `h${index}`, { source: 'engine' }));
    await incidents.resolve('HOST_FAILURE:h0', []);
    expect(live.current.incidents.get('I-1')).toMatchObject({ told: 2, toldBecause: 'still-open' });
    expect(await messages()).toContain('incident:I-1.2');
  });

  test('after five calm minutes the storm is over; what is still open is told once more, in one message', async () => {
    const { clock, incidents, live } = await set();
    await Promise.all(Array.from({ length: 100 }, (_, index) => incidents.raise(kind(`KIND_${index}`, 'x'))));
    const { storm } = live.current.incidentIndex.tellings.get('cluster01')!;
    await clock.advance(4 * 60_000);
    await incidents.tend();
    expect(live.current.incidents.get(storm!)!.resolvedAt).toBeNull();
    await clock.advance(60_000);
    await incidents.tend();
    expect(live.current.incidents.get(storm!)).toMatchObject({ resolvedAt: expect.any(Number), toldBecause: 'still-open' });
  });
});

describe('flapping', () => {
  test('the fourth opening within half an hour says so; the next are counted until it was calm', async () => {
    const { clock, incidents, live } = await set();
    const openings = [];
    for (let index = 0; index < 6; index++) {
      openings.push(await incidents.raise(anEvent()));
      if (index < 5) await incidents.resolve(anEvent().key, []);
      await clock.advance(60_000);
    }
    expect(openings.map((incident) => [incident!.told, incident!.flapping, incident!.again])).toEqual([[1, undefined, undefined], [1, undefined, 'I-1'], [1, undefined, 'I-2'], [1, 4, 'I-3'], [0, 5, 'I-4'], [0, 5, 'I-5']]);
    await clock.advance(30 * 60_000);
    await incidents.tend();
    expect(live.current.incidents.get('I-6')).toMatchObject({ told: 1, toldBecause: 'flapping-over' });
  });

  test('that it has stayed away for half an hour is said once, with the message that said that it comes and goes', async () => {
    const { clock, incidents, live, journal } = await set();
    for (let index = 0; index < 6; index++) {
      await incidents.raise(anEvent());
      await clock.advance(30_000);
      await incidents.resolve(anEvent().key, []);
      await clock.advance(30_000);
    }
    const told = async (): Promise<string[]> => (await journal.read({})).flatMap(({ event }) => (event.type === 'incident.told' ? [`${event.incident} ${event.because}`] : []));
    await clock.advance(29 * 60_000);
    await incidents.tend();
    expect(await told()).toEqual([]);
    await clock.advance(60_000);
    for (let times = 0; times < 3; times++) await incidents.tend();
    expect(await told()).toEqual(['I-4 calm']);
    expect(live.current.incidents.get('I-4')).toMatchObject({ told: 2, toldBecause: 'calm', resolvedAt: expect.any(Number) });
  });
});

describe('told again', () => {
  test('a repetition after the window, once; not while somebody looks after it; a worse severity at once', async () => {
    const { clock, incidents, live, journal } = await set();
    const again = () => incidents.raise(anEvent({ source: '/var/log/events', severity: 'warning' }));
    await again();
    await clock.advance(59 * 60_000);
    await again();
    expect(live.current.incidents.get('I-1')!.told).toBe(1);
    await clock.advance(60_000);
    await again();
    await again();
    expect(live.current.incidents.get('I-1')).toMatchObject({ told: 2, toldBecause: 'repeated' });
    const [acknowledged] = await journal.append({ entries: [entry('incidents', 'cluster01', lifeboat('monitor'), { type: 'incident.acknowledged', incident: 'I-1', by: 'ana', until: clock.now() + 2 * 3_600_000 })] });
    await live.reach(acknowledged!.seq);
    await clock.advance(3_600_000);
    await again();
    expect(live.current.incidents.get('I-1')!.told).toBe(2);
    await incidents.raise(anEvent({ source: '/var/log/events', severity: 'critical' }));
    expect(live.current.incidents.get('I-1')).toMatchObject({ told: 3, toldBecause: 'worse', severity: 'critical' });
    await clock.advance(3_600_000);
    await incidents.tend();
    expect(live.current.incidents.get('I-1')).toMatchObject({ told: 4, toldBecause: 'unattended' });
    expect(live.current.incidents.get('I-1')!.acknowledged).toBeUndefined();
  });
});

describe('a cause mutes what follows from it', () => {
  const hmc = anEvent({ name: 'HMC_UNREACHABLE', entityClass: 'hmc', entity: 'vmhmc1', key: 'HMC_UNREACHABLE:vmhmc1' });
  test('a host behind a silent HMC is told when the HMC answers and the host does not', async () => {
    const { incidents, live, messages } = await set();
    const name = live.current.estate!.sites.find((site) => site.name === 'customerA')!.hmcs[0]!.name;
    const silent = { ...hmc, entity: name, key: `HMC_UNREACHABLE:${name}` };
    await incidents.raise(silent);
    const host = live.current.estate!.sites.find((site) => site.name === 'customerA')!.hosts[0]!.name;
    expect(await incidents.raise(anEvent({ entity: host, key: `HOST_FAILURE:${host}` }))).toMatchObject({ causedBy: 'I-1', told: 0 });
    expect(await messages()).toEqual(['incident:I-1']);
    await incidents.resolve(silent.key, []);
    expect(live.current.incidents.get('I-2')).toMatchObject({ causedBy: null, told: 1, toldBecause: 'cause-over' });
    expect(await messages()).toEqual(['incident:I-1', 'incident:I-2']);
  });

  test('the effect came first: it is told with its cause from then on', async () => {
    const { incidents, live } = await set();
    const site = live.current.estate!.sites.find(({ name }) => name === 'customerA')!;
    await incidents.raise(anEvent({ entity: site.hosts[0]!.name, key: `HOST_FAILURE:${site.hosts[0]!.name}` }));
    await incidents.raise({ ...hmc, entity: site.hmcs[0]!.name, key: `HMC_UNREACHABLE:${site.hmcs[0]!.name}` });
    expect(live.current.incidents.get('I-1')).toMatchObject({ causedBy: 'I-2', told: 1 });
  });

  test('a VM on a failed host, and what asks people for something, which always speaks', async () => {
    const { incidents, live } = await set();
    const vm = live.current.estate!.tenants[0]!.vms[0]!;
    await incidents.raise(anEvent({ entity: vm.host, key: `HOST_FAILURE:${vm.host}` }));
    const about = (name: string) => incidents.raise(anEvent({ name, entityClass: 'vm', entity: vm.name, key: `${name}:${vm.name}` }));
    expect(await about('VM_FAILURE_DETECTED')).toMatchObject({ causedBy: 'I-1', told: 0 });
    expect(await about('VM_RESTART_BLOCKED')).toMatchObject({ causedBy: null, told: 1 });
  });
});
