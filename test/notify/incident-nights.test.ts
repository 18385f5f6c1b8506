import { expect, test } from '@jest/globals';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import type { Incident } from '../../src/core/dr-event.js';
import { estateStream, incidentStream, type JournalEvent } from '../../src/core/event.js';
import { nextSilenceId, type Silence } from '../../src/core/incident-rules/silence.js';
import { lifeboat } from '../../src/core/names.js';
import { emptyState, fold } from '../../src/core/state.js';
import { entry } from '../../src/desk/parts.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { createFakeClock, quiet } from '../contract/support.js';
import { anEstate } from '../web/support.js';
import { anEvent } from './support.js';
import { tellings } from './telling-oracle.js';

/** Small, seeded, the same everywhere (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const minute = 60_000;

async function night(seed: number) {
  const draw = random(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(draw() * of.length)]!;
  const clock = createFakeClock();
  const journal = createMemoryJournal({ clock, log: quiet });
  const live = await createLiveState(journal);
  const write = async (event: JournalEvent, stream = incidentStream): Promise<void> => { await live.reach((await journal.append({ entries: [entry(stream, null, lifeboat('start'), event)] })).at(-1)!.seq); };
  const estate = anEstate();
  await write({ type: 'estate.imported', estate, source: 'test', digest: 'x' }, estateStream);
  const incidents = createIncidents({ journal, live, clock });
  const sites = estate.sites.filter(({ hmcs, hosts }) => hmcs.length > 0 && hosts.length > 0);
  const vms = estate.tenants.flatMap((tenant) => tenant.vms.map((vm) => ({ vm, tenant })));
  const draws = [
    () => { const site = pick(sites); return { name: 'HMC_UNREACHABLE', entityClass: 'hmc' as const, entity: pick(site.hmcs).name, site: site.name, tenant: site.tenant }; },
    () => { const site = pick(sites); return { name: 'HOST_FAILURE', entityClass: 'host' as const, entity: pick(site.hosts).name, site: site.name, tenant: site.tenant }; },
    () => { const { vm, tenant } = pick(vms); return { name: 'VM_FAILURE_DETECTED', entityClass: 'vm' as const, entity: vm.name, site: tenant.homeSite, tenant: tenant.name }; },
    () => ({ name: `KIND_${Math.floor(draw() * 12)}`, entityClass: 'app' as const, entity: `app${Math.floor(draw() * 30)}`, site: null, tenant: pick(estate.tenants).name }),
  ];
  const told: { at: number; tenant: string | null; because: string }[] = [];
  live.onEntries((entries) => { for (const { event, at } of entries) {
    if (event.type === 'incident.opened' && event.incident.told === 1) told.push({ at, tenant: event.incident.tenant, because: 'opened' });
    if (event.type === 'incident.told') told.push({ at, tenant: live.current.incidents.get(event.incident)!.tenant, because: event.because });
  } });
  for (let step = 0; step < 250; step++) {
    const what = draw();
    if (what < 0.55) {
      const about = pick(draws)();
      await incidents.raise(anEvent({ ...about, key: `${about.name}:${about.entity}:${about.tenant ?? ''}`.replace(/:[^:]*$/, about.entityClass === 'app' ? '$&' : ''), severity: pick(['critical', 'critical', 'warning']), source: pick(['engine', '/var/log/events']), occurredAt: clock.now() }));
    } else if (what < 0.75) {
      const open = [...live.current.incidentIndex.open.keys()];
      if (open.length > 0) await incidents.resolve(pick(open), []);
    } else if (what < 0.8) {
      const open = [...live.current.incidentIndex.open.values()];
      if (open.length > 0) await write({ type: 'incident.acknowledged', incident: pick(open), by: 'ana', until: clock.now() + draw() * 90 * minute });
    } else if (what < 0.84) {
      const silence: Silence = { id: nextSilenceId(live.current.silences), tenant: pick([null, ...estate.tenants.map(({ name }) => name)]), matcher: { event: pick(['KIND_*', 'VM_*', 'HOST_*']), entity: null, class: null, severity: pick([null, 'critical']) }, from: clock.now(), until: clock.now() + draw() * 60 * minute, reason: 'work', by: 'ana' };
      await write({ type: 'silence.added', silence });
    } else if (what < 0.86 && live.current.silences.size > 0) {
      const open = [...live.current.silences.values()].filter(({ endedAt }) => endedAt === null);
      if (open.length > 0) await write({ type: 'silence.ended', silence: pick(open).id, by: 'ana' });
    } else await clock.advance(draw() * 4 * minute);
    if (draw() < 0.3) await incidents.tend();
  }
  // Everything that time ends has ended.
  for (let turn = 0; turn < 3; turn++) { await clock.advance(120 * minute); await incidents.tend(); }
  await live.stop();
  return { live, journal, told };
}

/** Over all nights: how often each kind of telling was due. */
const due: Record<string, number> = { opening: 0, worse: 0, repeated: 0, kept: 0 };

test.each(Array.from({ length: 40 }, (_, seed) => [seed]))('night %i: whatever is open in the morning was told, by itself or by the message that counts or explains it', async (seed) => {
  const { live, journal, told } = await night(seed);
  const state = live.current;
  const all = [...state.incidents.values()];
  const open = all.filter(({ resolvedAt }) => resolvedAt === null);
  const named = (id: string | null | undefined): Incident | undefined => (id === null || id === undefined ? undefined : state.incidents.get(id));
  const speaks = (incident: Incident): boolean => (incident.told ?? 0) > 0;
  expect(open.filter((incident) => !speaks(incident) && !speaks(named(incident.group) ?? incident) && !(named(incident.causedBy) !== undefined && named(incident.causedBy)!.resolvedAt === null && speaks(named(incident.causedBy)!)))).toEqual([]);
  // Nothing is kept back by what is over.
  expect(open.filter(({ silencedBy, causedBy }) => silencedBy !== undefined || (causedBy !== null && named(causedBy)!.resolvedAt !== null))).toEqual([]);
  expect([...state.silences.values()].filter(({ endedAt }) => endedAt === null)).toEqual([]);
  expect(open.filter(({ acknowledged }) => acknowledged !== undefined)).toEqual([]);

  // Messages: as many as tellings, none of an incident that was never told.
  const rows = wantedMessages(await journal.read({}), state, ['slack']).filter(({ subject }) => subject.view === 'incident');
  expect(rows.filter(({ subject }) => !speaks(state.incidents.get(subject.id)!))).toEqual([]);
  expect(all.filter((incident) => speaks(incident) && !rows.some(({ key }) => key.startsWith(`incident:${incident.id}/`) || key.startsWith(`incident:${incident.id}.`)))).toEqual([]);
  expect(all.reduce((sum, { told: times = 0 }) => sum + times, 0)).toBe(told.length);
  // No tenant is told of more than nine openings within a minute: eight, and the storm.
  for (const { at, tenant } of told) expect(told.filter((each) => each.because === 'opened' && each.tenant === tenant && each.at > at - minute && each.at <= at).length).toBeLessThanOrEqual(9);

  // Told exactly once per opening, rise of severity and window: what should have been told is worked out from the journal alone.
  const { wrong, counts } = tellings(await journal.read({}));
  expect(wrong).toEqual([]);
  for (const [kind, count] of Object.entries(counts)) due[kind]! += count;

  // What is counted is what is there, and a second fold says the same.
  for (const [head, folded] of state.incidentIndex.folded) expect([head, folded.open]).toEqual([head, open.filter(({ group }) => group === head).length]);
  expect([...state.incidentIndex.open.values()].toSorted()).toEqual(open.map(({ id }) => id).toSorted());
  const again = (await journal.read({})).reduce(fold, emptyState());
  expect(again.incidents).toEqual(state.incidents);
  expect(again.incidentIndex).toEqual(state.incidentIndex);
});

test('the nights had something of every kind in them', () => {
  for (const [kind, count] of Object.entries(due)) expect([kind, count > 0]).toEqual([kind, true]);
});
