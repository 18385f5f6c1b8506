import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { TemplateProblems } from '../../src/chatops/templates/problem.js';
import { notificationView } from '../../src/chatops/views/incident.js';
import { runView } from '../../src/chatops/views/run.js';
import type { Surface } from '../../src/core/names.js';
import { toSlackMessage } from '../../src/drivers/channel/slack/blocks.js';
import { mailViolations, slackViolations, smsViolations, webViolations } from '../support/platform-limits.js';
import { fakeButtons } from './fakes.js';
import { anIncident, aPlan, noon, Story, templateDirectory } from './fixture.js';
import { odd } from './messages.js';

const made: string[] = [];
afterEach(() => { for (const folder of made.splice(0)) rmSync(folder, { recursive: true }); });

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-own-'));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
const tenants = ['cluster01', 'cluster02'];
const renderWith = (files: Record<string, string>) => createRender(loadTemplates(templateDirectory, { folder: folderWith(files), tenants }));
function problemsOf(files: Record<string, string>, folder = folderWith(files)): string[] {
  try {
    loadTemplates(templateDirectory, { folder, tenants });
    return [];
  } catch (error) {
    if (!(error instanceof TemplateProblems)) throw error;
    return error.problems.map(({ file, line, column, message }) => `${file.replace(`${folder}/`, '')}:${line}:${column} ${message}`);
  }
}
const proposed = (): Story => { const story = new Story(); story.propose(); return story; };
const body = (files: Record<string, string>, tenant: string | null, surface: Surface = 'cli', story = proposed()): string => renderWith(files)(runView(story.run(), story.state, story.context), surface, { timeZone: 'UTC', now: noon, tenant }).body;

describe('a file takes the place of the one of its name', () => {
  const files = { 'cluster01/run-proposed.hbs': 'cluster01: {{title}}', 'run-proposed.hbs': 'everybody: {{title}}' };
  test.each<[string | null, string]>([['cluster01', 'cluster01: unplanned move'], ['cluster02', 'everybody: unplanned move'], [null, 'everybody: unplanned move']])('for %s', (tenant, begins) => { expect(body(files, tenant)).toMatch(new RegExp(`^${begins}`)); });
  test('what has none stays as it comes with Lifeboat', () => {
    expect(body({ 'cluster01/run-proposed.hbs': 'cluster01' }, 'cluster02')).toContain('Loss: up to 8 s of writes.');
    expect(body({ 'README.md': 'Words of ours.' }, 'cluster01')).toContain('Loss: up to 8 s of writes.');
  });
  test('one surface and no other', () => {
    const own = { 'cluster01/run-proposed.slack.hbs': 'for Slack: {{title}}' };
    expect(body(own, 'cluster01', 'slack')).toBe('for Slack: unplanned move of customerA to service_provider');
    expect(body(own, 'cluster01', 'web')).toContain('<strong>Loss:</strong>');
  });
  test('the heading, the subject, and a partial in all that include it', () => {
    const render = renderWith({ 'cluster01/run.heading.hbs': 'Ours: {{run}}', 'cluster01/_danger.hbs': 'DANGER. {{loss}}' });
    const story = proposed();
    const card = render(runView(story.run(), story.state, story.context), 'slack', { timeZone: 'UTC', now: noon, tenant: 'cluster01' });
    expect(card.heading).toBe('Ours: R-12');
    expect(card.body).toContain('DANGER. up to 8 s of writes.');
    expect(card.text).toContain('DANGER. up to 8 s of writes.');
  });
  test('an event that has no template of its own gets one', () => {
    const story = new Story();
    story.add({ type: 'incident.opened', incident: anIncident() });
    const view = notificationView(story.state.incidents.get('I-3')!, story.state, story.context);
    const text = (tenant: string): string => renderWith({ 'cluster01/HOST_FAILURE.email.hbs': '<strong>{{entity}}</strong> is lost' })(view, 'email', { timeZone: 'UTC', now: noon, tenant }).body;
    expect(text('cluster01')).toContain('<strong>pbrazos</strong> is lost');
    expect(text('cluster02')).not.toContain('</strong> is lost');
  });
});

describe('a message knows whose it is', () => {
  test('each row is rendered with the words of the tenant it is about, also in the provider\'s channel', async () => {
    const story = proposed();
    story.propose(aPlan({ run: 'R-13', tenant: 'cluster02', operation: { ...aPlan().operation, tenant: 'cluster02' } }));
    const render = renderWith({ 'cluster01/run-proposed.hbs': 'ours', 'cluster01/story.hbs': 'our story' });
    const renderRow = createMessageRenderer({ render, buttons: fakeButtons(), journal: { read: async ({ afterSeq = 0, limit }) => story.entries.slice(afterSeq, afterSeq + (limit ?? 1)) } });
    story.approve('ben');
    const rows = wantedMessages(story.entries, story.state, ['web']).filter(({ subject, target }) => target.kind === 'channel' && (subject.view === 'run' || subject.view === 'story'));
    const shown = await Promise.all(rows.map(async (row) => [row.key, (await renderRow(row, story.state, noon))!.body] as const));
    for (const [key, text] of shown) expect([key, text.startsWith('our')]).toEqual([key, key.includes('R-12')]);
    expect(shown.map(([key]) => key)).toEqual(expect.arrayContaining(['run:R-12/web/cluster01', 'run:R-12/web/dr-desk', 'run:R-13/web/cluster02', 'run:R-13/web/dr-desk']));
  });
});

describe('what is wrong is told at the start, with file, line and remedy', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['an unknown name', { 'cluster01/run.hbs': 'ok\n{{titel}}' }, /^cluster01\/run\.hbs:2:3 The view has no "titel"\. Did you mean "title"\?/],
    ['an unknown name in a partial that a shipped message includes', { 'cluster02/_danger.hbs': '{{los}}' }, /^cluster02\/_danger\.hbs:1:3 The view has no "los"\. Did you mean "loss"\?/],
    ['three braces', { 'run.hbs': '{{{title}}}' }, /^run\.hbs:1:1 .*would let data act as markup/],
    ['no Handlebars', { 'run.hbs': 'a\n{{#if title}}' }, /^run\.hbs:\d+:\d+ This is not Handlebars/],
    ['a message that there is not', { 'cluster01/runn.hbs': 'x' }, /^cluster01\/runn\.hbs:1:1 No message is called "runn"\. Did you mean "run"\?/],
    ['a tenant that there is not', { 'clsuter01/run.hbs': 'x' }, /^clsuter01:1:1 No tenant is called "clsuter01"\. Did you mean "cluster01"\? Name the folder after a tenant/],
    ['a folder inside', { 'cluster01/more/run.hbs': 'x' }, /^cluster01\/more:1:1 .*Put the templates one level higher/],
    ['a file that nothing would use', { 'run.hbs.txt': 'x' }, /^run\.hbs\.txt:1:1 .*ends with \.hbs/],
    ['a call to everybody', { 'run.slack.hbs': 'x\n<!channel> {{title}}' }, /^run\.slack\.hbs:2:1 "<!channel>" would call everybody/],
    ['a tag that mail does not show', { 'run.email.hbs': '{{title}}<img src="https://x.example/a.png">' }, /^run\.email\.hbs:1:1 "<img.*" is not shown: use strong/],
    ['an attribute in the console', { 'run.web.hbs': '<strong onclick="x">{{title}}</strong>' }, /^run\.web\.hbs:1:1 .*without attributes/],
    ['a word that cuts the phone off', { 'run.sms.hbs': '{{#if held}}{{run}}{{else}}\nReply STOP.{{/if}}' }, /^run\.sms\.hbs:2:1 Who answers a text message with "STOP"/],
  ])('%s', (_title, files, says) => { expect(problemsOf(files)).toEqual([expect.stringMatching(says)]); });
  test('a folder that there is not', () => { expect(problemsOf({}, '/nowhere/at/all')).toEqual([expect.stringContaining('There is no such folder. Make it, or unset LIFEBOAT_TEMPLATES.')]); });
  test('all of it at once', () => { expect(problemsOf({ 'run.hbs': '{{titel}}', 'cluster01/said.hbs': '{{txt}}' })).toHaveLength(2); });
});

describe('escaping and limits hold for them, too', () => {
  const story = new Story();
  story.propose(aPlan({ title: odd.markup, because: { incident: null, reason: odd.long } }));
  const everywhere = { 'run-proposed.hbs': '{{title}} {{reason}} {{reason}} {{reason}} {{reason}} {{reason}}\n{{#items vms}}{{this}}{{/items}}' };
  const card = (surface: Surface, files: Record<string, string> = everywhere) => renderWith(files)(runView(story.run(), story.state, story.context), surface, { timeZone: 'UTC', now: noon, tenant: 'cluster01' });
  test('on every surface', () => {
    expect(slackViolations(toSlackMessage(card('slack')))).toEqual([]);
    expect(JSON.stringify(toSlackMessage(card('slack')).blocks)).not.toMatch(/<!channel>|<@U123>|<https/);
    expect(webViolations(card('web'))).toEqual([]);
    expect(mailViolations(card('email'))).toEqual([]);
    expect(smsViolations(card('sms'), { ownWords: false })).toEqual([]);
  });
  test('in a subject, which stays one line', () => { expect(card('email', { 'run.subject.hbs': '{{reason}}\n\n{{title}}' }).heading).not.toMatch(/[\r\n]/); });
  test('in a template of one surface', () => { expect(card('web', { 'run-proposed.web.hbs': '<strong>{{title}}</strong>' }).body).toContain('<strong>*bold* _it_ ~no~ `code` &lt;!channel&gt;'); });
});

test('the example of docs/templates.md does what it says', () => {
  const text = readFileSync(join(templateDirectory, '../docs/templates.md'), 'utf8');
  const files = Object.fromEntries([...text.matchAll(/^`([\w.]+\.hbs)`\n\n```handlebars\n([\s\S]*?)```/gm)].map(([, name, template]) => [`cluster01/${name}`, template!]));
  expect(Object.keys(files)).toEqual(['cluster01/_expiry.hbs', 'cluster01/HOST_FAILURE.sms.hbs']);
  expect(body(files, 'cluster01')).toContain('Decide before 14:17 UTC (in 15 m); after that nothing runs. Nobody there? Duty manager: 555 0100.');
  expect(body(files, 'cluster02')).toContain('Expires 14:17 UTC');
  const story = new Story();
  story.add({ type: 'incident.opened', incident: anIncident() });
  const sms = renderWith(files)(notificationView(story.state.incidents.get('I-3')!, story.state, story.context), 'sms', { timeZone: 'UTC', now: noon, tenant: 'cluster01' });
  expect(sms.text).toBe('DR I-3 HOST LOST: pbrazos (customerA), 14:01 UTC. Page 4 of the red book.');
  expect(smsViolations(sms, { ownWords: true })).toEqual([]);
});
