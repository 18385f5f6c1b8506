import { languages, type Language } from '../../core/names.js';
import { viewNames, variantsOf, type ViewName } from '../views/schemas.js';
import { didYouMean } from './problem.js';

export const parts = ['heading', 'body', 'subject'] as const;
export type Part = (typeof parts)[number];
/** `html` is e-mail's rich body, `text` its plain one and that of the CLI. */
export const templateSurfaces = ['slack', 'teams', 'web', 'email', 'text', 'sms', 'cli'] as const;
export type TemplateSurface = (typeof templateSurfaces)[number];

/** What a file's name says: `<view>[-<variant>][.<part>][.<surface>][.<language>].hbs`, `<EVENT>...` for one event's notification, `_name.hbs` for a partial. */
export interface TemplateName {
  /** `run`, `run-proposed`, `HOST_FAILURE`: what look-ups ask for. */
  readonly base: string;
  readonly view: ViewName;
  readonly part: Part;
  readonly surface: TemplateSurface | null;
  readonly language: Language | null;
}

const includes = <T extends string>(list: readonly T[], value: string): value is T => (list as readonly string[]).includes(value);

/** @returns the name, or a sentence that says what is wrong with it. */
export function readTemplateName(file: string): TemplateName | string {
  const [base = '', ...rest] = file.replace(/\.hbs$/, '').split('.');
  const view = viewOf(base);
  if (!view) return `No message is called "${base}".${didYouMean(base, viewNames.flatMap((each) => [each, ...variantsOf(each).map((variant) => `${each}-${variant}`)]))}`;
  let [part, surface, language]: [Part | null, TemplateSurface | null, Language | null] = [null, null, null];
  for (const word of rest) {
    if (includes(parts, word) && !part && !surface && !language) part = word;
    else if (includes(templateSurfaces, word) && !surface && !language) surface = word;
    else if (includes(languages, word) && !language) language = word;
    else return `"${word}" in the file's name is no part, surface or language in its place: use <view>[.<part>][.<surface>][.<language>].hbs.${didYouMean(word, [...parts, ...templateSurfaces, ...languages])}`;
  }
  return { base, view, part: part ?? 'body', surface, language };
}

function viewOf(base: string): ViewName | null {
  if (includes(viewNames, base)) return base;
  if (/^[A-Z][A-Z0-9_]+$/.test(base)) return 'notification';
  return viewNames.find((view) => variantsOf(view).some((variant) => base === `${view}-${variant}`)) ?? null;
}
