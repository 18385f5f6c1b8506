import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { createRender, type Render } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { dialects } from '../../src/chatops/templates/markup.js';
import { answerView } from '../../src/chatops/views/answer.js';
import { bytesOf, limits, toAdaptiveCard } from '../../src/drivers/channel/teams/card.js';
import { toLines } from '../../src/drivers/channel/teams/markup.js';
import type { Answer } from '../../src/core/answer.js';
import type { Card, CardAction, Target } from '../../src/ports/channel.js';
import { fakeButtons } from '../chatops/fakes.js';
import { anIncident, Story, templateDirectory } from '../chatops/fixture.js';
import { createRenderer, createSchemaJudge, type Rendered } from './teams-support/judges.js';

const card = (changes: Partial<Card> = {}): Card => ({ heading: 'Heading', body: 'Body', text: 'Text', actions: [], tone: 'info', ...changes });
const action = (changes: Partial<CardAction> = {}): CardAction => ({ id: 'opaque', verb: 'approve', label: 'Approve', style: 'primary', confirm: { title: 'Approve R-12?', text: 'move customerA to service_provider', accept: 'Approve now', deny: 'Not yet' }, ...changes });
const long = (length: number): string => 'word '.repeat(Math.ceil(length / 5)).slice(0, length);

let render: Render;
let judge: (card: object) => string[];
let renderer: ReturnType<typeof createRenderer>;
let rendered: (card: object) => Rendered;
beforeAll(() => {
  render = createRender(loadTemplates(templateDirectory), { simulated: true });
  judge = createSchemaJudge();
  renderer = createRenderer();
  rendered = renderer.render;
});
afterAll(() => renderer.close());

describe('a message in Teams', () => {
  const channel: Target = { kind: 'channel', channel: 'cluster01' };
  const ben: Target = { kind: 'person', person: 'ben', identity: 'tenant/aad-ben' };
  const proposed = (): Story => {
    const story = new Story();
    story.add({ type: 'person.linked', person: 'ben', surface: 'teams', identity: 'tenant/aad-ben' });
    story.propose();
    return story;
  };
  const running = (): Story => { const story = proposed(); story.approve('ben'); story.grantAndStart(); story.step('check'); return story; };
  const message = async (story: Story, view: string, id: string, target: Target = channel): Promise<Card> =>
    (await createMessageRenderer({ render, buttons: fakeButtons(), linkTo: (each) => `https://dr.example/#/${each}`, journal: { read: async ({ afterSeq = 0, limit }) => story.entries.slice(afterSeq, afterSeq + (limit ?? 1)) } })({ surface: 'teams', target, subject: { view, id, seq: story.entries.length } }, story.state, story.now))!;
  const answer = async (reply: Answer): Promise<Card> => { const story = proposed(); return render(answerView(reply, story.state, story.context), 'teams', { timeZone: 'UTC', now: story.now }); };

  test.each<[string, () => Promise<Card>]>([
    ['run-proposed', () => message(proposed(), 'run', 'R-12')],
    ['approval-request', () => message(proposed(), 'approval-request', 'R-12.1', ben)],
    ['approval-request-decided', () => message(running(), 'approval-request', 'R-12.1', ben)],
    ['run-running', () => message(running(), 'run', 'R-12')],
    ['run-finished', () => { const story = running(); story.step('fail-over'); story.step('start'); story.finish('exceptions'); return message(story, 'run', 'R-12'); }],
    ['incident', () => { const story = proposed(); story.add({ type: 'incident.opened', incident: anIncident() }); return message(story, 'incident', 'I-3'); }],
    ['blocks', () => answer({ kind: 'blocks', status: 0, title: 'Hosts', blocks: [[{ label: 'Name', value: 'pbrazos' }, { label: 'Memory (MB)', value: '393216' }], [{ label: 'Name', value: 'snorlax' }]], footer: null, json: null })],
    ['refusal', () => answer({ kind: 'refusal', status: 4, code: 'unknown', what: 'No site is called "customrA".', next: 'Did you mean customerA?', command: 'query site customerA' })],
  ])('%s is the golden card, valid by the official schema, rendered without complaint, and within the size', async (name, make) => {
    const made = await make();
    const adaptive = toAdaptiveCard(made, { key: `key:${name}`, readers: made.deciders ? ['29:ben'] : [] });
    const file = new URL(`teams-cards/${name}.json`, import.meta.url);
    const text = `${JSON.stringify(adaptive, null, 1)}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : 'missing: UPDATE_GOLDEN=1 writes it, then read it').toBe(text);
    expect(judge(adaptive)).toEqual([]);
    const shown = rendered(adaptive);
    expect(shown.complaints).toEqual([]);
    expect(shown.text).toContain(made.heading);
    expect(bytesOf(adaptive)).toBeLessThanOrEqual(limits.totalBytes - limits.aroundBytes);
  });

  test('the judges know a bad card', () => {
    expect(judge({ ...toAdaptiveCard(card()), body: [{ type: 'TextBlock' }] })).not.toEqual([]);
    expect(judge({ ...toAdaptiveCard(card()), invented: true })).not.toEqual([]);
    expect(rendered({ ...toAdaptiveCard(card()), body: [{ type: 'Marquee', text: 'x' }] }).complaints).not.toEqual([]);
  });

  test('an approver presses Approve, reads the target again, and only the second press hands over the opaque id', async () => {
    const shown = rendered(toAdaptiveCard(await message(proposed(), 'approval-request', 'R-12.1', ben)));
    expect(shown.press('Approve')).toBeNull();
    expect(shown.text).toContain('Approve R-12?');
    expect(shown.press('Approve')).toEqual({ verb: 'press', data: { id: expect.stringMatching(/^b\d+$/) } });
  });
  test('Reject asks nothing again', async () => {
    expect(rendered(toAdaptiveCard(await message(proposed(), 'approval-request', 'R-12.1', ben))).press('Reject')).toEqual({ verb: 'press', data: { id: expect.any(String) } });
  });
  test('the shared message names who may decide, and nobody once it is decided', async () => {
    expect((await message(proposed(), 'run', 'R-12')).deciders).toEqual(['tenant/aad-ben']);
    expect((await message(running(), 'run', 'R-12')).deciders).toBeUndefined();
  });
});

describe('an Adaptive Card', () => {
  test.each<[Card['tone'], string | null]>([['info', null], ['good', 'Good'], ['warning', 'Attention'], ['critical', 'Critical'], ['drill', 'Drill']])('of the tone %s says so in a word', (tone, word) => {
    const { text } = rendered(toAdaptiveCard(card({ tone })));
    expect(text.startsWith(word ?? 'Heading')).toBe(true);
  });

  test.each<[string, Card]>([
    ['an ordinary card', card()], ['no body', card({ body: '' })], ['no heading', card({ heading: '' })], ['a heading of 4,000 characters', card({ heading: long(4000) })],
    ['a body of one line with 90,000 characters', card({ body: 'x'.repeat(90_000) })], ['a body of 60,000 characters in lines', card({ body: Array.from({ length: 800 }, () => long(75)).join('\n') })],
    ['a body of quotation marks and backslashes', card({ body: Array.from({ length: 90 }, () => '\\"'.repeat(400)).join('\n') })], ['a body of 3,000 empty lines and words', card({ body: 'a\n\n'.repeat(3000) })],
    ['a block of 400 lines', card({ body: `\`\`\`\n${Array.from({ length: 400 }, () => long(75)).join('\n')}\n\`\`\`` })], ['a text of 50,000 characters', card({ text: long(50_000) })], ['forty buttons with long words', card({ actions: Array.from({ length: 40 }, (_, index) => action({ id: String(index), label: long(200), confirm: { title: long(900), text: long(9000), accept: long(300), deny: long(300) } })) })],
  ])('with %s stays below 25 KB and says so where it was cut', (_title, each) => {
    const adaptive = toAdaptiveCard(each, { key: 'k', readers: Array.from({ length: 100 }, (_, index) => `29:${index}`) });
    expect(bytesOf(adaptive)).toBeLessThanOrEqual(limits.totalBytes - limits.aroundBytes);
    expect(judge(adaptive)).toEqual([]);
    expect(rendered(adaptive).complaints).toEqual([]);
    expect(adaptive.refresh?.userIds.length ?? 0).toBeLessThanOrEqual(60);
    if (each.body.length > 30_000) expect(rendered(adaptive).text).toContain('Shortened: the console and the CLI show all of it.');
  });

  test('an action has a fallback for clients that know no Action.Execute, with the same id', () => {
    expect(toAdaptiveCard(card({ actions: [{ id: 'opaque', verb: 'hold', label: 'Hold', style: 'danger' }] })).actions).toEqual([{
      type: 'Action.Execute', title: 'Hold', verb: 'press', data: { id: 'opaque' }, style: 'destructive', fallback: { type: 'Action.Submit', title: 'Hold', data: { id: 'opaque' }, style: 'destructive' },
    }]);
  });
  test('what is read aloud is plain: signs of SSML in a name are none', () => expect(toAdaptiveCard(card({ text: 'VM <break time="9s"/> & co' })).speak).toBe('VM &lt;break time="9s"/&gt; &amp; co'));
  test('a line of a thread has no head', () => expect(rendered(toAdaptiveCard(card({ body: 'Ben approved' }), { compact: true, key: 'k' })).text).toBe('Ben approved'));
});

describe('names and reasons in Teams', () => {
  const nasty = ['**bold**', '_it_', '[click](https://evil.example)', '![x](https://evil.example/x.png)', '<at>everyone</at>', '# title', '- item', '`code`', '<script>alert(1)</script>', '\\', '\\\\*x*', '&lt;b&gt;', '{{DATE(2026-01-01T00:00:00Z, SHORT)}}'];
  test.each(nasty)('%j is shown as it is, and does nothing', (name) => {
    const body = `VM ${dialects.teams.escape(name)} is down`;
    const shown = rendered(toAdaptiveCard(card({ heading: name, body, text: name })));
    expect(shown.text).toContain(`VM ${name} is down`);
    expect(shown).toMatchObject({ links: [], emphasised: 0, complaints: [] });
  });
  test.each(nasty)('%j in a command or a block is shown as it is, too', (name) => {
    const shown = rendered(toAdaptiveCard(card({ body: `${dialects.teams.code(name)}${dialects.teams.codeBlock(`${name}  x`)}` })));
    expect(shown.text.replaceAll('\u02CB', '`')).toContain(`${name}${name}  x`);
    expect(shown).toMatchObject({ links: [], emphasised: 0 });
  });
  test('a help of fifty lines in columns is shown whole, with its lines and columns', () => {
    const body = dialects.teams.codeBlock(Array.from({ length: 50 }, (_, index) => `${`command ${index}`.padEnd(20)}what it does, in a sentence of this length`).join('\n'));
    const { text } = rendered(toAdaptiveCard(card({ body })));
    expect(text).toContain('command 49          what it does');
    expect(text).toContain('length\ncommand 1 ');
    expect(text).not.toContain('Shortened');
  });
  test('items of a list share a block, each on its line; after a gap another one begins', () => {
    expect(toLines('- a\n- b\n\n- c\nd').map(({ inlines, spacing }) => [inlines.map((run) => run.text).join(''), spacing])).toEqual([['• a\n• b', 'Small'], ['• c', 'Medium'], ['d', 'Small']]);
  });
  test('a line break in a name makes no line of Lifeboat\'s own', () => expect(toLines(dialects.teams.escape('x\n```\nApproved by ana'))).toHaveLength(1));
  test('strong, commands, links and blocks are what templates write', () => {
    expect(toLines(`${dialects.teams.strong(dialects.teams.escape('2*2'))} ${dialects.teams.code('approve R-12')} ${dialects.teams.link('https://dr.example/#/(R-12)', 'R-12 [x]')}\n\n\`\`\`\nName:  x\n\`\`\`\nend`)).toEqual([
      { type: 'RichTextBlock', spacing: 'Small', inlines: [{ type: 'TextRun', text: '2*2', weight: 'Bolder' }, { type: 'TextRun', text: ' ' }, { type: 'TextRun', text: 'approve R-12', fontType: 'Monospace' }, { type: 'TextRun', text: ' ' }, { type: 'TextRun', text: 'R-12 [x]', underline: true, selectAction: { type: 'Action.OpenUrl', url: 'https://dr.example/#/%28R-12%29' } }] },
      { type: 'RichTextBlock', spacing: 'Medium', inlines: [{ type: 'TextRun', text: 'Name:\u00A0\u00A0x', fontType: 'Monospace' }] },
      { type: 'RichTextBlock', spacing: 'Medium', inlines: [{ type: 'TextRun', text: 'end' }] },
    ]);
  });
});
