import { describe, expect, test } from '@jest/globals';
import { personOf } from '../../src/core/estate.js';
import { refusal, type Answer, type Caller } from '../../src/core/answer.js';
import type { Press } from '../../src/desk/desk.js';
import { createInboundHandler } from '../../src/chatops/inbound.js';
import { createPendingPresses } from '../../src/chatops/pending-press.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import type { Inbound } from '../../src/ports/channel.js';
import { FakeClock, fakeButtons, fakeOnce } from './fakes.js';
import { Story, templateDirectory } from './fixture.js';

const render = createRender(loadTemplates(templateDirectory));

function setUp() {
  const story = new Story();
  story.link('ben', 'T1/UBEN');
  story.propose();
  const [once, buttons, commands, presses, faults] = [fakeOnce(), fakeButtons(), [] as [string, string, string][], [] as [string, Press][], [] as string[]];
  let answer: Answer = { kind: 'said', status: 0, text: 'Good.', next: [], json: null };
  const desk = {
    command: async ({ person, surface }: Caller, line: string) => { commands.push([person.name, surface, line]); if (line === 'explode') throw new Error('boom'); return answer; },
    press: async ({ person }: Caller, press: Press) => { presses.push([person.name, press]); return answer; },
    approversOf: () => [],
  };
  const [clock, kept] = [new FakeClock(story.now), new Map<string, unknown>()];
  const pending = createPendingPresses({ get: async (key) => kept.get(key), set: async (key, value) => { if (once.broken) throw new Error('the database is away'); kept.set(key, value); }, delete: async (key) => kept.delete(key) }, clock);
  const handler = createInboundHandler({
    live: { current: story.state, reach: async () => undefined, onEntries: () => () => undefined }, desk, once, buttons, pending, render, clock, readiness: () => [],
    link: async (person, surface, identity) => { if (surface === 'slack') story.link(person, identity); }, log: { error: (_fields, message) => { faults.push(message); } },
  });
  let delivery = 0;
  const from = (identity = 'T1/UBEN', more: Partial<Inbound> = {}): Inbound => ({ surface: 'slack', identity, displayName: null, conversation: 'C1', deliveryId: `d${++delivery}`, ...more });
  return { story, once, clock, buttons, commands, presses, faults, handler, from, answerWith: (next: Answer) => { answer = next; } };
}

describe('the way in', () => {
  test.each([
    ['approve R-12', 'approve R-12'], ['/dr approve R-12', 'approve R-12'], ['<@UBOT> hold R-12', 'hold R-12'], ['@Lifeboat hold R-12', 'hold R-12'], ['ksysmgr move site from=a to=b', 'ksysmgr move site from=a to=b'], ['', 'help'], ['/dr', 'help'],
  ])('%j reaches the desk as %j', async (typed, line) => {
    const { handler, from, commands } = setUp();
    await handler.command(from(), typed);
    expect(commands).toEqual([['ben', 'slack', line]]);
  });
  test('the desk\'s status comes back with the card', async () => {
    const { handler, from, answerWith } = setUp();
    answerWith(refusal(2, 'not-found', 'No site is called "x".', 'Did you mean customerA?'));
    expect(await handler.command(from(), 'move site from=x')).toMatchObject({ status: 2, card: { body: 'No site is called "x".\nDid you mean customerA?' } });
  });
  test('a stranger is told how to link, and nothing is done', async () => {
    const { handler, from, commands, presses } = setUp();
    const reply = await handler.command(from('T1/UNKNOWN'), 'approve R-12');
    expect(reply.status).toBe(1);
    expect(reply.card?.text).toMatch(/does not know whose Slack account.*did nothing[\s\S]*"code slack"[\s\S]*\/dr link CODE/);
    expect((await handler.action(from('T1/UNKNOWN'), 'b1')).card?.text).toMatch(/does not know whose/);
    expect([commands, presses]).toEqual([[], []]);
  });
  test('a link of somebody who left the estate counts for nothing', async () => {
    const { story, handler, from, commands } = setUp();
    story.link('zoe', 'T1/UZOE');
    expect((await handler.command(from('T1/UZOE'), 'approve R-12')).status).toBe(1);
    expect(commands).toEqual([]);
  });
  test('on web and CLI the surface proved the person', async () => {
    const { handler, from, commands } = setUp();
    await handler.command(from('cy', { surface: 'web' }), 'help');
    expect(commands).toEqual([['cy', 'web', 'help']]);
    expect((await handler.command(from('T1/UBEN', { surface: 'web' }), 'help')).status).toBe(2);
  });
  test('a fault of our own is answered, not thrown', async () => {
    const { handler, from, faults } = setUp();
    const reply = await handler.command(from(), 'explode');
    expect(reply).toMatchObject({ status: 1, card: { text: expect.stringContaining('fault of its own') } });
    expect(reply.card?.text).not.toContain('boom');
    expect(faults.length).toBe(1);
  });
});

describe('the same delivery twice', () => {
  test('is one act, and Slack gets no second answer', async () => {
    const { handler, from, commands } = setUp();
    const delivery = from();
    const replies = await Promise.all([handler.command(delivery, 'approve R-12'), handler.command(delivery, 'approve R-12')]);
    expect(commands.length).toBe(1);
    expect(replies.map((reply) => reply.card !== null)).toEqual([true, false]);
  });
  test('gets an answer in the console, where a click without one looks lost', async () => {
    const { handler, from, commands } = setUp();
    const delivery = from('ben', { surface: 'web' });
    await handler.command(delivery, 'approve R-12');
    expect((await handler.command(delivery, 'approve R-12')).card?.text).toMatch(/received before, and done once/);
    expect(commands.length).toBe(1);
  });
  test('is known with the database away, and a new one still comes through', async () => {
    const { handler, from, once, commands } = setUp();
    once.broken = true;
    const delivery = from();
    await handler.command(delivery, 'hold R-12');
    await handler.command(delivery, 'hold R-12');
    await handler.command(from(), 'hold R-13');
    expect(commands.map(([, , line]) => line)).toEqual(['hold R-12', 'hold R-13']);
  });
  test('is told apart by person: one id of two people is two acts', async () => {
    const { story, handler, from, commands } = setUp();
    story.link('cy', 'T1/UCY');
    await handler.command(from('T1/UBEN', { deliveryId: 'same' }), 'help');
    await handler.command(from('T1/UCY', { deliveryId: 'same' }), 'help');
    expect(commands.length).toBe(2);
  });
});

describe('buttons', () => {
  test('a known id presses what it stood for, whatever the message says now', async () => {
    const { handler, from, buttons, presses } = setUp();
    const id = await buttons.idFor({ verb: 'approve', subject: 'R-12', epoch: 1, attest: 'pbrazos' });
    await handler.action(from(), id);
    expect(presses).toEqual([['ben', { verb: 'approve', subject: 'R-12', epoch: 1, attest: 'pbrazos' }]]);
  });
  test.each(['nonsense', 'R-12', ''])('the id %j is not known, and says so', async (id) => {
    const { handler, from, presses } = setUp();
    expect(await handler.action(from(), id)).toMatchObject({ status: 2, card: { text: expect.stringContaining('no longer known') } });
    expect(presses).toEqual([]);
  });
  test('the private answer about a run offers its reader what this person may do', async () => {
    const { story, handler, from, answerWith } = setUp();
    answerWith({ kind: 'run', status: 0, run: 'R-12', detail: 'card', note: 'It waits for approval.' });
    story.link('dee', 'T1/UDEE');
    story.link('ana', 'T1/UANA');
    const verbs = async (identity: string): Promise<string[]> => (await handler.command(from(identity), 'query run R-12')).card!.actions.map((action) => action.verb);
    expect([await verbs('T1/UBEN'), await verbs('T1/UDEE'), await verbs('T1/UANA')]).toEqual([['approve', 'hold', 'reject'], ['hold'], ['hold']]);
    expect((await handler.command(from(), 'query run R-12')).card?.body).toMatch(/^It waits for approval\.\n/);
  });
});

describe('a button pressed before the account was linked', () => {
  const pressed = async (set: ReturnType<typeof setUp>, identity = 'T1/UCY') => set.handler.action(set.from(identity), await set.buttons.idFor({ verb: 'approve', subject: 'R-12', epoch: 1, attest: null }));
  const linkNow = (set: ReturnType<typeof setUp>, identity = 'T1/UCY') => {
    set.once.codes.set('link:slack/K7QM2F4X', 'cy');
    return set.handler.command(set.from(identity), 'link K7QM2F4X');
  };

  test('is kept, goes through the desk as a press of now once the account is linked, and the answer says so', async () => {
    const set = setUp();
    expect((await pressed(set)).card?.text).toMatch(/did nothing[\s\S]*kept for ten minutes and looked at again when you have linked/);
    expect(set.presses).toEqual([]);
    set.answerWith(refusal(1, 'plan-changed', 'The plan changed since.', 'Look at it again.'));
    const reply = await linkNow(set);
    expect(set.presses).toEqual([['cy', { verb: 'approve', subject: 'R-12', epoch: 1, attest: null }]]);
    expect(reply).toMatchObject({ status: 1, card: { text: expect.stringMatching(/speaks for cy[\s\S]*Before you linked you pressed approve for R-12; this is what came of it now:[\s\S]*The plan changed since/) } });
  });
  test('is done once', async () => {
    const set = setUp();
    await pressed(set);
    await linkNow(set);
    await set.handler.command(set.from('T1/UCY'), 'help');
    await linkNow(set);
    expect(set.presses.length).toBe(1);
  });
  test('is forgotten after ten minutes, and when it is of another account', async () => {
    const late = setUp();
    await pressed(late);
    late.clock.move(600_000);
    expect((await linkNow(late)).card?.text).not.toContain('Before you linked');
    const other = setUp();
    await pressed(other, 'T1/USTRANGER');
    await linkNow(other);
    expect([late.presses, other.presses]).toEqual([[], []]);
  });
  test('is not promised where it cannot be kept, or stood for nothing', async () => {
    const set = setUp();
    expect((await set.handler.action(set.from('T1/UCY'), 'nonsense')).card?.text).not.toContain('is kept');
    set.once.broken = true;
    expect((await pressed(set)).card?.text).not.toContain('is kept');
  });
  test('is nothing for a code of somebody who left the estate, which links nothing either', async () => {
    const set = setUp();
    await pressed(set);
    set.once.codes.set('link:slack/K7QM2F4X', 'zoe');
    expect(await set.handler.command(set.from('T1/UCY'), 'link K7QM2F4X')).toMatchObject({ status: 1, card: { text: expect.stringContaining('has left the estate since') } });
    expect([set.presses, set.story.state.links.some(({ person }) => person === 'zoe')]).toEqual([[], false]);
  });
});

describe('linking an account', () => {
  test('a code of one\'s own links the account that sends it', async () => {
    const { story, once, handler, from, commands } = setUp();
    once.codes.set('link:slack/K7QM2F4X', 'cy');
    expect(await handler.command(from('T1/UCY'), 'link k7qm2f4x')).toMatchObject({ status: 0, card: { text: expect.stringContaining('speaks for cy') } });
    await handler.command(from('T1/UCY'), 'help');
    expect(commands).toEqual([['cy', 'slack', 'help']]);
    expect(personOf(story.state.estate!, 'cy')).toBeDefined();
  });
  test('the same code links nobody else', async () => {
    const { once, handler, from } = setUp();
    once.codes.set('link:slack/K7QM2F4X', 'cy');
    await handler.command(from('T1/UCY'), '/dr link K7QM2F4X');
    expect(await handler.command(from('T1/UMALLORY'), 'link K7QM2F4X')).toMatchObject({ status: 1, card: { text: expect.stringContaining('used already') } });
  });
  test('an account that is linked stays whose it is, and the code stays good', async () => {
    const { story, once, handler, from } = setUp();
    once.codes.set('link:slack/K7QM2F4X', 'cy');
    expect((await handler.command(from('T1/UBEN'), 'link K7QM2F4X')).card?.text).toMatch(/linked to ben already/);
    expect(story.state.links.find((link) => link.identity === 'T1/UBEN')?.person).toBe('ben');
    expect(once.codes.size).toBe(1);
  });
});
