import { afterEach, describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../src/core/dr-event.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { JournalError } from '../../src/ports/journal.js';
import { actor, createFakeClock, quiet } from '../contract/support.js';
import { anEvent } from './support.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });

async function set() {
  const clock = createFakeClock();
  const journal = createMemoryJournal({ clock, log: quiet });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const types = async (): Promise<string[]> => (await journal.read({})).map(({ event }) => event.type);
  return { journal, live, types, incidents: createIncidents({ journal, live, clock }) };
}
const evidence: Evidence[] = [{ saw: 'Operating', by: 'HMC vmhmc1', at: 1_000_500 }];

describe('events become incidents', () => {
  test('the first event opens one, with the event and its evidence in it', async () => {
    const { incidents, types } = await set();
    expect(await incidents.raise(anEvent())).toMatchObject({ id: 'I-1', tenant: 'cluster01', site: 'customerA', severity: 'critical', count: 1, causedBy: null, events: [{ name: 'HOST_FAILURE', evidence: [{ saw: 'Power Off', by: 'HMC vmhmc1' }] }, { name: 'HOST_FAILURE' }] });
    expect(await types()).toEqual(['incident.opened', 'event.raised']);
  });

  test('the monitor sees it again: nothing is written', async () => {
    const { incidents, types } = await set();
    await incidents.raise(anEvent());
    expect(await incidents.raise(anEvent())).toBeNull();
    expect(await types()).toHaveLength(2);
  });

  test('another source tells it again: the event is kept with the open incident, nobody is told twice', async () => {
    const { incidents, live, types } = await set();
    await incidents.raise(anEvent());
    expect(await incidents.raise(anEvent({ source: '/var/ksys/events.log' }))).toBeNull();
    expect([await types(), live.current.incidents.get('I-1')!.count]).toEqual([['incident.opened', 'event.raised', 'event.raised'], 2]);
  });

  test('information is written down and opens nothing', async () => {
    const { incidents, types, live } = await set();
    expect(await incidents.raise(anEvent({ severity: 'info' }))).toBeNull();
    expect([await types(), live.current.incidents.size]).toEqual([['event.raised'], 0]);
  });

  test('a hundred at once with one key are one incident; with a hundred keys a hundred, numbered without gaps', async () => {
    const { incidents, live } = await set();
    const same = await Promise.all(Array.from({ length: 100 }, () => incidents.raise(anEvent())));
    expect(same.filter(Boolean).map((incident) => incident!.id)).toEqual(['I-1']);
    const others = await Promise.all(Array.from({ length: 100 }, (_, index) => incidents.raise(anEvent({ key: `HOST_FAILURE:h${index}`, entity: `h${index}` }))));
    expect(others.map((incident) => incident!.id)).toEqual(Array.from({ length: 100 }, (_, index) => `I-${index + 2}`));
    expect(live.current.incidents.size).toBe(101);
  });

  test('resolved by an observation; the same failure later is a new incident', async () => {
    const { incidents, live } = await set();
    await incidents.raise(anEvent());
    expect(await incidents.resolve('HOST_FAILURE:pbrazos', evidence)).toMatchObject({ id: 'I-1' });
    expect(live.current.incidents.get('I-1')!.resolvedAt).not.toBeNull();
    expect(await incidents.resolve('HOST_FAILURE:pbrazos', evidence)).toBeNull();
    expect(await incidents.raise(anEvent())).toMatchObject({ id: 'I-2' });
  });

  test('two nodes that see the same thing open one incident', async () => {
    const { journal, live, incidents } = await set();
    const other = await createLiveState(journal);
    stops.push(() => other.stop());
    const opened = await Promise.all([incidents.raise(anEvent()), createIncidents({ journal, live: other }).raise(anEvent())]);
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(live.current.incidents.size).toBe(1);
  });

  test('a writer elsewhere came first: it looks again and loses nothing', async () => {
    const { journal, live, types } = await set();
    let interfering = 1;
    const racing = { ...journal, append: async (request: Parameters<typeof journal.append>[0]) => {
      if (interfering-- > 0) await journal.append({ entries: [{ stream: 'incidents', tenant: null, actor, event: { type: 'note', about: 'x', text: 'first', data: null } }] });
      return journal.append(request);
    } };
    expect(await createIncidents({ journal: racing, live }).raise(anEvent())).toMatchObject({ id: 'I-1' });
    expect(await types()).toEqual(['note', 'incident.opened', 'event.raised']);
  });

  test('a journal that cannot be written fails each caller, and the next call works', async () => {
    const { journal, live, types } = await set();
    let away = true;
    const failing = { ...journal, append: async (request: Parameters<typeof journal.append>[0]) => { if (away) throw new JournalError('unavailable', 'disk full'); return journal.append(request); } };
    const incidents = createIncidents({ journal: failing, live });
    const [one, two] = await Promise.allSettled([incidents.raise(anEvent()), incidents.resolve('HOST_FAILURE:pbrazos', evidence)]);
    expect([one.status, await types()]).toEqual(['rejected', []]);
    expect(two).toEqual({ status: 'fulfilled', value: null });
    away = false;
    expect(await incidents.raise(anEvent())).toMatchObject({ id: 'I-1' });
  });
});
