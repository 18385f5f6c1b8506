import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { say } from './cli/estate.js';
import { createRender } from './chatops/render.js';
import { loadTemplates, type TemplateSet } from './chatops/templates/load.js';
import { problemLine, TemplateProblems } from './chatops/templates/problem.js';
import { viewNames } from './chatops/views/schemas.js';
import { eventCatalogue } from './core/event-catalogue/catalogue.js';
import { languages, type Language } from './core/names.js';
import { didYouMean } from './core/nearest.js';
import { sampleView } from './template-sample.js';

export interface TemplateFilesOptions { /** Folder of the shipped templates. */ readonly shipped: string; /** A customer's own; null: none. */ readonly own: string | null; readonly json: boolean; readonly now: number }

const surfaces = ['slack', 'teams', 'web', 'email', 'sms', 'cli'] as const;
const form = 'lifeboat template preview EVENT|MESSAGE [--surface sms] [--language de] [--tenant NAME] [--html FILE]';

/** `lifeboat template preview NAME` and `lint [FOLDER]`: files alone, no running Lifeboat. Exit as ksysmgr's. */
export function templateFiles([action, ...words]: readonly string[], options: TemplateFilesOptions): number {
  if (action !== 'preview' && action !== 'lint') return say(`template knows preview and lint. Write: ${form}`, 4);
  const named = new Map(words.filter((word) => word.includes('=')).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const [name, ...more] = words.filter((word) => !word.includes('='));
  const unknown = [...named.keys()].find((key) => !['surface', 'language', 'tenant', 'html'].includes(key));
  if (more.length > 0 || unknown !== undefined) return say(`'${unknown ?? more.join(' ')}' is too much. Write: ${form}`, 4);
  let templates: TemplateSet;
  const folder = action === 'lint' ? name ?? options.own : options.own;
  try {
    templates = loadTemplates(options.shipped, folder === null || folder === undefined ? null : { folder, tenants: null });
  } catch (error) {
    if (!(error instanceof TemplateProblems)) throw error;
    if (options.json) process.stdout.write(`${JSON.stringify({ ok: false, problems: error.problems })}\n`);
    else process.stderr.write(`${error.problems.map(problemLine).join('\n')}\n${error.problems.length} ${error.problems.length === 1 ? 'problem' : 'problems'}.\n`);
    return 4;
  }
  return action === 'lint' ? lint(templates, options) : preview(templates, name, named, options);
}

/** A text message that did not fit into its one segment ends with two dots (templates/markup.ts). */
const wasCut = (text: string): boolean => text.endsWith('..');

/** As long as a name in the estate may be. */
const longest = 'production-database-of-the-customer-in-the-second-building-no-1'.slice(0, 63);

/** Slack and Teams cut a heading there; a subject of that length no mailbox shows. */
const headingMax = 150;

/** What the templates make of the longest names: of every event and every other message, in both languages, with the words of each tenant that has its own. */
function tooLong(templates: TemplateSet, now: number): string[] {
  const render = createRender(templates);
  const found = [null, ...templates.tenants].flatMap((tenant) => languages.flatMap((language) => [...eventCatalogue.map((each) => each.name), ...viewNames].flatMap((name) => {
    const view = sampleView(name, now, longest)!;
    const options = { language, timeZone: 'UTC', tenant, now };
    const [text, mail, chat] = [render(view, 'sms', options), render(view, 'email', options), render(view, 'slack', options)];
    const of = `${name} in ${language}`;
    return [
      ...(wasCut(text.text) ? [`${of}: its text message is longer than 160 signs and is cut`] : []),
      ...[['subject', mail.heading], ['heading', chat.heading]].flatMap(([part, words]) => (words!.length > headingMax ? [`${of}: its ${part} has ${words!.length} signs with long names, and ${headingMax} are shown`] : words!.trim() === '' ? [`${of}: its ${part} is empty`] : [])),
    ].map((problem) => ({ tenant, problem }));
  })));
  // What is so for all need not be said of each tenant again.
  const forAll = new Set(found.filter(({ tenant }) => tenant === null).map(({ problem }) => problem));
  return found.flatMap(({ tenant, problem }) => (tenant === null ? [problem] : forAll.has(problem) ? [] : [`${tenant}: ${problem}`]));
}

function lint(templates: TemplateSet, { shipped, own, json, now }: TemplateFilesOptions): number {
  const long = tooLong(templates, now);
  if (json) process.stdout.write(`${JSON.stringify({ ok: true, files: templates.files.length, tenants: templates.tenants, cut: long })}\n`);
  else process.stdout.write(`${templates.files.length} templates of ${basename(shipped)}${own === null ? '' : ' and your own'}${templates.tenants.length === 0 ? '' : `, those of ${templates.tenants.join(', ')} among them,`} are fine.\n${long.length === 0 ? 'Nothing is cut, with names of 63 signs.' : long.join('\n')}\n`);
  return 0;
}

function preview(templates: TemplateSet, name: string | undefined, named: ReadonlyMap<string, string>, { json, now }: TemplateFilesOptions): number {
  if (name === undefined) return say(`Which message? Write: ${form}`, 3);
  const [surface, language, tenant] = [named.get('surface') ?? 'email', named.get('language') ?? 'en', named.get('tenant') ?? null];
  if (!(surfaces as readonly string[]).includes(surface)) return say(`There is no surface '${surface}'.${didYouMean(surface, surfaces)} Known: ${surfaces.join(', ')}.`, 4);
  if (!(languages as readonly string[]).includes(language)) return say(`There are no templates in '${language}'. Known: ${languages.join(', ')}.`, 4);
  const known = [...eventCatalogue.map((each) => each.name), ...viewNames];
  const view = sampleView(name, now);
  if (!view) return say(`No event and no message is called '${name}'.${didYouMean(name, known)} All events: lifeboat query event known=yes. Messages: ${viewNames.join(', ')}.`, 2);
  const card = createRender(templates)(view, surface as (typeof surfaces)[number], { language: language as Language, timeZone: 'UTC', tenant, now });
  const file = named.get('html');
  if (file !== undefined) return writeHtml(file, surface, card.body);
  if (json) { process.stdout.write(`${JSON.stringify({ heading: card.heading, body: card.body, text: card.text })}\n`); return 0; }
  if (surface === 'sms') {
    process.stdout.write(`${card.text}\n\n${[...card.text].length} signs of 160, one segment${wasCut(card.text) ? '; longer, so that it was cut' : ''}.\n`);
  } else if (surface === 'email') process.stdout.write(`Subject: ${card.heading}\n\n${card.text}\n`);
  else process.stdout.write(`${card.heading}\n\n${card.body}\n`);
  return 0;
}

/** The mail as a browser shows it. A file that is there already is somebody's. */
function writeHtml(file: string, surface: string, body: string): number {
  if (surface !== 'email') return say(`--html is a mail's page; ${surface} has none. Leave --surface out.`, 4);
  try {
    writeFileSync(file, body, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return say(code === 'EEXIST' ? `${file} is there already, and was left as it is. Name another file.` : `${file} cannot be written (${message}). Name another file.`, 1);
  }
  process.stdout.write(`Written to ${file}. Open it in a browser.\n`);
  return 0;
}
