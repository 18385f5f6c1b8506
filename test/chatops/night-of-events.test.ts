import { afterEach, describe, expect, test } from '@jest/globals';
import { nextPlace } from '../../src/chatops/next-place.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { createRender } from '../../src/chatops/render.js';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { eventKey } from '../../src/core/dr-event.js';
import { peopleStream } from '../../src/core/event.js';
import { mutedBecause } from '../../src/core/muted.js';
import type { Millis, Surface } from '../../src/core/names.js';
import { entry, record } from '../../src/desk/parts.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { wantedForContacts } from '../../src/notify/contacts.js';
import { startDelivery } from '../../src/notify/delivery.js';
import { startEscalation } from '../../src/notify/escalation.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { wantedPages } from '../../src/notify/pages.js';
import type { Channel } from '../../src/ports/channel.js';
import { createLab, type Lab } from '../scenarios/lab/lab.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { Random } from '../sim/random.js';
import { createChatPlatform, type ChatFault } from '../support/chat-platform.js';
import { templateDirectory } from './fixture.js';

const templates = loadTemplates(templateDirectory);
const [minute, hour]: [Millis, Millis] = [60_000, 3_600_000];
const faults: readonly ChatFault[] = ['busy', 'broken', 'lost-reply', 'late'];
let lab: Lab;
afterEach(() => lab.close());

/** Whoever is on call has Slack and a phone; who comes after him has mail alone. What a platform lost an answer for is counted. */
async function aNight({ seed, faultsPerCall }: { readonly seed: number; readonly faultsPerCall: number }) {
  const random = new Random(seed);
  let spoiled = faultsPerCall;
  const tiny = tinyEstate();
  lab = createLab({
    estate: {
      ...tiny, people: tiny.people.map((person) => (person.name === 'chris' ? { ...person, phone: null } : person)),
      onCall: [{ name: 'dr', tenants: 'all', source: { kind: 'rotation', people: ['ana'], from: '2020-01-01', handover: '09:00', shiftDays: 7 } }],
      escalations: [{ name: 'critical', tenants: 'all', severities: ['critical'], repeat: 0, steps: [{ afterMs: 0, to: ['on_call:dr'] }, { afterMs: 10 * minute, to: ['chris'] }] }],
    },
  });
  const node = await lab.boot();
  const { live, journal, buttons } = node.parts;
  const lost: Partial<Record<Surface, number>> = {};
  const platform = (surface: Surface) => {
    const made = createChatPlatform(surface, lab.clock, { random, fault: (method) => {
      const fault = random.chance(spoiled) ? random.pick(faults) : null;
      if (method === 'post' && (fault === 'lost-reply' || fault === 'late')) lost[surface] = (lost[surface] ?? 0) + 1;
      return fault;
    } });
    // Neither mail nor a text message can be taken back.
    const { remove: _remove, onSeen: _seen, ...plain } = made.channel;
    const channel: Channel = surface === 'slack' ? made.channel : plain;
    return { ...made, channel };
  };
  const [slack, mail, text] = [platform('slack'), platform('email'), platform('sms')];
  const channels = new Map<Surface, Channel>([['slack', slack.channel], ['email', mail.channel], ['sms', text.channel]]);
  const outbox = createMemoryOutbox(lab.clock);
  const renderMessage = createMessageRenderer({ render: createRender(templates), buttons, journal });
  await record(node.parts, [entry(peopleStream, null, { kind: 'person', person: 'ana', surface: 'slack' }, { type: 'person.linked', person: 'ana', surface: 'slack', identity: 'T1/UANA' })]);
  const surfaces: readonly Surface[] = [...channels.keys()];
  const escalation = startEscalation({ journal, live, clock: lab.clock, outbox, log: () => undefined });
  let boot = 0;
  const start = () => startDelivery({
    outbox, journal, live, clock: lab.clock, bootId: `boot-${++boot}`, channels, keptSurfaces: new Set(), redact: (words) => words, log: () => undefined,
    wanted: (entries, state) => [...wantedMessages(entries, state, surfaces), ...wantedForContacts(entries, state), ...wantedPages(entries, state, surfaces)],
    render: (row) => renderMessage(row, live.current, lab.clock.now()), nextPlace: (row, state) => nextPlace(row, state, surfaces, lab.clock.now()), unreached: (row) => { void escalation.unreached(row); },
  });
  const incidents = createIncidents({ journal, live, clock: lab.clock });
  const raise = (name: string) => incidents.raise({ name, severity: 'critical', entityClass: 'app', entity: name, uuid: null, tenant: 'cluster01', site: null, description: `${name} failed.`, occurredAt: lab.clock.now(), source: 'engine', evidence: [], key: eventKey(name, name) });
  return {
    live, slack, mail, text, outbox, lost, raise, start, pass: (ms: Millis): Promise<void> => lab.clock.advance(ms), calm: () => { spoiled = 0; }, stop: () => escalation.stop(),
    /** Who was called for an incident, by every message that stands somewhere. */
    calledFor: (id: string): string[] => [slack, mail, text].flatMap((each) => each.visible()).filter(({ key }) => key.startsWith(`page:${id}.`)).map(({ key }) => key),
    repeats: (of: typeof mail): number => { const keys = of.visible().map(({ key }) => key); return keys.length - new Set(keys).size; },
  };
}

describe.each([1, 2])('a bad night, seed %i: SMTP away for ten minutes, Slack for an hour, the carrier for half of it, answers lost, a node that is stopped and another that takes over', (seed) => {
  test('every critical incident has called somebody, and repeats follow a lost answer alone', async () => {
    const night = await aNight({ seed, faultsPerCall: 0.15 });
    let delivery = night.start();
    const late: string[] = [];
    for (let event = 0; event < 40; event++) {
      if (event === 3) night.slack.leave();
      if (event === 5) night.text.leave();
      if (event === 8) night.mail.leave();
      if (event === 11) night.mail.comeBack();
      if (event === 14) night.text.comeBack();
      if (event === 18) night.slack.comeBack();
      // What happens while a node stops is the next one's to tell; what it is handing over takes its time.
      const stopped = event % 13 === 7 ? delivery.stop() : null;
      await night.raise(`APP_${event}_FAILURE`);
      if (stopped) {
        await night.pass(minute);
        await stopped;
        delivery = night.start();
      }
      await night.pass(4 * minute);
      // Within eight minutes by one way or another, while there is any: from 8 to 11 everything is away.
      if (event > 0 && !(event - 1 >= 6 && event - 1 <= 11) && night.calledFor(`I-${event}`).length === 0) late.push(`I-${event}`);
    }
    expect(late).toEqual([]);
    night.calm();
    await night.pass(4 * hour);
    const loud = [...night.live.current.incidents.values()].filter((incident) => incident.severity === 'critical' && mutedBecause(incident, night.live.current, 0) === null);
    expect(loud).toHaveLength(40);
    expect(loud.filter(({ id }) => night.calledFor(id).length === 0).map(({ id }) => id)).toEqual([]);
    // Ana is reached by what works: the phone while Slack is away.
    expect(loud.filter(({ id }) => !night.calledFor(id).some((key) => key.includes('T1/UANA') || key.includes('/sms/'))).map(({ id }) => id)).toEqual([]);
    for (const [surface, platform] of [['email', night.mail], ['sms', night.text]] as const) expect(night.repeats(platform)).toBeLessThanOrEqual(night.lost[surface] ?? 0);
    // A second copy in a chat is taken away again.
    expect(night.repeats(night.slack)).toBe(0);
    const undelivered = (await night.outbox.list({ limit: 10_000 })).filter(({ status, surface }) => status !== 'sent' && status !== 'delivered' && surface !== 'web');
    expect(undelivered.map(({ key, status, lastError }) => [key, status, lastError])).toEqual([]);
    await delivery.stop();
    night.stop();
  }, 120_000);
});

test('nothing is lost and nothing doubled where all is well', async () => {
  const night = await aNight({ seed: 7, faultsPerCall: 0 });
  const delivery = night.start();
  for (let event = 0; event < 5; event++) {
    await night.raise(`APP_${event}_FAILURE`);
    await night.pass(5 * minute);
  }
  await night.pass(hour);
  expect([night.repeats(night.slack), night.repeats(night.mail), night.repeats(night.text)]).toEqual([0, 0, 0]);
  expect(['I-1', 'I-2', 'I-3', 'I-4', 'I-5'].map((id) => night.calledFor(id).length)).toEqual([3, 3, 3, 3, 3]);
  await delivery.stop();
  night.stop();
});
