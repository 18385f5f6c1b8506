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
const form = 'lifeboat template preview EVENT|MESSAGE [--surface sms] [--language de] [--tenant NAME]';

/** `lifeboat template preview NAME` and `lint [FOLDER]`: files alone, no running Lifeboat. Exit as ksysmgr's. */
export function templateFiles([action, ...words]: readonly string[], options: TemplateFilesOptions): number {
  if (action !== 'preview' && action !== 'lint') return say(`template knows preview and lint. Write: ${form}`, 4);
  const named = new Map(words.filter((word) => word.includes('=')).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const [name, ...more] = words.filter((word) => !word.includes('='));
  const unknown = [...named.keys()].find((key) => !['surface', 'language', 'tenant'].includes(key));
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

function lint(templates: TemplateSet, { shipped, own, json, now }: TemplateFilesOptions): number {
  const render = createRender(templates);
  const long = languages.flatMap((language) => eventCatalogue.flatMap(({ name }) => {
    const view = sampleView(name, now, longest);
    return view && wasCut(render(view, 'sms', { language, timeZone: 'UTC', now }).text) ? [`${name} in ${language}: its text message is longer than 160 signs and is cut`] : [];
  }));
  if (json) process.stdout.write(`${JSON.stringify({ ok: true, files: templates.files.length, cut: long })}\n`);
  else process.stdout.write(`${templates.files.length} templates of ${basename(shipped)}${own === null ? '' : ' and your own'} are fine.\n${long.length === 0 ? 'No text message of an event is cut.' : long.join('\n')}\n`);
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
  if (json) { process.stdout.write(`${JSON.stringify({ heading: card.heading, body: card.body, text: card.text })}\n`); return 0; }
  if (surface === 'sms') {
    process.stdout.write(`${card.text}\n\n${[...card.text].length} signs of 160, one segment${wasCut(card.text) ? '; longer, so that it was cut' : ''}.\n`);
  } else if (surface === 'email') process.stdout.write(`Subject: ${card.heading}\n\n${card.text}\n`);
  else process.stdout.write(`${card.heading}\n\n${card.body}\n`);
  return 0;
}
