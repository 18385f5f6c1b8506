import { afterEach, expect, test } from '@jest/globals';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { mutedBecause } from '../../src/core/muted.js';
import { anEstate, fakeClock, silentLogger } from '../web/support.js';
import { anEvent } from './support.js';

const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });
const hour = 3_600_000;

/** It is Monday, 14:00 UTC; every day from 15:00 to 16:00 the VMs of cluster01 are patched. */
async function aWeek(nodes = 1) {
  const clock = fakeClock();
  const journal = createMemoryJournal({ clock, log: silentLogger() });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const estate = { ...anEstate(), maintenanceWindows: [{ name: 'patches', tenant: 'cluster01', matcher: { event: 'VM_*', entity: null, class: null, severity: null }, from: '15:00', to: '16:00', reason: 'patches' }] };
  await live.reach((await journal.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate, source: 'x', digest: 'd' } }] })).at(-1)!.seq);
  const all = Array.from({ length: nodes }, () => createIncidents({ journal, live, clock }));
  const pass = async (ms: number): Promise<void> => { await clock.advance(ms); for (const each of all) await each.tend(); };
  const vm = (entity: string) => all[0]!.raise(anEvent({ name: 'VM_PACKET_LOSS', severity: 'warning', entityClass: 'vm', entity, key: `VM_PACKET_LOSS:${entity}`, occurredAt: clock.now() }));
  const muted = (id: string): string | null => mutedBecause(live.current.incidents.get(id)!, live.current, clock.now());
  return { live, clock, journal, pass, vm, muted, all };
}

test('what happens in a window is told when it ends and is still open; before and after it is told at once', async () => {
  const week = await aWeek();
  await week.vm('billing');
  expect(week.muted('I-1')).toBeNull();
  await week.pass(hour + 60_000);
  await week.vm('payroll');
  expect(week.muted('I-2')).toBe('silence');
  expect([...week.live.current.silences.values()]).toMatchObject([{ id: 'L-1', by: 'Lifeboat', reason: 'patches', tenant: 'cluster01', kept: 1 }]);
  await week.pass(hour);
  expect(week.muted('I-2')).toBeNull();
  expect((await week.journal.read({})).flatMap(({ event }) => (event.type === 'incident.told' ? [`${event.incident} ${event.because}`] : []))).toEqual(['I-2 silence-over']);
});

test('a quarter of an hour before it ends it says so, once, where something that it keeps back is open', async () => {
  const week = await aWeek(2);
  const ending = async (): Promise<unknown[]> => (await week.journal.read({})).flatMap(({ event }) => (event.type === 'silence.ending' ? [event] : []));
  await week.pass(hour + 60_000);
  await week.vm('payroll');
  await week.vm('orders');
  await week.pass(43 * 60_000);
  expect(await ending()).toEqual([]);
  await week.pass(60_000);
  await week.pass(60_000);
  expect(await ending()).toEqual([{ type: 'silence.ending', silence: 'L-1', open: 2 }]);
  await week.pass(24 * hour);
  expect(await ending()).toHaveLength(1);
});

test('one that is over is forgotten after thirty days, and no id is given twice', async () => {
  const week = await aWeek();
  for (let day = 0; day < 33; day++) { await week.pass(hour + 60_000); await week.pass(23 * hour - 60_000); }
  const ids = [...week.live.current.silences.keys()];
  expect([ids.length, ids.at(-1)]).toEqual([31, 'L-33']);
  expect(new Set((await week.journal.read({})).flatMap(({ event }) => (event.type === 'silence.added' ? [event.silence.id] : []))).size).toBe(33);
});

test('critical ones are told in it all the same', async () => {
  const week = await aWeek();
  await week.pass(hour + 60_000);
  await week.all[0]!.raise(anEvent({ name: 'VM_FAILURE_DETECTED', entityClass: 'vm', entity: 'orders', key: 'VM_FAILURE_DETECTED:orders', occurredAt: week.clock.now() }));
  expect(week.muted('I-1')).toBeNull();
});

test('each occurrence is one silence, whatever the number of nodes; who ends it ends this one alone', async () => {
  const week = await aWeek(2);
  await week.pass(hour + 60_000);
  await week.pass(60_000);
  expect(week.live.current.silences.size).toBe(1);
  await week.live.reach((await week.journal.append({ entries: [{ stream: 'incidents', tenant: 'cluster01', actor: lifeboat('owner'), event: { type: 'silence.ended', silence: 'L-1', by: 'ana' } }] })).at(-1)!.seq);
  await week.pass(60_000);
  expect(week.live.current.silences.size).toBe(1);
  await week.pass(24 * hour);
  expect([...week.live.current.silences.values()].map(({ id, endedBy }) => [id, endedBy])).toEqual([['L-1', 'ana'], ['L-2', null]]);
});
