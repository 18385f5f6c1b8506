import { afterEach, describe, expect, test } from '@jest/globals';
import type { DrEvent } from '../../src/core/dr-event.js';
import type { Estate } from '../../src/core/estate.js';
import { dutyStream, estateStream, incidentStream, peopleStream, type JournalEntry, type JournalEvent } from '../../src/core/event.js';
import { lifeboat, type Surface } from '../../src/core/names.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { wantedForContacts } from '../../src/notify/contacts.js';
import { dueDigests, startDigests } from '../../src/notify/digests.js';
import { startEscalation } from '../../src/notify/escalation.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { wantedPages } from '../../src/notify/pages.js';
import { startRouteWatch } from '../../src/notify/route-watch.js';
import { startShifts } from '../../src/notify/shifts.js';
import type { Journal } from '../../src/ports/journal.js';
import type { OutboxRow } from '../../src/ports/outbox.js';
import { until } from '../support/poll.js';
import { anEstate, fakeClock, silentLogger } from '../web/support.js';
import { anEvent } from './support.js';

const minute = 60_000;
const hour = 60 * minute;
const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });

/** ana and ben in turn, a day each, from the day before; ana first, ben after ten minutes. It is 14:00 UTC. */
const called = (base: Estate): Estate => ({
  ...base, simulated: false,
  people: base.people.map((person) => ({ ...person, email: `${person.name}@example.com`, phone: person.name === 'vic' ? null : `+1555000${person.name.length}${person.name.charCodeAt(0)}` })),
  onCall: [{ name: 'dr', tenants: 'all', source: { kind: 'rotation', people: ['ana', 'ben'], from: '2026-03-02', handover: '09:00', shiftDays: 1 } }],
  escalations: [{ name: 'all', tenants: 'all', severities: ['critical'], steps: [{ afterMs: 0, to: ['on_call:dr'] }, { afterMs: 10 * minute, to: ['vic'] }], repeat: 0 }],
});
const everywhere: readonly Surface[] = ['web', 'slack', 'email', 'sms'];

async function aNight(change: (estate: Estate) => Estate = (estate) => estate) {
  const clock = fakeClock();
  const journal = createMemoryJournal({ clock, log: silentLogger() });
  const live = await createLiveState(journal);
  stops.push(() => live.stop());
  const outbox = createMemoryOutbox(clock);
  const say = async (event: JournalEvent, stream = peopleStream): Promise<void> => { await live.reach((await journal.append({ entries: [{ stream, tenant: null, actor: lifeboat('start'), event }] })).at(-1)!.seq); };
  await say({ type: 'estate.imported', estate: change(called(anEstate())), source: 'x', digest: 'd' }, estateStream);
  const incidents = createIncidents({ journal, live });
  const parts = { journal, live, clock, log: (message: string, detail: object) => { throw new Error(`${message} ${JSON.stringify(detail)}`); } };
  const escalation = startEscalation({ ...parts, outbox });
  stops.push(() => escalation.stop());
  const entries = (): Promise<JournalEntry[]> => journal.read({ afterSeq: 0, limit: 10_000 });
  return {
    clock, journal, live, outbox, incidents, parts, escalation, say, entries,
    raise: (event: Partial<DrEvent> = {}) => incidents.raise(anEvent({ occurredAt: clock.now(), ...event })),
    calls: async (): Promise<string[]> => (await entries()).flatMap(({ event }) => (event.type === 'incident.paged' ? [`${event.incident}.${event.level} ${event.people.join('+') || 'nobody'} ${event.because}`] : [])),
    /** Step by step, as time goes: every look that falls due is taken. */
    pass: async (ms: number, stepMs = minute): Promise<void> => { for (let gone = 0; gone < ms; gone += stepMs) await clock.advance(Math.min(stepMs, ms - gone)); },
    wanted: async () => wantedPages(await entries(), live.current, everywhere).map(({ key }) => key),
  };
}

describe('a chain of calls', () => {
  test('calls who is on call at once, and the next after ten minutes; then it is over', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.pass(9 * minute);
    expect(await night.calls()).toEqual(['I-1.0 ana due']);
    await night.pass(2 * minute);
    await until('what should follow', async () => (await night.calls()).length === 2);
    await night.pass(3 * hour);
    expect(await night.calls()).toEqual(['I-1.0 ana due', 'I-1.1 vic due']);
  });

  test('ends when somebody looks after it, and goes on when that runs out', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.say({ type: 'incident.acknowledged', incident: 'I-1', by: 'ana', until: night.clock.now() + hour }, incidentStream);
    await night.pass(59 * minute);
    expect(await night.calls()).toHaveLength(1);
    await night.pass(12 * minute);
    await until('what should follow', async () => (await night.calls()).length === 2);
  });

  test('is the one that held when the incident opened, whatever the estate says later', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.say({ type: 'estate.imported', estate: { ...night.live.current.estate!, escalations: [] }, source: 'x', digest: 'e' }, estateStream);
    await night.pass(11 * minute);
    await until('what should follow', async () => (await night.calls()).length === 2);
    expect(await night.calls()).toEqual(['I-1.0 ana due', 'I-1.1 vic due']);
  });

  test('goes on by another node, and two nodes call once', async () => {
    const night = await aNight();
    const second = startEscalation({ ...night.parts, outbox: night.outbox });
    stops.push(() => second.stop());
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    night.escalation.stop();
    await night.pass(11 * minute);
    await until('what should follow', async () => (await night.calls()).length === 2);
    expect(await night.calls()).toEqual(['I-1.0 ana due', 'I-1.1 vic due']);
  });

  test('nobody on call: the next step follows at once', async () => {
    const night = await aNight((estate) => ({ ...estate, onCall: [{ ...estate.onCall![0]!, source: { kind: 'calendar', url: 'https://calendar.example/x' } }] }));
    await night.raise();
    await night.pass(6_000);
    await until('what should follow', async () => (await night.calls()).length === 2);
    expect(await night.calls()).toEqual(['I-1.0 nobody due', 'I-1.1 vic unreached']);
  });

  test('a warning is nobody\'s call here, and what an open cause explains neither', async () => {
    const night = await aNight();
    await night.raise({ severity: 'warning', key: 'w' });
    await night.raise({ name: 'HMC_UNREACHABLE', entityClass: 'hmc', entity: 'vmhmc1', key: 'HMC_UNREACHABLE:vmhmc1' });
    await night.raise({ name: 'HOST_FAILURE', key: 'HOST_FAILURE:pbrazos' });
    await night.pass(minute);
    expect(await night.calls()).toEqual(['I-2.0 ana due']);
  });
});

describe('a call that reaches nobody', () => {
  const row = (key: string, surface: Surface, person: string): OutboxRow => ({ key, surface, target: { kind: 'person', person, identity: key.split('/').at(-1)! }, threadKey: null, subject: { view: 'page', id: 'I-1.0', seq: 1 }, tenant: null, wanted: 1, editable: false, shown: 0, ref: null, threadRef: null, status: 'failed', attempts: 9, lastError: 'the carrier is away', createdAt: 0, sentAt: null, provable: surface === 'sms', deliveredAt: null, fellOverTo: null });
  test('takes the next step at once', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.escalation.unreached(row('page:I-1.0/sms/+1', 'sms', 'ana'));
    await night.escalation.unreached(row('page:I-1.0/sms/+1', 'sms', 'ana'));
    await until('what should follow', async () => (await night.calls()).length === 2);
    expect(await night.calls()).toEqual(['I-1.0 ana due', 'I-1.1 vic unreached']);
  });
  test('is not lost where somebody else writes at the same moment', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    night.escalation.stop();
    let met = 0;
    const journal: Journal = { ...night.journal, append: async (batch) => {
      if (batch.entries[0]!.event.type === 'page.unreached' && met++ === 0) await night.journal.append({ entries: [{ stream: dutyStream, tenant: null, actor: lifeboat('owner'), event: { type: 'override.removed', override: 'O-9', by: 'ben' } }] });
      return night.journal.append(batch);
    } };
    const other = startEscalation({ ...night.parts, journal, outbox: night.outbox });
    stops.push(() => other.stop());
    await other.unreached(row('page:I-1.0/sms/+1', 'sms', 'ana'));
    await until('what should follow', async () => (await night.calls()).length === 2);
    expect([met, await night.calls()]).toEqual([2, ['I-1.0 ana due', 'I-1.1 vic unreached']]);
  });
  test('counts as reached where another message of the same call arrived', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.outbox.want([{ ...row('page:I-1.0/slack/U1', 'slack', 'ana') }], { consumer: 'x', from: 0, to: 1 });
    await night.outbox.sent('page:I-1.0/slack/U1', 1, { surface: 'slack', conversation: 'D', message: '1' });
    await night.escalation.unreached(row('page:I-1.0/sms/+1', 'sms', 'ana'));
    await night.pass(minute);
    expect(await night.calls()).toHaveLength(1);
  });
  test('counts as reached also where a storm has made thousands of messages since', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.outbox.want([row('page:I-1.0/slack/U1', 'slack', 'ana'), ...Array.from({ length: 3_000 }, (_, number) => ({ ...row(`notification:I-${number + 2}/email/x`, 'email', 'ana'), subject: { view: 'notification', id: `I-${number + 2}`, seq: 1 } }))], { consumer: 'x', from: 0, to: 1 });
    for (const { key } of await night.outbox.list({ limit: 5_000 })) await night.outbox.sent(key, 1, { surface: 'slack', conversation: 'D', message: key });
    await night.escalation.unreached(row('page:I-1.0/sms/+1', 'sms', 'ana'));
    await night.pass(minute);
    expect(await night.calls()).toHaveLength(1);
  });
  test('is not reached by the console, which wakes nobody', async () => {
    const night = await aNight();
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.outbox.want([row('page:I-1.0/web/ana', 'web', 'ana')], { consumer: 'x', from: 0, to: 1 });
    await night.outbox.sent('page:I-1.0/web/ana', 1, { surface: 'web', conversation: 'ana', message: '1' });
    await night.escalation.unreached(row('page:I-1.0/sms/+1', 'sms', 'ana'));
    await until('what should follow', async () => (await night.calls()).length === 2);
    expect(await night.calls()).toEqual(['I-1.0 ana due', 'I-1.1 vic unreached']);
  });
});

describe('where somebody is called', () => {
  test('a conversation and a text message; mail where there is neither', async () => {
    const night = await aNight();
    await night.say({ type: 'person.linked', person: 'ana', surface: 'slack', identity: 'T1/U1' });
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    await night.pass(11 * minute);
    await until('what should follow', async () => (await night.calls()).length === 2);
    const ana = night.live.current.estate!.people.find(({ name }) => name === 'ana')!;
    expect((await night.wanted()).toSorted()).toEqual([`page:I-1.0/slack/T1/U1`, `page:I-1.0/sms/${ana.phone}`, 'page:I-1.0/web/ana', 'page:I-1.1/email/vic@example.com', 'page:I-1.1/web/vic'].toSorted());
  });

  test('who is called is not told a second time as a contact', async () => {
    const night = await aNight((estate) => ({ ...estate, contacts: [{ user: 'ana', tenant: null, email: 'ana@example.com', phone: null, notificationLevel: 'high' }, { user: 'ben', tenant: null, email: 'ben@example.com', phone: null, notificationLevel: 'high' }] }));
    await night.raise();
    expect(wantedForContacts(await night.entries(), night.live.current).map(({ key }) => key)).toEqual(['notification:I-1/email/ben@example.com']);
  });

  test('a route leaves out what it does not name, for contacts too', async () => {
    const night = await aNight((estate) => ({ ...estate, routes: [{ severity: 'critical', tenants: 'all', surfaces: ['sms'] }], contacts: [{ user: 'ben', tenant: null, email: 'ben@example.com', phone: '+15550001', notificationLevel: 'high' }] }));
    await night.raise();
    await until('what should follow', async () => (await night.calls()).length === 1);
    expect((await night.wanted()).map((key) => key.split('/')[1])).toEqual(expect.arrayContaining(['sms', 'web']));
    expect((await night.wanted()).some((key) => key.includes('/email/'))).toBe(false);
    expect(wantedForContacts(await night.entries(), night.live.current).map(({ surface }) => surface)).toEqual(['sms']);
  });
});

describe('quiet hours', () => {
  const sleeping = (estate: Estate): Estate => ({ ...estate, escalations: [], people: estate.people.map((person) => ({ ...person, quietHours: { from: '13:00', to: '15:00' } })), contacts: [{ user: 'ana', tenant: null, email: 'ana@example.com', phone: null, notificationLevel: 'high' }] });
  test('what is not critical waits for a digest; critical breaks through', async () => {
    const night = await aNight(sleeping);
    stops.push(startDigests(night.parts));
    await night.raise({ severity: 'warning', key: 'w', name: 'VM_PACKET_LOSS' });
    await night.raise({ key: 'c' });
    expect(wantedForContacts(await night.entries(), night.live.current).map(({ subject }) => subject.id)).toEqual(['I-2']);
    await night.pass(59 * minute);
    expect(dueDigests(night.live.current, night.clock.now())).toEqual([]);
    await night.pass(2 * minute);
    await until('what should follow', async () => (await night.entries()).some(({ event }) => event.type === 'digest.made'));
    expect((await night.entries()).flatMap(({ event }) => (event.type === 'digest.made' ? [[event.person, event.because, (event.until - event.from) / hour]] : []))).toEqual([['ana', 'quiet-hours', 2]]);
    await night.pass(hour);
    expect((await night.entries()).filter(({ event }) => event.type === 'digest.made')).toHaveLength(1);
    expect((await night.wanted()).filter((key) => key.startsWith('digest:'))).toHaveLength(1);
  });
});

test('a daily digest is made once a day, at the person\'s own time', async () => {
  const night = await aNight((estate) => ({ ...estate, people: estate.people.map((person) => (person.name === 'ben' ? { ...person, digestAt: '08:00', timeZone: 'Europe/Lisbon' } : person)) }));
  stops.push(startDigests(night.parts));
  await night.pass(3 * 24 * hour, hour);
  await until('what should follow', async () => (await night.entries()).filter(({ event }) => event.type === 'digest.made').length >= 3);
  const made = (await night.entries()).flatMap(({ event }) => (event.type === 'digest.made' ? [event] : []));
  expect(made.map(({ person, because }) => `${person} ${because}`)).toEqual(['ben daily', 'ben daily', 'ben daily']);
  expect(made.map(({ until: at }) => new Date(at).toISOString().slice(11, 16))).toEqual(['08:00', '08:00', '08:00']);
  expect(made[1]!.from).toBe(made[0]!.until);
});

test('a change of shift is told to both, once, and an override is one', async () => {
  const night = await aNight();
  stops.push(startShifts(night.parts));
  const changes = async (): Promise<string[]> => (await night.entries()).flatMap(({ event }) => (event.type === 'shift.changed' ? [`${event.from} > ${event.to}`] : []));
  await until('what should follow', async () => (await changes()).length === 1);
  await night.say({ type: 'override.added', override: { id: 'O-1', schedule: 'dr', person: 'vic', from: night.clock.now(), until: night.clock.now() + hour, by: 'vic', reason: null } }, dutyStream);
  await until('what should follow', async () => (await changes()).length === 2);
  await night.pass(61 * minute);
  await until('what should follow', async () => (await changes()).length === 3);
  await night.pass(24 * hour);
  await until('what should follow', async () => (await changes()).length === 4);
  expect(await changes()).toEqual(['null > ana', 'ana > vic', 'vic > ana', 'ana > ben']);
  // The first is no change: nobody was on call before.
  expect((await night.wanted()).filter((key) => key.startsWith('handover:') && key.includes('/web/'))).toHaveLength(6);
});

describe('whether a call would reach anybody', () => {
  const watch = async (change: (estate: Estate) => Estate, surfaces: readonly Surface[]) => {
    const night = await aNight(change);
    stops.push(startRouteWatch({ live: night.live, clock: night.clock, surfaces, raised: (event) => night.incidents.raise(event), cleared: (key, evidence) => night.incidents.resolve(key, evidence), log: night.parts.log }));
    return night;
  };
  test('who is on call and has no way: an alarm, which ends by itself when there is one', async () => {
    const night = await watch((estate) => ({ ...estate, people: estate.people.map((person) => ({ ...person, email: null, phone: null })) }), ['web', 'slack', 'sms', 'email']);
    await until('what should follow', () => [...night.live.current.incidents.values()].some(({ key }) => key === 'NO_ROUTE_TO_ON_CALL:dr'));
    expect(night.live.current.incidents.get('I-1')).toMatchObject({ severity: 'critical', title: expect.stringContaining('ana, on call for dr, can be reached by none of slack, sms, email') });
    await night.say({ type: 'person.linked', person: 'ana', surface: 'slack', identity: 'T1/U1' });
    await until('what should follow', () => night.live.current.incidents.get('I-1')!.resolvedAt !== null);
  });
  test('nobody is on call: an alarm with the line to send', async () => {
    const night = await watch((estate) => ({ ...estate, onCall: [{ ...estate.onCall![0]!, source: { kind: 'calendar', url: 'https://calendar.example/x' } }] }), ['web', 'email']);
    await until('what should follow', () => night.live.current.incidents.size === 1);
    expect(night.live.current.incidents.get('I-1')!.title).toContain('add override on_call=dr person=NAME for=12h');
  });
  test('all is well: nothing', async () => {
    const night = await watch((estate) => estate, ['web', 'email']);
    await night.pass(3 * minute);
    expect(night.live.current.incidents.size).toBe(0);
  });
});
