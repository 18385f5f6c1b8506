import { describe, expect, test } from '@jest/globals';
import type { JournalEntry } from '../../src/core/event.js';
import type { Surface } from '../../src/core/names.js';
import { channelsOf, wantedMessages } from '../../src/chatops/reconcile.js';
import { createRender } from '../../src/chatops/render.js';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import type { Wanted } from '../../src/ports/outbox.js';
import { fakeButtons } from './fakes.js';
import { anEstate, anIncident, aPlan, minute, noon, Story, templateDirectory } from './fixture.js';

const surfaces: readonly Surface[] = ['slack', 'web'];
const keys = (rows: readonly Wanted[]): string[] => rows.map((row) => row.key).toSorted();
const wanted = (story: Story, entries: readonly JournalEntry[] = story.entries, on: readonly Surface[] = surfaces): Wanted[] => wantedMessages(entries, story.state, on);

describe('the messages that should exist', () => {
  test('a silence: one message when it is added, others when it ends soon and when somebody ended it; all show how it stands', () => {
    const story = new Story();
    const silence = { id: 'L-1', tenant: 'cluster01', matcher: { event: 'VIOS_*', entity: null, class: null, severity: null }, from: noon, until: noon + 60 * minute, reason: 'firmware', by: 'ana' };
    expect(keys(wanted(story, [story.add({ type: 'silence.added', silence })], ['slack', 'email']))).toEqual(['silence:L-1.added/slack/cluster01', 'silence:L-1.added/slack/dr-desk']);
    expect(keys(wanted(story, [story.add({ type: 'silence.ending', silence: 'L-1', open: 1 })], ['slack']))).toEqual(['silence:L-1.added/slack/cluster01', 'silence:L-1.added/slack/dr-desk', 'silence:L-1.ending/slack/cluster01', 'silence:L-1.ending/slack/dr-desk']);
    expect(keys(wanted(story, [story.add({ type: 'silence.ended', silence: 'L-1', by: 'ben' })], ['slack'])).filter((key) => key.includes('.ended'))).toEqual(['silence:L-1.ended/slack/cluster01', 'silence:L-1.ended/slack/dr-desk']);
  });
  test('a silence that ends in time says nothing more: what it kept back is told', () => {
    const story = new Story();
    story.add({ type: 'silence.added', silence: { id: 'L-1', tenant: null, matcher: { event: 'VIOS_*', entity: null, class: null, severity: null }, from: noon, until: noon + minute, reason: 'firmware', by: 'ana' } });
    expect(keys(wanted(story, [story.add({ type: 'silence.ended', silence: 'L-1', by: null })], ['slack']))).toEqual(['silence:L-1.added/slack/dr-desk']);
  });
  test('a proposal: one root in the tenant\'s and the provider\'s channel, and a private request to each who may approve', () => {
    const story = new Story();
    story.link('ben', 'T1/UBEN');
    story.link('ana', 'T1/UANA');
    expect(keys(wanted(story, [story.propose()]))).toEqual([
      'ask:R-12.1/slack/T1/UBEN', 'ask:R-12.1/web/ben', 'ask:R-12.1/web/cy', 'run:R-12/slack/cluster01', 'run:R-12/slack/dr-desk', 'run:R-12/web/cluster01', 'run:R-12/web/dr-desk',
    ]);
  });
  test('the requester, a viewer and another tenant\'s approver get no request', () => {
    const story = new Story();
    for (const person of ['ana', 'dee', 'eve']) story.link(person, `T1/${person}`);
    expect(wanted(story, [story.propose()]).filter((row) => row.subject.view === 'approval-request').map((row) => row.target)).toEqual([{ kind: 'person', person: 'ben', identity: 'ben' }, { kind: 'person', person: 'cy', identity: 'cy' }]);
  });
  test('a tenant\'s message never goes to another tenant\'s channel', () => {
    const story = new Story();
    story.propose(); story.approve('ben'); story.grantAndStart(); story.step('check', 'failed'); story.finish('failed');
    story.add({ type: 'incident.opened', incident: anIncident() });
    const channels = wanted(story).flatMap((row) => (row.target.kind === 'channel' ? [row.target.channel] : []));
    expect(new Set(channels)).toEqual(new Set(['cluster01', 'dr-desk']));
  });
  test('where tenant and provider share a channel, it is told once', () => {
    const estate = anEstate();
    const story = new Story({ ...estate, provider: { ...estate.provider, channel: 'cluster01' } });
    expect(channelsOf('cluster01', story.state)).toEqual(['cluster01']);
  });
  test('the same entries give the same rows: nothing depends on when they are read', () => {
    const story = new Story();
    story.link('ben', 'T1/UBEN');
    story.propose(); story.approve('ben'); story.grantAndStart(); story.step('check'); story.finish();
    expect(wanted(story)).toEqual(wanted(story));
    const oneByOne = new Map(story.entries.flatMap((entry) => wanted(story, [entry])).map((row) => [row.key, row]));
    expect([...oneByOne.keys()].toSorted()).toEqual(keys(wanted(story)));
  });
  test('the version of a message only grows with the journal', () => {
    const story = new Story();
    const proposed = story.propose();
    const approved = story.approve('ben');
    const version = (entry: JournalEntry): number | undefined => wanted(story, [entry]).find((row) => row.key === 'run:R-12/slack/cluster01')?.wanted;
    expect([version(proposed), version(approved)]).toEqual([proposed.seq, approved.seq]);
    expect(wanted(story, [approved, proposed]).find((row) => row.key === 'run:R-12/slack/cluster01')?.wanted).toBe(approved.seq);
  });
  test('thread lines hang under their root, are sent once, and say decisions, failures and the end', () => {
    const story = new Story();
    story.propose();
    const entries = [story.approve('ben'), story.add({ type: 'plan.granted', run: 'R-12', epoch: 1, digest: 'd', by: ['ana', 'ben'] }), story.add({ type: 'run.started', run: 'R-12' }), story.step('check'), story.step('fail-over', 'failed'), story.finish('failed')];
    const lines = wanted(story, entries, ['slack']).filter((row) => row.subject.view === 'story' && row.key.endsWith('/cluster01'));
    expect(lines.map((row) => [row.subject.seq, row.threadKey, row.editable])).toEqual([entries[0], entries[1], entries[4], entries[5]].map((entry) => [entry!.seq, 'run:R-12/slack/cluster01', false]));
  });
  test('the console also tells each finished step; Slack does not', () => {
    const story = new Story();
    story.propose(); story.grantAndStart();
    const done = story.step('check');
    const stories = wanted(story, [done]).filter((row) => row.subject.view === 'story').map((row) => row.surface);
    expect(new Set(stories)).toEqual(new Set(['web']));
  });
  test('progress lines want nothing', () => {
    const story = new Story();
    story.propose(); story.grantAndStart();
    expect(wanted(story, [story.add({ type: 'step.progress', run: 'R-12', step: 'check', line: 'x' })])).toEqual([]);
  });
  test('a requester who is linked hears the outcome privately, once', () => {
    const story = new Story();
    story.link('ana', 'T1/UANA');
    story.propose(); story.approve('ben'); story.grantAndStart();
    const end = [story.finish(), story.add({ type: 'lock.released', run: 'R-12' })];
    expect(wanted(story, end).filter((row) => row.subject.view === 'run-outcome')).toMatchObject([{ key: 'outcome:R-12.1/slack/T1/UANA', editable: false, wanted: end[0]!.seq }, { surface: 'web', target: { person: 'ana' } }]);
  });
  test('a changed plan makes a new request, and the old one is edited', () => {
    const story = new Story();
    story.propose();
    const revised = story.add({ type: 'plan.revised', plan: aPlan({ epoch: 2 }), expiresAt: noon + minute, changes: [], voided: [] });
    expect(keys(wanted(story, [revised]).filter((row) => row.subject.view === 'approval-request' && row.target.kind === 'person' && row.target.person === 'ben'))).toEqual(['ask:R-12.1/web/ben', 'ask:R-12.2/web/ben']);
  });
  test('mail asks each approver once per plan, whatever happens after', () => {
    const story = new Story();
    const proposed = story.propose();
    const approved = story.approve('ben');
    const mails = (entry: JournalEntry): string[] => keys(wanted(story, [entry], ['email']));
    expect([mails(proposed), mails(approved)]).toEqual([['ask:R-12.1/email/ben@example.com', 'ask:R-12.1/email/cy@example.com'], []]);
  });
  test('somebody who links an account is asked there about what is open', () => {
    const story = new Story();
    story.propose();
    expect(keys(wanted(story, [story.link('cy', 'T1/UCY')], ['slack']))).toContain('ask:R-12.1/slack/T1/UCY');
  });
  test('a scheduled verification is one card with its result, without a story', () => {
    const story = new Story();
    const plan = aPlan({ operation: { ...aPlan().operation, verb: 'verify', drType: null }, requestedBy: { kind: 'lifeboat', door: 'schedule' }, gate: { people: 0, role: 'approver', expiresInMs: 0, attest: null } });
    const before = [story.propose(plan), story.add({ type: 'run.started', run: 'R-12' })];
    expect(wanted(story, before)).toEqual([]);
    const end = story.finish();
    expect(keys(wanted(story, [end], ['slack']))).toEqual(['run:R-12/slack/cluster01', 'run:R-12/slack/dr-desk']);
  });
  test('when a lock comes free, the queue of others is shown anew', () => {
    const story = new Story();
    story.propose(); story.approve('ben');
    story.add({ type: 'plan.granted', run: 'R-12', epoch: 1, digest: 'd', by: ['ana', 'ben'] });
    story.add({ type: 'lock.requested', run: 'R-12', keys: ['host:u2'], rank: [1] });
    expect(keys(wanted(story, [story.add({ type: 'lock.released', run: 'R-9' })], ['slack']))).toEqual(['run:R-12/slack/cluster01', 'run:R-12/slack/dr-desk']);
  });
  test('an incident has a card; one that another explains has none', () => {
    const story = new Story();
    const opened = [story.add({ type: 'incident.opened', incident: anIncident() }), story.add({ type: 'incident.opened', incident: anIncident({ id: 'I-4', causedBy: 'I-3' }) })];
    expect(keys(wanted(story, opened, ['slack']))).toEqual(['incident:I-3/slack/cluster01', 'incident:I-3/slack/dr-desk']);
  });
});

const setUp = () => {
  const story = new Story();
  const buttons = fakeButtons();
  const renderMessage = createMessageRenderer({ render: createRender(loadTemplates(templateDirectory)), buttons, linkTo: (id) => `https://dr.example/#/${id}`, journal: { read: async ({ afterSeq = 0 }) => story.entries.slice(afterSeq, afterSeq + 1) } });
  const card = async (key: string) => { const row = wanted(story).find((each) => each.key === key)!; return (await renderMessage(row, story.state, story.now))!; };
  return { story, buttons, card };
};
const verbs = (card: { actions: readonly { verb: string }[] }): string[] => card.actions.map((action) => action.verb);

describe('a row at the moment of sending', () => {
  test('the channel\'s copy offers Review and Hold, and nobody approves there', async () => {
    const { story, card } = setUp();
    story.propose();
    expect(verbs(await card('run:R-12/slack/cluster01'))).toEqual(['review', 'hold']);
  });
  test('the approver\'s copy offers Approve and Reject apart, and only Approve asks again with the target', async () => {
    const { story, card } = setUp();
    story.propose();
    const { actions } = await card('ask:R-12.1/web/ben');
    expect(actions.map((action) => [action.verb, action.confirm !== undefined])).toEqual([['approve', true], ['review', false], ['reject', false]]);
    expect(actions[0]?.confirm?.text).toMatch(/R-12: unplanned move customerA → service_provider\. Loss: up to 8 s of writes\./);
    expect(actions[0]!.confirm!.text.length).toBeLessThanOrEqual(300);
  });
  test('where a host must be attested dead, the button says so and remembers it', async () => {
    const { story, card, buttons } = setUp();
    story.propose(aPlan({ gate: { people: 2, role: 'approver', expiresInMs: minute, attest: 'pbrazos' } }));
    const [approve] = (await card('ask:R-12.1/web/ben')).actions;
    expect(approve).toMatchObject({ label: 'Approve, attest pbrazos down', confirm: { text: expect.stringContaining('You attest by your name that pbrazos is down') } });
    expect(await buttons.lookUp(approve!.id)).toMatchObject({ verb: 'approve', subject: 'R-12', epoch: 1, attest: 'pbrazos' });
  });
  test('rendering twice gives the same card, buttons included', async () => {
    const { story, card } = setUp();
    story.propose();
    expect(await card('run:R-12/slack/cluster01')).toEqual(await card('run:R-12/slack/cluster01'));
  });
  test.each<[string, (story: Story) => void]>([
    ['a rejection', (story) => { story.add({ type: 'plan.rejected', run: 'R-12', by: 'cy', reason: null }); }],
    ['expiry', (story) => { story.add({ type: 'plan.expired', run: 'R-12', why: null }); }],
    ['the end', (story) => { story.approve('cy'); story.grantAndStart(); story.finish(); }],
  ])('after %s no copy has a button', async (_title, happen) => {
    const { story, card } = setUp();
    story.propose();
    happen(story);
    expect([verbs(await card('run:R-12/slack/cluster01')), verbs(await card('ask:R-12.1/web/ben'))]).toEqual([[], []]);
  });
  test('who approved already has no buttons; the others still have', async () => {
    const { story, card } = setUp();
    story.propose(aPlan({ gate: { people: 3, role: 'approver', expiresInMs: minute, attest: null } }));
    story.approve('ben');
    expect([verbs(await card('ask:R-12.1/web/ben')), verbs(await card('ask:R-12.1/web/cy'))]).toEqual([[], ['approve', 'review', 'reject']]);
  });
  test('a held run offers Resume, a parked one also Cancel', async () => {
    const { story, card } = setUp();
    story.propose(); story.approve('ben'); story.grantAndStart();
    story.add({ type: 'run.held', run: 'R-12', by: { kind: 'person', person: 'dee', surface: 'slack' }, reason: null });
    expect(verbs(await card('run:R-12/slack/cluster01'))).toEqual(['review', 'resume']);
    story.add({ type: 'run.parked', run: 'R-12', step: null, why: 'x', next: 'y' });
    expect(verbs(await card('run:R-12/slack/cluster01'))).toEqual(['review', 'resume', 'cancel']);
  });
  test('a thread line is read from its own journal entry', async () => {
    const { story, card } = setUp();
    story.propose();
    const rejected = story.add({ type: 'plan.rejected', run: 'R-12', by: 'cy', reason: 'no <!channel> *now*' });
    expect((await card(`story:R-12/${rejected.seq}/slack/cluster01`)).body).toBe('Cy Young rejected it: "no &lt;!channel&gt; \u200B*now*". Nothing ran.');
  });
  test('an incident offers Review of the proposed run, Acknowledge and, in Slack, Silence, until it is over', async () => {
    const { story, card } = setUp();
    story.propose();
    story.add({ type: 'incident.opened', incident: anIncident({ proposedRun: 'R-12' }) });
    expect(verbs(await card('incident:I-3/slack/cluster01'))).toEqual(['review', 'acknowledge', 'form']);
    story.add({ type: 'incident.resolved', incident: 'I-3', evidence: [] });
    const over = await card('incident:I-3/slack/cluster01');
    expect([verbs(over), over.tone]).toEqual([[], 'good']);
  });
});
