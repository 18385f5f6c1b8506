import { beforeAll, describe, expect, test } from '@jest/globals';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { createRender, type Render } from '../../src/chatops/render.js';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { answerView } from '../../src/chatops/views/answer.js';
import { runView } from '../../src/chatops/views/run.js';
import type { JournalEntry, JournalEvent } from '../../src/core/event.js';
import type { Surface } from '../../src/core/names.js';
import type { Step } from '../../src/core/plan.js';
import { wantedForContacts } from '../../src/notify/contacts.js';
import type { Wanted } from '../../src/ports/outbox.js';
import { fakeButtons } from './fakes.js';
import { anEstate, aPlan, minute, noon, Story, templateDirectory } from './fixture.js';

let render: Render;
beforeAll(() => { render = createRender(loadTemplates(templateDirectory)); });
const rows = (story: Story, entry: JournalEntry, on: readonly Surface[] = ['web', 'slack', 'email']): Wanted[] => wantedMessages([entry], story.state, on);
const shown = async (story: Story, row: Wanted) => (await createMessageRenderer({ render, buttons: fakeButtons(), journal: { read: async ({ afterSeq = 0, limit }) => story.entries.slice(afterSeq, afterSeq + (limit ?? 1)) } })(row, story.state, story.now))!;
const own = (id: string, kind: string, args: Step['args']): Step => ({ ...aPlan().steps[0]!, id, kind, says: `${kind} ${id}`, entity: { class: 'runbook', name: id }, args });
const approval = own('storage', 'approval', { people: 1, role: 'approver', text: 'Storage is ready' });
const task = own('dns', 'ask', { role: 'operator', text: 'Move the DNS entry', form: [] });
const form = own('ticket', 'ask', { role: 'operator', text: 'Write the ticket', form: [{ name: 'ticket', label: 'Change ticket', pattern: null, required: true }] });
const notice = own('tell', 'notify', { to: 'contacts', text: 'The move is over' });
const started = (step: string): JournalEvent => ({ type: 'step.started', run: 'R-12', step, attempt: 1, key: 'k' });
const answers = (step: string, by: string, answer: 'yes' | 'no', reason: string | null = null): JournalEvent => ({ type: 'step.answered', run: 'R-12', step, by, surface: 'web', answer, reason, form: {} });
const done = (step: string): JournalEvent => ({ type: 'step.finished', run: 'R-12', step, attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes: [] });

function running(): Story {
  const story = new Story();
  story.propose(aPlan({ steps: [approval, task, form, notice] }));
  story.approve('ben');
  story.add({ type: 'plan.granted', run: 'R-12', epoch: 1, digest: 'd', by: ['ana', 'ben'] });
  story.add({ type: 'run.started', run: 'R-12' });
  return story;
}
const asksOf = (all: readonly Wanted[]): string[] => all.filter((row) => row.subject.view === 'step-request').map((row) => row.key);

describe('a question in the middle of a run', () => {
  test('comes privately to everybody who may answer, to nobody else, and once by mail', () => {
    const story = running();
    const asked = story.add(started('storage'));
    expect(asksOf(rows(story, asked))).toEqual(['step:R-12/storage#1/web/ben', 'step:R-12/storage#1/email/ben@example.com', 'step:R-12/storage#1/web/cy', 'step:R-12/storage#1/email/cy@example.com']);
    const later = story.add(answers('storage', 'ben', 'yes'));
    expect(asksOf(rows(story, later))).toEqual(['step:R-12/storage#1/web/ben', 'step:R-12/storage#1/web/cy']);
  });
  test('has its own buttons, which are not those of the run', async () => {
    const story = running();
    const [row] = rows(story, story.add(started('storage')));
    const private_ = rows(story, story.entries.at(-1)!).find((each) => each.subject.view === 'step-request')!;
    const card = await shown(story, private_);
    expect(card.heading).toContain('Your approval: unplanned move customerA → service_provider · R-12, step storage');
    expect(card.body).toContain('Storage is ready');
    expect(card.body).toContain('No answer is not a yes.');
    expect(card.actions.map((action) => `${action.verb} ${action.label}`)).toEqual(['approve Approve', 'reject Reject']);
    expect(row!.subject.view).toBe('run');
  });
  test('a task has a button, one with a form is typed', async () => {
    const story = running();
    const plain = rows(story, story.add(started('dns'))).find((each) => each.subject.view === 'step-request')!;
    expect((await shown(story, plain)).actions.map((action) => action.label)).toEqual(['Done', 'Cannot be done']);
    const typed = rows(story, story.add(started('ticket'))).find((each) => each.subject.view === 'step-request')!;
    const card = await shown(story, typed);
    expect(card.actions).toEqual([]);
    expect(card.text).toContain('confirm R-12 step=ticket ticket=...');
    expect(card.text).toContain('ticket: Change ticket');
  });
  test('after the answer the copies keep their text, and lose their buttons', async () => {
    const story = running();
    const row = rows(story, story.add(started('storage'))).find((each) => each.key.startsWith('step:') && each.key.endsWith('web/cy'))!;
    story.add(answers('storage', 'ben', 'yes'));
    story.add(done('storage'));
    const card = await shown(story, row);
    expect(card.heading).toContain('[CLOSED]');
    expect(card.text).toContain('Approved by Ben Okoye. The run went on.');
    expect(card.actions).toEqual([]);
  });
  test('mail decides nothing: it has no buttons', async () => {
    const story = running();
    const mail = rows(story, story.add(started('storage'))).find((each) => each.surface === 'email' && each.subject.view === 'step-request')!;
    expect((await shown(story, mail)).actions).toEqual([]);
  });
  test('stands on the card of the run and in its thread, with who may answer and the line to type', async () => {
    const story = running();
    const asked = story.add(started('storage'));
    const card = render(runView(story.run(), story.state, story.context), 'cli', { timeZone: 'UTC', now: story.now });
    expect(card.body).toMatch(/Waits for people[\s\S]*Storage is ready: 1 more, from Ben Okoye, Cy Young[\s\S]*approve R-12 step=storage/);
    const told = rows(story, asked).find((row) => row.subject.view === 'story')!;
    expect((await shown(story, told)).text).toContain('It waits for people: Storage is ready');
  });
  test('a No is told with its reason', async () => {
    const story = running();
    story.add(started('storage'));
    const told = rows(story, story.add(answers('storage', 'ben', 'no', 'the array rebuilds'))).find((row) => row.subject.view === 'story')!;
    expect((await shown(story, told)).text).toContain('Ben Okoye said no to storage: "the array rebuilds".');
  });
  test('another attempt asks anew, since an edit notifies nobody', () => {
    const story = running();
    story.add(started('storage'));
    story.add({ type: 'step.finished', run: 'R-12', step: 'storage', attempt: 1, outcome: 'failed', why: 'no', remedy: null, probed: false, evidence: [], changes: [] });
    story.add({ type: 'step.retried', run: 'R-12', step: 'storage', by: ['ana', 'ben'] });
    expect(asksOf(rows(story, story.add({ type: 'step.started', run: 'R-12', step: 'storage', attempt: 2, key: 'k' })))[0]).toBe('step:R-12/storage#2/web/ben');
  });
});

describe('a runbook\'s own words', () => {
  test('stand in the thread, and go to the contacts by mail where it says so', async () => {
    const story = running();
    story.state.estate = { ...anEstate(), contacts: [{ user: 'ana', tenant: 'cluster01', email: 'ana@example.com', phone: '+15550001001', notificationLevel: 'low' }, { user: 'eve', tenant: 'cluster02', email: 'eve@example.com', phone: null, notificationLevel: 'high' }] };
    story.add(started('tell'));
    const entry = story.add(done('tell'));
    expect((await shown(story, rows(story, entry).find((row) => row.subject.view === 'story')!)).text).toContain('The move is over');
    const mails = wantedForContacts([entry], story.state);
    expect(mails.map((row) => `${row.surface} ${row.target.kind === 'person' ? row.target.identity : ''}`)).toEqual(['email ana@example.com']);
    expect((await shown(story, mails[0]!)).text).toContain('The move is over');
  });
  test('a waiver is told with the names behind it', async () => {
    const story = running();
    const told = rows(story, story.add({ type: 'step.waived', run: 'R-12', step: 'dns', by: ['ana', 'ben'], waiver: 'done by hand' })).find((row) => row.subject.view === 'story')!;
    expect((await shown(story, told)).text).toContain('It goes on without dns, as Ana Silva and Ben Okoye decided: "done by hand". The run ends with exceptions.');
  });
});

test('a dry run says that nothing was asked for, where the point of no return is, what makes up for a failure, and the line that asks for it', () => {
  const story = new Story();
  const plan = aPlan({ run: 'DRY-RUN', predictedFromRuns: 3, compensations: [{ ...notice, compensates: 'check' }] });
  const view = answerView({ kind: 'dry-run', status: 0, plan, command: 'move site from=customerA to=service_provider' }, story.state, { now: noon });
  const card = render(view, 'cli', { timeZone: 'UTC', now: noon + minute });
  expect(card.heading).toBe('Dry run: unplanned move of customerA to service_provider');
  expect(card.body).toContain('nothing was asked for and nothing runs');
  expect(card.body).toContain('Cannot be undone from step 2 on');
  expect(card.body).toContain('(from 3 earlier runs)');
  expect(card.body).toContain('check: notify tell');
  expect(card.body).toContain('`move site from=customerA to=service_provider` ask for it');
  expect(card.body).not.toContain('approve DRY-RUN');
});
