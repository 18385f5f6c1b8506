import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Incident, ReportedEvent } from '../../src/core/dr-event.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createIngest, type Reporter } from '../../src/notify/ingest.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { JournalError, type Journal } from '../../src/ports/journal.js';
import { anEstate, fakeClock, silentLogger, start } from '../web/support.js';

const reported = (change: Partial<ReportedEvent> = {}): ReportedEvent => ({
  name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', uuid: null, description: '0000-201 HOST: pbrazos is down.', occurredAt: start, source: 'events.log', evidence: [{ saw: '0000-201 HOST: pbrazos is down.', by: 'KSYS (events.log)', at: start }], ...change,
});
const id = (number: number): string => String(number).padStart(32, '0');

async function aDesk(wrap: (journal: Journal) => Journal = (journal) => journal) {
  const memory = createMemoryJournal({ clock: fakeClock(), log: silentLogger() });
  await memory.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate: anEstate(), source: 'demo.yaml', digest: 'digest' } }] });
  const journal = wrap(memory);
  const live = await createLiveState(journal);
  const opened: Incident[] = [];
  const ingest = createIngest({ journal, live, opened: (incident) => { opened.push(incident); } });
  const person = (name: string, tenants: 'all' | string[]): Reporter => ({ ...anEstate().people[1]!, name, tenants });
  return { memory, journal, live, opened, ingest, person, incidents: () => [...live.current.incidents.values()], events: () => live.current.events.map((each) => each.event), another: async () => createIngest({ journal, live: await createLiveState(journal), opened: () => undefined }) };
}

describe('a record', () => {
  test('opens one incident, under the key that the monitor uses, and asks for the fitting runbook', async () => {
    const { ingest, incidents, opened, live, journal } = await aDesk();
    expect(await ingest([{ id: id(1), event: reported() }], null)).toEqual({ taken: 1, repeated: 0 });
    expect(incidents()).toEqual([expect.objectContaining({ id: 'I-1', key: 'HOST_FAILURE:pbrazos', tenant: 'cluster01', site: 'customerA', title: '0000-201 HOST: pbrazos is down.', severity: 'critical', count: 1 })]);
    expect(opened.map((each) => each.id)).toEqual(['I-1']);
    // What the monitor then sees belongs to the same incident.
    expect(await createIncidents({ journal, live }).raise({ ...reported({ source: 'engine' }), tenant: 'cluster01', site: 'customerA', key: 'HOST_FAILURE:pbrazos' })).toBeNull();
    expect(incidents()).toHaveLength(1);
  });

  test('that comes again is known, from whichever node, also both at once', async () => {
    const { ingest, another, events } = await aDesk();
    const other = await another();
    const records = [{ id: id(1), event: reported() }, { id: id(2), event: reported({ entity: 'raichu' }) }];
    const [here, there] = await Promise.all([ingest(records, null), other(records, null)]);
    expect({ taken: here.taken + there.taken, repeated: here.repeated + there.repeated }).toEqual({ taken: 2, repeated: 2 });
    expect(await ingest([...records, records[0]!], null)).toEqual({ taken: 0, repeated: 3 });
    expect(events()).toHaveLength(2);
  });

  test('that could not be written is not taken for known when it is sent again', async () => {
    let fails = true;
    const { ingest, events } = await aDesk((journal) => ({ ...journal, append: async (request) => { if (fails) throw new JournalError('unavailable', 'The disk is full.'); return journal.append(request); } }));
    await expect(ingest([{ id: id(1), event: reported() }], null)).rejects.toThrow('The disk is full.');
    fails = false;
    expect(await ingest([{ id: id(1), event: reported() }], null)).toEqual({ taken: 1, repeated: 0 });
    expect(events()).toHaveLength(1);
  });

  test('of the same condition with another id counts, and opens nothing', async () => {
    const { ingest, incidents, opened } = await aDesk();
    await ingest([{ id: id(1), event: reported() }, { id: id(2), event: reported() }], null);
    expect(incidents()).toEqual([expect.objectContaining({ id: 'I-1', count: 2 })]);
    expect(opened).toHaveLength(1);
  });

  test('about something that is not in this estate opens an incident of the provider, and nothing is proposed', async () => {
    const { ingest, incidents, opened } = await aDesk();
    await ingest([{ id: id(1), event: reported({ name: 'VM_FAILURE_DETECTED', entityClass: 'vm', entity: 'ziti032' }) }], null);
    expect(incidents()).toEqual([expect.objectContaining({ tenant: null, site: null, key: 'VM_FAILURE_DETECTED:ziti032' })]);
    expect(opened).toEqual([]);
  });

  test.each(['HMC_REACHABLE', 'VM_RECOVERED'])('%s closes nothing and opens nothing, whatever its type says', async (name) => {
    const { ingest, incidents, events } = await aDesk();
    await ingest([{ id: id(1), event: reported({ name: 'HMC_UNREACHABLE', entityClass: 'hmc', entity: 'vmhmc1' }) }], null);
    await ingest([{ id: id(2), event: reported({ name, severity: 'critical', entityClass: 'hmc', entity: 'vmhmc1' }) }], null);
    expect(incidents()).toEqual([expect.objectContaining({ resolvedAt: null, count: 1 })]);
    expect(events().map((event) => event.severity)).toEqual(['critical', 'info']);
  });

  test('with a secret in it is written down without the secret', async () => {
    const { ingest, memory } = await aDesk();
    const description = 'login failed, password=hunter2secret';
    await ingest([{ id: id(1), event: reported({ description, evidence: [{ saw: description, by: 'KSYS (events.log)', at: start, data: { description, note: 'token="a\\"b"' } }] }) }], null);
    expect(JSON.stringify(await memory.read({}))).not.toContain('hunter2secret');
  });
});

test.each<[string, Partial<ReportedEvent>, string, string | null, string | null]>([
  ['a VM', { entityClass: 'vm', entity: 'payroll' }, 'payroll', 'cluster01', 'customerA'],
  ['a VM in other letters', { entityClass: 'vm', entity: 'PAYROLL' }, 'payroll', 'cluster01', 'customerA'],
  ['a host by its UUID in capitals', { entity: 'Server-9119-MME', uuid: 'UUID-RAICHU' }, 'raichu', 'cluster02', 'customerB'],
  ['the shared host', { entity: 'snorlax' }, 'snorlax', null, 'service_provider'],
  ['an HMC by its host name', { entityClass: 'hmc', entity: 'vmhmc5.customer-b.example' }, 'vmhmc5', 'cluster02', 'customerB'],
  ['a storage agent', { entityClass: 'storage_agent', entity: 'salocal_A' }, 'salocal_A', 'cluster01', 'customerA'],
  ['a VIOS', { entityClass: 'vios', entity: 'raichu-vios1' }, 'raichu-vios1', 'cluster02', 'customerB'],
  ['a site', { entityClass: 'site', entity: 'customerA' }, 'customerA', 'cluster01', 'customerA'],
  ['a host group', { entityClass: 'host_group', entity: 'HG_B' }, 'HG_B', 'cluster02', 'customerB'],
  ['an application', { entityClass: 'app', entity: 'db2' }, 'db2', null, null],
])('%s is found in the estate', async (_title, change, entity, tenant, site) => {
  const { ingest, events } = await aDesk();
  await ingest([{ id: id(1), event: reported(change) }], null);
  expect(events()).toEqual([expect.objectContaining({ entity, tenant, site })]);
});

test.each<[string, string[], string, string, string | null, string | null]>([
  ['its own host', ['cluster01'], 'pbrazos', 'host', 'cluster01', 'customerA'],
  ['the shared host', ['cluster01'], 'snorlax', 'host', 'cluster01', 'service_provider'],
  ['a host that nobody knows', ['cluster01'], 'magneton', 'host', 'cluster01', null],
  ['another tenant\'s host, as if nobody knew it', ['cluster01'], 'raichu', 'host', 'cluster01', null],
])('a tenant\'s operator reports %s for that tenant', async (_title, tenants, entity, entityClass, tenant, site) => {
  const { ingest, incidents, person, memory } = await aDesk();
  await ingest([{ id: id(1), event: reported({ entity, entityClass: entityClass as 'host' }) }], person('olga', tenants));
  expect(incidents()).toEqual([expect.objectContaining({ tenant, site })]);
  expect((await memory.read({ afterSeq: 1 })).map(({ actor }) => actor)).toEqual([{ kind: 'person', person: 'olga', surface: 'cli' }, { kind: 'person', person: 'olga', surface: 'cli' }]);
});

test('what a tenant says about hosts that are not its own hides no incident from the others', async () => {
  const { ingest, incidents, person, journal, live } = await aDesk();
  for (const [number, entity] of [[1, 'snorlax'], [2, 'raichu'], [3, 'pbrazos']] as const) await ingest([{ id: id(number), event: reported({ entity }) }], person('olga', ['cluster01']));
  const engine = createIncidents({ journal, live });
  const seen = (entity: string, tenant: string | null, site: string) => engine.raise({ ...reported({ entity, source: 'engine' }), tenant, site, key: `HOST_FAILURE:${entity}` });
  expect((await seen('snorlax', null, 'service_provider'))?.tenant).toBeNull();
  expect((await seen('raichu', 'cluster02', 'customerB'))?.tenant).toBe('cluster02');
  expect(await seen('pbrazos', 'cluster01', 'customerA')).toBeNull();
  expect(incidents().map(({ key, tenant }) => [key, tenant])).toEqual([
    ['HOST_FAILURE:snorlax@cluster01', 'cluster01'], ['HOST_FAILURE:raichu@cluster01', 'cluster01'], ['HOST_FAILURE:pbrazos', 'cluster01'], ['HOST_FAILURE:snorlax', null], ['HOST_FAILURE:raichu', 'cluster02'],
  ]);
});

describe('a source that names its conditions', () => {
  const source = { source: 'prometheus', tenant: null };
  const alert = (condition: string, change: Partial<ReportedEvent> = {}): ReportedEvent => reported({ name: 'DISK_FULL', source: 'prometheus', condition, ...change });
  const firing = (n: number, condition: string) => ({ id: id(n), event: alert(condition), unless: id(n + 1000) });
  const over = (n: number, condition: string) => ({ id: id(n + 1000), event: alert(condition, { severity: 'info', over: true }) });

  test('closes its incident when the last of them is over, and not before', async () => {
    const { ingest, incidents } = await aDesk();
    await ingest([firing(1, 'a'), firing(2, 'b')], source);
    expect(incidents()).toEqual([expect.objectContaining({ count: 2, conditions: ['a', 'b'], resolvedAt: null })]);
    await ingest([over(1, 'a')], source);
    expect(incidents()).toEqual([expect.objectContaining({ conditions: ['b'], resolvedAt: null })]);
    await ingest([over(2, 'b')], source);
    expect(incidents()).toEqual([expect.objectContaining({ conditions: [], resolvedAt: expect.any(Number) })]);
  });

  test('closes nothing that others hold open, nor what another source told', async () => {
    const { ingest, incidents } = await aDesk();
    await ingest([firing(1, 'a')], source);
    await ingest([{ id: id(50), event: reported({ name: 'DISK_FULL' }) }], null);
    await ingest([over(1, 'a')], source);
    expect(incidents()).toEqual([expect.objectContaining({ resolvedAt: null })]);
    await ingest([{ id: id(60), event: alert('a', { source: 'other', over: true, severity: 'info' }) }], { source: 'other', tenant: null });
    expect(incidents()).toEqual([expect.objectContaining({ resolvedAt: null })]);
  });

  test('whose "it is over" overtakes "it began" leaves nothing open, also inside one request', async () => {
    const { ingest, incidents, events } = await aDesk();
    await ingest([over(1, 'a')], source);
    expect(await ingest([firing(1, 'a')], source)).toEqual({ taken: 1, repeated: 0 });
    await ingest([over(2, 'b'), firing(2, 'b')], source);
    await ingest([firing(3, 'c'), over(3, 'c')], source);
    expect(incidents().filter((each) => each.resolvedAt === null)).toEqual([]);
    expect(events()).toHaveLength(6);
  });

  test('in whatever order, however often, and over two nodes at once: every record once, one incident, open exactly while one condition is', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 24 }), async (sends) => {
      const { ingest, another, incidents, live, memory } = await aDesk();
      const nodes = [ingest, await another()];
      await Promise.all(sends.map(([n, isOver, second]) => nodes[second ? 1 : 0]!([isOver ? over(n, `c${n}`) : firing(n, `c${n}`)], source)));
      const written = await memory.read({});
      await live.reach(written.at(-1)!.seq);
      expect(written.filter(({ event }) => event.type === 'event.raised')).toHaveLength(new Set(sends.map(([n, isOver]) => `${n}${isOver}`)).size);
      const open = incidents().filter((each) => each.resolvedAt === null);
      const lasting = new Set(sends.filter(([n, isOver]) => !isOver && !sends.some(([other, end]) => other === n && end)).map(([n]) => `c${n}`));
      expect(open.length).toBe(lasting.size > 0 ? 1 : 0);
      if (open[0]) expect(new Set(open[0].conditions)).toEqual(lasting);
    }), { numRuns: 100 });
  });
});
