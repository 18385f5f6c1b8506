import { afterEach, describe, expect, test } from '@jest/globals';
import { createInboundHandler } from '../../src/chatops/inbound.js';
import { nextPlace } from '../../src/chatops/next-place.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { createRender } from '../../src/chatops/render.js';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { peopleStream } from '../../src/core/event.js';
import type { Millis, Surface } from '../../src/core/names.js';
import { entry, record } from '../../src/desk/parts.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { startDelivery } from '../../src/notify/delivery.js';
import type { Card, Channel, Inbound } from '../../src/ports/channel.js';
import type { OutboxRow } from '../../src/ports/outbox.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { Random } from '../sim/random.js';
import { createChatPlatform, type ChatFault } from '../support/chat-platform.js';
import { templateDirectory } from './fixture.js';

const templates = loadTemplates(templateDirectory);
const [minute, hour]: [Millis, Millis] = [60_000, 3_600_000];
const move = 'move site from=customerA to=service_provider';
const faults: readonly ChatFault[] = ['busy', 'broken', 'lost-reply', 'late'];
let lab: Lab;
afterEach(() => lab.close());

/** A whole Lifeboat on the lab's estate, whose people read Slack and Teams; only these two are not real. */
async function set({ seed = 1, faultsPerCall = 0, nodes = 1 } = {}) {
  const random = new Random(seed);
  let spoiled = faultsPerCall;
  const tiny = tinyEstate();
  // Ben has no mailbox: what Slack does not bring him comes as a text message.
  lab = createLab({ estate: { ...tiny, people: tiny.people.map((person) => (person.name === 'ben' ? { ...person, email: null } : person)) } });
  const node: LabNode = await lab.boot();
  const { live, journal, buttons, once } = node.parts;
  const platform = (surface: Surface) => createChatPlatform(surface, lab.clock, { random, fault: () => (random.chance(spoiled) ? random.pick(faults) : null) });
  const [slack, teams] = [platform('slack'), platform('teams')];
  const [mail, text] = [createChatPlatform('email', lab.clock, { random, fault: () => null }), createChatPlatform('sms', lab.clock, { random, fault: () => null })];
  const channels = new Map<Surface, Channel>([['slack', slack.channel], ['teams', teams.channel], ['email', mail.channel], ['sms', text.channel]]);
  const outbox = createMemoryOutbox(lab.clock);
  const render = createRender(templates);
  const renderMessage = createMessageRenderer({ render, buttons, journal });
  const versions = new WeakMap<Card, number>();
  const renderRow = async (row: OutboxRow): Promise<Card | null> => {
    const card = await renderMessage(row, live.current, lab.clock.now());
    if (card) versions.set(card, row.wanted);
    return card;
  };
  const links: readonly (readonly [string, Surface, string])[] = [['ana', 'slack', 'T1/UANA'], ['ben', 'slack', 'T1/UBEN'], ['chris', 'slack', 'T1/UCHRIS'], ['chris', 'teams', 'aad-chris']];
  await record(node.parts, links.map(([person, surface, identity]) => entry(peopleStream, null, { kind: 'person', person, surface }, { type: 'person.linked', person, surface, identity })));
  await makeReady(lab, node);
  const surfaces: readonly Surface[] = [...channels.keys()];
  const deliveries = Array.from({ length: nodes }, (_, index) => startDelivery({
    outbox, journal, live, clock: lab.clock, bootId: `boot-${index + 1}`, channels, keptSurfaces: new Set(), redact: (words) => words, log: () => undefined,
    wanted: (entries, state) => wantedMessages(entries, state, surfaces), render: renderRow, nextPlace: (row, state) => nextPlace(row, state, surfaces, lab.clock.now()),
  }));
  const delivery = { stop: async () => { for (const each of deliveries) await each.stop(); } };
  const pass = (ms: Millis): Promise<void> => lab.clock.advance(ms);
  await pass(5 * minute);
  const inbound = createInboundHandler({ live, desk: node.desk, once, buttons, pending: { keep: async () => false, take: async () => null }, render, clock: lab.clock, link: async () => undefined, readiness: () => [], log: { error: (fields) => { throw new Error(JSON.stringify(fields)); } } });
  const press = (surface: Surface, identity: string, id: string, deliveryId: string) => inbound.action({ surface, identity, displayName: null, conversation: null, deliveryId } satisfies Inbound, id);
  const button = (from: typeof slack, key: string, verb: string): string => from.visible().findLast((message) => message.key.startsWith(key))!.card.actions.find((action) => action.verb === verb)!.id;

  /** What a reader of a platform would complain about. */
  async function complaints(): Promise<string[]> {
    const rows = (await outbox.list({ limit: 100_000 })).filter(({ surface }) => surface === 'slack' || surface === 'teams');
    const found = rows.flatMap((row) => (row.status === 'sent' && row.shown === row.wanted ? [] : [`${row.key} is ${row.status}: ${row.shown} of ${row.wanted}, ${row.lastError}`]));
    for (const [surface, { visible }] of [['slack', slack], ['teams', teams]] as const) {
      for (const row of rows.filter((each) => each.surface === surface)) {
        const copies = visible().filter(({ key }) => key === row.key);
        if (copies.length !== 1) found.push(`${row.key} stands there ${copies.length} times`);
        // A line of a thread is told once, whatever it would say later.
        else if (row.editable && versions.get(copies[0]!.card) !== row.wanted) found.push(`${row.key} shows ${versions.get(copies[0]!.card)}, not ${row.wanted}`);
      }
    }
    return found;
  }
  return { node, slack, teams, mail, text, outbox, delivery, pass, press, button, complaints, calm: () => { spoiled = 0; } };
}
type Setup = Awaited<ReturnType<typeof set>>;

/** Asked for in Slack's place by the command line, approved by two, done. */
async function moveThere({ node, pass }: Setup): Promise<string> {
  const run = runIn(await node.say('ana', move));
  await pass(10_000);
  await node.say('ben', `approve ${run}`);
  await pass(30 * minute);
  return run;
}

describe('Slack unreachable for an hour', () => {
  test('the run goes on, and everything stands in Slack once it is back', async () => {
    const it = await set();
    it.slack.leave();
    const run = await moveThere(it);
    expect(it.node.run(run).status).toBe('succeeded');
    expect(it.slack.visible().filter(({ key }) => key.includes(run))).toEqual([]);
    expect(it.teams.visible().find(({ key }) => key === `run:${run}/teams/cluster01`)?.card.heading).toContain('[DONE]');
    await it.pass(hour);
    it.slack.comeBack();
    await it.pass(3 * minute);
    expect(await it.complaints()).toEqual([]);
    const root = it.slack.visible().find(({ key }) => key === `run:${run}/slack/cluster01`)!;
    expect(root.card.heading).toContain('[DONE]');
    await it.delivery.stop();
  });

  test('its thread is told in the order of the journal', async () => {
    const it = await set();
    it.slack.leave();
    const run = await moveThere(it);
    await it.pass(hour);
    it.slack.comeBack();
    await it.pass(3 * minute);
    const told = it.slack.visible().map(({ key }) => new RegExp(`^story:${run}/(\\d+)/slack/cluster01$`).exec(key)?.[1]).filter((seq) => seq !== undefined).map(Number);
    expect(told.length).toBeGreaterThan(2);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    await it.delivery.stop();
  });

  test('who cannot be asked there is asked elsewhere within three minutes: by text message who has no mailbox, nobody twice by a louder one', async () => {
    const it = await set();
    it.slack.leave();
    const run = runIn(await it.node.say('ana', move));
    await it.pass(minute);
    expect(it.text.visible()).toEqual([]);
    await it.pass(2 * minute);
    expect(it.text.visible().map(({ key }) => key)).toEqual([`ask:${run}.1/sms/+15550001002`]);
    expect(it.text.visible()[0]!.card.text).toContain(run);
    // Chris has Teams and mail, which work.
    expect([...it.teams.visible(), ...it.mail.visible()].map(({ key }) => key)).toEqual(expect.arrayContaining([`ask:${run}.1/teams/aad-chris`, `ask:${run}.1/email/chris@provider.example`]));
    await it.press('teams', 'aad-chris', it.button(it.teams, `ask:${run}.1/`, 'approve'), 'd1');
    await it.pass(hour);
    it.slack.comeBack();
    await it.pass(3 * minute);
    expect(it.node.run(run).status).toBe('succeeded');
    expect(await it.complaints()).toEqual([]);
    expect(it.slack.visible().find(({ key }) => key === `ask:${run}.1/slack/T1/UBEN`)?.card.actions).toEqual([]);
    expect(it.text.visible().filter(({ key }) => key.startsWith('ask:'))).toHaveLength(1);
    await it.delivery.stop();
  });

  test('Teams away as well: mail and text messages carry it, and both converge when they are back', async () => {
    const it = await set();
    it.slack.leave();
    it.teams.leave();
    const run = await moveThere(it);
    expect(it.node.run(run).status).toBe('succeeded');
    await it.pass(hour);
    it.teams.comeBack();
    await it.pass(30_000);
    it.slack.comeBack();
    await it.pass(3 * minute);
    expect(await it.complaints()).toEqual([]);
    expect(it.mail.visible().filter(({ key }) => key.startsWith('ask:') && key.includes('chris'))).toHaveLength(1);
    await it.delivery.stop();
  });

  test('while it is away it is asked as often as once a minute for each message, no more', async () => {
    const it = await set();
    it.slack.leave();
    await moveThere(it);
    const [before, waiting] = [it.slack.counted.calls, (await it.outbox.list({ surface: 'slack', status: 'queued', limit: 1_000 })).length];
    await it.pass(20 * minute);
    expect(it.slack.counted.calls - before).toBeLessThanOrEqual(waiting * 21);
    await it.delivery.stop();
  });
});

describe('while all is well', () => {
  test.each([['as soon as it was asked for', 0], ['in the pause after an edit', 1_000], ['later', minute]])('a decision stands in every copy within three seconds, and the time a platform takes: %s', async (_when, waitMs) => {
    const it = await set();
    const run = runIn(await it.node.say('ana', move));
    await it.pass(waitMs);
    await it.node.say('ben', `approve ${run}`);
    await it.pass(3_250);
    const copies = [...it.slack.visible(), ...it.teams.visible()].filter(({ key }) => key.startsWith(`run:${run}/`) || key.startsWith(`ask:${run}.1/`));
    expect(copies.map(({ key }) => key).toSorted()).toEqual([`ask:${run}.1/slack/T1/UBEN`, `ask:${run}.1/slack/T1/UCHRIS`, `ask:${run}.1/teams/aad-chris`, ...['cluster01', 'dr-provider'].flatMap((channel) => [`run:${run}/slack/${channel}`, `run:${run}/teams/${channel}`])].toSorted());
    for (const { key, card } of copies) expect({ key, decides: card.actions.filter(({ verb }) => verb === 'approve' || verb === 'reject'), says: /[Aa]pproved/.test(card.text) }).toEqual({ key, decides: [], says: true });
    await it.delivery.stop();
  });
});

describe('presses over a bad line', () => {
  test('the same press twice, the first answer lost, is one approval; one that comes after the decision changes nothing', async () => {
    const it = await set();
    const run = runIn(await it.node.say('ana', move));
    await it.pass(10_000);
    const approve = it.button(it.slack, `ask:${run}.1/slack/T1/UBEN`, 'approve');
    const reject = it.button(it.slack, `ask:${run}.1/slack/T1/UBEN`, 'reject');
    await Promise.all([it.press('slack', 'T1/UBEN', approve, 'd1'), it.press('slack', 'T1/UBEN', approve, 'd1')]);
    await it.pass(5_000);
    // Pressed before the approval, delivered after it.
    await it.press('slack', 'T1/UBEN', reject, 'd0');
    await it.pass(30 * minute);
    expect((await lab.entries()).filter(({ event }) => event.type === 'approval.given')).toHaveLength(1);
    expect(it.node.run(run).status).toBe('succeeded');
    expect(await it.complaints()).toEqual([]);
    await it.delivery.stop();
  });
});

describe('Slack and Teams that answer 429 and 5xx, lose answers, do things late and out of order', () => {
  test.each(Array.from({ length: 12 }, (_, index) => index + 1))('seed %i, one node or two: the run goes on, every message converges, each stands there once', async (seed) => {
    const it = await set({ seed, faultsPerCall: 0.3, nodes: 1 + (seed % 2) });
    const run = await moveThere(it);
    expect(it.node.run(run).status).toBe('succeeded');
    if (seed % 3 === 0) {
      it.slack.leave();
      await it.node.say('ana', 'verify site service_provider');
      await it.pass(5 * minute);
      const home = runIn(await it.node.say('ana', 'move site from=service_provider to=customerA'));
      await it.node.say('ben', `approve ${home}`);
      await it.pass(hour);
      it.slack.comeBack();
    }
    it.calm();
    await it.pass(5 * minute);
    expect(await it.complaints()).toEqual([]);
    expect([...it.slack.counted.faults, ...it.teams.counted.faults].length).toBeGreaterThanOrEqual(4);
    expect(it.slack.counted.rude + it.teams.counted.rude).toBe(0);
    await it.delivery.stop();
  });
});
