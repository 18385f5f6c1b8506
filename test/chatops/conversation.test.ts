import { beforeAll, describe, expect, test } from '@jest/globals';
import { createConversationHandler } from '../../src/chatops/conversation.js';
import { nextCommands } from '../../src/chatops/next-commands.js';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { createRender, type Render } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { answerView, refusalView } from '../../src/chatops/views/answer.js';
import type { Inbound } from '../../src/ports/channel.js';
import { FakeClock, fakeButtons } from './fakes.js';
import { Story, templateDirectory } from './fixture.js';

let render: Render;
beforeAll(() => { render = createRender(loadTemplates(templateDirectory)); });

async function setUp() {
  const story = new Story();
  for (const name of ['ana', 'ben', 'dee', 'eve']) story.add({ type: 'person.linked', person: name, surface: 'teams', identity: `tenant/${name}` });
  story.propose();
  const [buttons, clock, notes, faults] = [fakeButtons(), new FakeClock(story.now), [] as [string, string][], [] as string[]];
  const broken = { is: false };
  const handler = createConversationHandler({
    live: { current: story.state, reach: async () => undefined, onEntries: () => () => undefined }, buttons: { ...buttons, lookUp: async (id) => { if (broken.is) throw new Error('the database is away'); return buttons.lookUp(id); } }, render, clock,
    renderMessage: createMessageRenderer({ render, buttons, journal: { read: async () => [] } }),
    note: async (person, _surface, text) => { if (broken.is) throw new Error('the database is away'); notes.push([person.name, text]); }, log: { error: (_fields, message) => { faults.push(message); } },
  });
  const review = await buttons.idFor({ verb: 'review', subject: 'R-12', epoch: 1, attest: null });
  const from = (name: string): Inbound => ({ surface: 'teams', identity: `tenant/${name}`, displayName: null, conversation: '19:x', deliveryId: 'd' });
  const look = async (name: string, id = review) => (await handler.personal(from(name), id))?.actions.map(({ verb }) => verb) ?? null;
  return { story, handler, notes, faults, broken, from, look, review };
}

describe('a reader\'s own view of a shared message', () => {
  test('an approver decides in it; who asked, and who only reads, see what everybody sees', async () => {
    const { look } = await setUp();
    expect(await look('ben')).toEqual(['approve', 'review', 'reject']);
    expect(await look('ana')).toEqual(['review', 'hold']);
    expect(await look('dee')).toEqual(['review', 'hold']);
  });
  test('is the shared one again for who has decided', async () => {
    const { story, look } = await setUp();
    story.approve('ben');
    expect(await look('ben')).toEqual(['review', 'hold']);
  });
  test('is none for another tenant\'s people, for strangers and for unknown buttons', async () => {
    const { look } = await setUp();
    expect([await look('eve'), await look('stranger'), await look('ben', 'unknown')]).toEqual([null, null, null]);
  });
  test('is none while the database is away: the shared message stays', async () => {
    const { look, broken, faults } = await setUp();
    broken.is = true;
    expect(await look('ben')).toBeNull();
    expect(faults).toHaveLength(1);
  });
});

describe('which conversation is a channel of the estate', () => {
  test.each([
    ['ana', 'cluster01', true, 'an operator of the tenant'], ['ana', 'cluster02', false, 'an operator of another tenant'], ['ana', 'dr-desk', false, 'a tenant\'s operator about the provider\'s channel'],
    ['ben', 'cluster01', false, 'an approver who is no operator'], ['dee', 'cluster01', false, 'a viewer'], ['stranger', 'cluster01', false, 'somebody who is not linked'], ['ana', 'nowhere', false, 'an operator about a channel that is none'],
  ])('%s says %s: %s (%s)', async (name, channel, may) => {
    const { handler, from, notes } = await setUp();
    expect((await handler.mayPlace(from(name), channel, 'use')).may).toBe(may);
    expect(notes).toEqual(may ? [[name, `${name}: use this conversation for ${channel}`]] : []);
  });
  test('a refusal says what takes what, and tells nothing of other tenants, not even whether there is one', async () => {
    const { handler, from } = await setUp();
    const { card } = await handler.mayPlace(from('ana'), 'cluster02', 'use');
    expect((await handler.mayPlace(from('ana'), 'cluster99', 'use')).card.text).toBe(card.text.replace('cluster02', 'cluster99'));
    expect(card.text).toMatch(/It takes an operator of its tenant[\s\S]*Yours: cluster01[\s\S]*use this channel for cluster01/);
    expect(card.text).not.toMatch(/dr-desk/);
  });
  test('that it is one no more is journalled, too', async () => {
    const { handler, from, notes } = await setUp();
    expect((await handler.mayPlace(from('ana'), 'cluster01', 'stop')).card.text).toMatch(/Nothing about cluster01 is posted here any more/);
    expect(notes).toEqual([['ana', 'ana: stop using this conversation for cluster01']]);
  });
  test('what cannot be written down is not done', async () => {
    const { handler, from, broken } = await setUp();
    broken.is = true;
    expect(await handler.mayPlace(from('ana'), 'cluster01', 'use')).toMatchObject({ may: false, card: { text: expect.stringContaining('Nothing was changed') } });
  });
});

describe('commands to tap', () => {
  test('are the ones that a message names, without prose and placeholders', async () => {
    const { story } = await setUp();
    const view = answerView({ kind: 'decision', status: 1, code: 'x', run: 'R-12', sentence: 'Not you.', next: ['why R-12', 'Ask Ben.', 'link CODE', 'approve R-12 number=NN'] }, story.state, story.context);
    expect(nextCommands(view, 'teams')).toEqual({ next: ['why R-12'] });
    expect(nextCommands(refusalView('x', 'No.', 'Try again.', 'query site customerA'), 'teams')).toEqual({ next: ['query site customerA'] });
    expect(nextCommands(view, 'slack')).toEqual({});
  });
});
