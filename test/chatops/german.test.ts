import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { describe, expect, test } from '@jest/globals';
import { toldWords } from '../../src/core/incident-rules/words.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { badges } from '../../src/chatops/views/run.js';
import { germanPhrase } from '../../src/chatops/words/german.js';
import { templateDirectory } from './fixture.js';
import { everyMessage } from './messages.js';

const files = readdirSync(templateDirectory).filter((name) => name.endsWith('.hbs'));
const english = files.filter((name) => !name.endsWith('.de.hbs'));
const render = createRender(loadTemplates(templateDirectory));
const messages = await everyMessage();
const golden = 'test/chatops/golden-german';

test('every template has its German twin: write the file that is named here', () => {
  expect(english.map((name) => name.replace(/\.hbs$/, '.de.hbs')).filter((name) => !files.includes(name))).toEqual([]);
  expect(files.filter((name) => name.endsWith('.de.hbs') && !english.includes(name.replace('.de.hbs', '.hbs')))).toEqual([]);
});

/** Words that a template says by itself, in pieces between what it fills in. */
function* ownWords(program: hbs.AST.Program | undefined): Generator<string> {
  for (const statement of program?.body ?? []) {
    if (statement.type === 'ContentStatement') yield* (statement as hbs.AST.ContentStatement).value.split('\n').map((line) => line.trim());
    else if (statement.type === 'BlockStatement') { yield* ownWords((statement as hbs.AST.BlockStatement).program); yield* ownWords((statement as hbs.AST.BlockStatement).inverse); }
    else if (statement.type === 'MustacheStatement') for (const parameter of (statement as hbs.AST.MustacheStatement).params) if (parameter.type === 'StringLiteral') yield (parameter as hbs.AST.StringLiteral).value;
  }
}
const wordsOf = (file: string): string[] => [...ownWords(Handlebars.parse(readFileSync(join(templateDirectory, file), 'utf8')))].filter((words) => /[a-z]{3,} [a-z]{2,}/i.test(words));

test('no German template has kept a sentence of the English one', () => {
  const kept = english.flatMap((name) => { const twin = new Set(wordsOf(name.replace(/\.hbs$/, '.de.hbs'))); return wordsOf(name).filter((words) => twin.has(words)).map((words) => `${name}: ${words}`); });
  // What a phone understands is no language of ours.
  expect(kept.filter((each) => !each.includes('hold RUN, reject RUN'))).toEqual([]);
});

test.each(Object.values(badges))('the badge %s has its word', (badge) => { expect(germanPhrase(badge)).not.toBe(badge); });
test.each(Object.values(toldWords))('the reason "%s" has its words', (words) => { expect(germanPhrase(words)).not.toBe(words); });

test('what a next command does is said in German', () => {
  const does = [...new Set(messages.flatMap(({ view }) => ('next' in view.data && Array.isArray(view.data.next) ? view.data.next : []) as ({ readonly does: string } | string)[]).flatMap((each) => (typeof each === 'string' ? [] : [each.does])))];
  expect(does.filter((each) => germanPhrase(each) === each && !/^(?:cleanup|resync) /.test(each))).toEqual([]);
});
test('so are the buttons', () => {
  const labels = [...new Set(messages.flatMap(({ actions }) => actions.flatMap(({ label, confirm }) => [label, ...(confirm ? [confirm.title, confirm.accept, confirm.deny] : [])])))];
  expect(labels.filter((each) => germanPhrase(each) === each)).toEqual([]);
});

describe('every message in German', () => {
  const all = english.flatMap(wordsOf).filter((words) => words.length > 12);
  test.each(messages.map((message) => [message.name, message] as const))('%s', (name, { view, actions, now }) => {
    const on = (surface: 'slack' | 'teams' | 'email' | 'sms' | 'web') => render(view, surface, { language: 'de', timeZone: 'Europe/Berlin', now, actions });
    const [mail, text, chat] = [on('email'), on('sms'), on('slack')];
    const said = `Betreff: ${mail.heading}\n\n${mail.text}\n\nSMS: ${text.text}\n\nKnöpfe: ${chat.actions.map(({ label }) => label).join(', ')}\n`;
    // What the planner, other systems and people wrote stays as it is.
    const foreign = JSON.stringify(view.data);
    expect(all.map((words) => words.replace(/^[:,.] /, '')).filter((words) => said.includes(words) && !foreign.includes(words))).toEqual([]);
    // One segment of the GSM alphabet, umlauts included.
    expect(text.text.length).toBeLessThanOrEqual(160);
    for (const surface of ['teams', 'web'] as const) expect(on(surface).body.length).toBeGreaterThan(0);
    const file = join(golden, `${name}.txt`);
    if (process.env.UPDATE_GOLDEN) { mkdirSync(golden, { recursive: true }); writeFileSync(file, said); }
    expect(existsSync(file)).toBe(true);
    expect(said).toBe(readFileSync(file, 'utf8'));
  });
});
