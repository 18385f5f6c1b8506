import { beforeAll, describe, expect, test } from '@jest/globals';
import { createRender, type Render } from '../../src/chatops/render.js';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { outcomeView } from '../../src/chatops/views/outcome.js';
import { runView } from '../../src/chatops/views/run.js';
import type { JournalEntry } from '../../src/core/event.js';
import { matchingNumber } from '../../src/desk/matching-number.js';
import type { Surface } from '../../src/core/names.js';
import { wantedForContacts } from '../../src/notify/contacts.js';
import type { Wanted } from '../../src/ports/outbox.js';
import { fakeButtons } from './fakes.js';
import { anEstate, aPlan, minute, noon, Story, templateDirectory } from './fixture.js';

let render: Render;
beforeAll(() => { render = createRender(loadTemplates(templateDirectory)); });
const rows = (story: Story, entry: JournalEntry, on: readonly Surface[] = ['web', 'email']): Wanted[] => wantedMessages([entry], story.state, on);
const shown = async (story: Story, row: Wanted) => (await createMessageRenderer({ render, buttons: fakeButtons(), journal: { read: async ({ afterSeq = 0, limit }) => story.entries.slice(afterSeq, afterSeq + (limit ?? 1)) } })(row, story.state, story.now))!;
const gate = aPlan().gate;
const reminded = (which: 1 | 2, ...to: string[]) => ({ type: 'approval.reminded', run: 'R-12', epoch: 1, which, to } as const);

describe('a text message', () => {
  test.each([['en', /Reply ([A-Z0-9]{4}) H hold/, /Hold or decide in chat or console\./], ['de', /Antwort ([A-Z0-9]{4}) H hält an/, /Anhalten oder entscheiden in Chat oder Konsole\./]] as const)('asks for an answer only where one comes back (%s)', async (language, withCode, without) => {
    const estate = anEstate();
    const story = new Story({ ...estate, people: estate.people.map((person) => (person.name === 'ben' ? { ...person, language } : person)) });
    story.propose();
    const row = { surface: 'sms', target: { kind: 'person', person: 'ben', identity: '+15550001002' }, subject: { view: 'approval-request', id: 'R-12.1', seq: 1 } } as const;
    const said = async (smsAnswers: boolean) => (await createMessageRenderer({ render, buttons: fakeButtons(), journal: { read: async () => [] }, smsAnswers })(row, story.state, story.now))!.text;
    expect(await said(true)).toMatch(withCode);
    expect(await said(false)).toMatch(without);
    expect(await said(false)).not.toMatch(/Reply|Antwort|null/);
  });
});

describe('a reminder', () => {
  test('is a message of its own to each who was asked again, by mail too, with the buttons', async () => {
    const story = new Story();
    story.propose();
    const entry = story.add(reminded(1, 'ben'));
    const own = rows(story, entry).filter((row) => row.key.startsWith('remind:'));
    expect(own.map((row) => row.key)).toEqual(['remind:R-12.1.1/web/ben', 'remind:R-12.1.1/email/ben@example.com']);
    const card = await shown(story, own[0]!);
    expect(card.heading).toContain('Reminder, still waiting for your approval: unplanned move');
    expect(card.actions.map((action) => action.verb)).toEqual(['approve', 'review', 'reject']);
    expect((await shown(story, own[1]!)).heading).toContain('Reminder: approval needed');
  });
  test('is edited when it is decided, and mail is not sent again', async () => {
    const story = new Story();
    story.propose();
    story.add(reminded(1, 'ben'));
    const entry = story.add({ type: 'plan.withdrawn', run: 'R-12', by: 'ana', reason: 'the array is back' });
    const own = rows(story, entry).filter((row) => row.key.startsWith('remind:'));
    expect(own.map((row) => row.key)).toEqual(['remind:R-12.1.1/web/ben']);
    const card = await shown(story, own[0]!);
    expect(card.actions).toEqual([]);
    expect(card.body).toContain('Withdrawn by Ana Silva: the array is back. Nothing ran.');
  });
  test('stands in the thread', async () => {
    const story = new Story();
    story.propose();
    const row = rows(story, story.add(reminded(2, 'ben', 'cy'))).find(({ subject }) => subject.view === 'story');
    expect((await shown(story, row!)).text).toContain('Still waiting: Ben Okoye, Cy Young were asked again, as two thirds of the time are over.');
  });
});

describe('backups', () => {
  test('get the request when it reaches them, by mail too, and the thread says so', async () => {
    const story = new Story();
    story.propose(aPlan({ gate: { ...gate, backups: ['dee'] } }));
    expect(rows(story, story.entries.at(-1)!).some((row) => row.key.includes('dee'))).toBe(false);
    const all = rows(story, story.add({ type: 'approval.escalated', run: 'R-12', epoch: 1, to: ['dee'] }));
    expect(all.map((row) => row.key).filter((key) => key.includes('dee'))).toEqual(['ask:R-12.1/web/dee', 'ask:R-12.1/email/dee@example.com']);
    expect(all.some((row) => row.key.includes('email/ben'))).toBe(false);
    expect((await shown(story, all.find(({ subject }) => subject.view === 'story')!)).text).toContain('Dee Roy may approve from now on, too, as backup.');
  });
});

describe('somebody who stands in', () => {
  const away = { type: 'delegation.given', from: 'ben', to: 'dee', until: noon + 60 * minute, reason: null } as const;
  test('gets the open requests, which close when the delegation ends', async () => {
    const story = new Story();
    story.propose();
    const ask = rows(story, story.add(away)).find((row) => row.key === 'ask:R-12.1/web/dee')!;
    expect((await shown(story, ask)).actions.map((action) => action.verb)).toEqual(['approve', 'review', 'reject']);
    story.add({ type: 'delegation.ended', from: 'ben' });
    const card = await shown(story, ask);
    expect(card.actions).toEqual([]);
    expect(card.body).toContain('the time in which you stood in for somebody is over');
  });
  test('is shown with the name of who is away', () => {
    const story = new Story();
    story.add(away);
    story.propose(aPlan({ gate: { ...gate, people: 3 } }));
    story.approve('dee');
    const card = render(runView(story.run(), story.state, story.context), 'cli', { timeZone: 'UTC', now: story.now });
    expect(card.body).toContain('People 2 of 3: Ana Silva (asked), Dee Roy for Ben Okoye (approved 14:02 UTC)');
    expect(card.body).toContain('Waiting for 1 of: Cy Young');
  });
});

describe('the number', () => {
  const numbered = () => { const story = new Story(); story.propose(aPlan({ gate: { ...gate, numberMatching: true } })); return story; };
  test('comes to who asked alone, never to a channel or a mailbox, and goes when it is decided', async () => {
    const story = numbered();
    const own = rows(story, story.entries.at(-1)!).filter((row) => row.subject.view === 'matching-number');
    expect(own.map((row) => row.target)).toEqual([{ kind: 'person', person: 'ana', identity: 'ana' }]);
    const buttons = fakeButtons();
    const renderer = createMessageRenderer({ render, buttons, journal: { read: async () => [] } });
    const number = await matchingNumber(buttons, 'R-12', 1);
    expect((await renderer(own[0]!, story.state, story.now))!.text).toContain(`The number is ${number}.`);
    for (const other of rows(story, story.entries.at(-1)!).filter((row) => row.subject.view !== 'matching-number')) expect((await renderer(other, story.state, story.now))!.text).not.toContain(`number is ${number}`);
    story.add({ type: 'plan.rejected', run: 'R-12', by: 'ben', reason: null });
    const closed = (await renderer(own[0]!, story.state, story.now))!;
    expect(`${closed.heading} ${closed.text}`).not.toContain(number);
    expect(closed.heading).toBe('[CLOSED] Number for R-12');
  });
  test('is another for each version of the plan', async () => {
    const buttons = fakeButtons();
    const all = await Promise.all(Array.from({ length: 12 }, (_, epoch) => matchingNumber(buttons, 'R-12', epoch + 1)));
    expect(new Set(all).size).toBeGreaterThan(1);
    expect(all.every((number) => /^[1-9]\d$/.test(number))).toBe(true);
  });
  test('the approver is told whom to ask', () => {
    const story = numbered();
    const body = render(runView(story.run(), story.state, story.context), 'cli', { timeZone: 'UTC', now: story.now }).body;
    expect(body).toContain('Every approver types the two digits that Ana Silva was shown, and hears them from that person.');
    expect(body).toContain('approve R-12 number=NN');
  });
});

describe('broken glass', () => {
  const contacts = [{ user: 'ops', tenant: null, email: 'ops@example.com', phone: '+15550001111', notificationLevel: 'disable' }, { user: 'dee', tenant: 'cluster01', email: 'dee@example.com', phone: null, notificationLevel: 'low' }, { user: 'eve', tenant: 'cluster02', email: 'eve@example.com', phone: null, notificationLevel: 'high' }] as const;
  const broken = () => {
    const story = new Story({ ...anEstate(), contacts });
    story.propose(aPlan({ gate: { ...gate, breakGlass: ['no-second-person'] } }));
    return { story, entry: story.add({ type: 'glass.broken', run: 'R-12', epoch: 1, rules: ['no-second-person'], reason: 'nobody answers', by: 'ana', expiresAt: noon + 15 * minute }) };
  };
  test('is a message of its own in the tenant\'s and the provider\'s channel, besides the thread', async () => {
    const { story, entry } = broken();
    const loud = rows(story, entry, ['web']).filter((row) => row.key.startsWith('glass:'));
    expect(loud.map((row) => [row.target, row.threadKey])).toEqual([[{ kind: 'channel', channel: 'cluster01' }, null], [{ kind: 'channel', channel: 'dr-desk' }, null]]);
    const card = await shown(story, loud[0]!);
    expect(card.tone).toBe('critical');
    expect(card.text).toContain('GLASS BROKEN: Ana Silva lets unplanned move of customerA to service_provider go without no-second-person: "nobody answers".');
    expect(card.text).toContain('hold R-12');
    expect(rows(story, entry, ['web']).filter((row) => row.subject.view === 'story' && row.threadKey !== null)).toHaveLength(2);
  });
  test('reaches every contact of the tenant and the provider, whatever their level, and nobody of another tenant', async () => {
    const { story, entry } = broken();
    const all = wantedForContacts([entry], story.state);
    expect(all.map((row) => row.target)).toEqual([{ kind: 'person', person: 'ops', identity: 'ops@example.com' }, { kind: 'person', person: 'ops', identity: '+15550001111' }, { kind: 'person', person: 'dee', identity: 'dee@example.com' }]);
    for (const row of all) expect((await shown(story, row)).text).toContain('GLASS BROKEN');
    expect((await shown(story, all[1]!)).text.length).toBeLessThanOrEqual(160);
  });
  test('stays on the card', () => {
    const { story } = broken();
    story.grantAndStart();
    expect(render(runView(story.run(), story.state, story.context), 'cli', { timeZone: 'UTC', now: story.now }).body).toContain('GLASS BROKEN 14:02 UTC by Ana Silva: no-second-person. "nobody answers". It holds until 14:17 UTC.');
  });
  test('by who asked, nobody else stands behind it, and the card never says that it needed no approval', () => {
    const { story } = broken();
    story.add({ type: 'plan.granted', run: 'R-12', epoch: 1, digest: aPlan().digest, by: ['ana'] });
    const { body } = render(runView(story.run(), story.state, story.context), 'cli', { timeZone: 'UTC', now: story.now });
    expect(body).toContain('Asked by Ana Silva. Nobody else approved it.');
    expect(body).not.toContain('Needs no approval');
  });
});

describe('what the card says of a gate', () => {
  test('people of another team are named', () => {
    const estate = anEstate();
    const team: Record<string, string> = { ana: 'storage', ben: 'storage', cy: 'network' };
    const story = new Story({ ...estate, people: estate.people.map((person) => ({ ...person, ...(team[person.name] ? { team: team[person.name]! } : {}) })) });
    story.propose(aPlan({ gate: { ...gate, diverse: { by: 'team', count: 2 } } }));
    story.approve('ben');
    expect(render(runView(story.run(), story.state, story.context), 'cli', { timeZone: 'UTC', now: story.now }).body).toContain('Waiting for 1, somebody of another team, of: Cy Young');
  });
  test('rejections so far stand there with their reasons', () => {
    const story = new Story();
    story.propose(aPlan({ gate: { ...gate, deny: 2 } }));
    story.add({ type: 'rejection.given', run: 'R-12', epoch: 1, by: 'ben', surface: 'slack', reason: 'month end' });
    expect(render(runView(story.run(), story.state, story.context), 'cli', { timeZone: 'UTC', now: story.now }).body).toContain('Against it so far (2 end it): Ben Okoye, "month end"');
  });
  test('the requester is told privately that it was withdrawn, not rejected', () => {
    const story = new Story();
    story.propose();
    story.add({ type: 'plan.withdrawn', run: 'R-12', by: 'cy', reason: null });
    expect(outcomeView(story.run(), story.state, story.context).data).toMatchObject({ badge: 'WITHDRAWN', sentence: 'Cy Young withdrew it. Nothing ran.' });
  });
});
