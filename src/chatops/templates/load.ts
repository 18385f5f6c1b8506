import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { languages, type Language, type TenantName } from '../../core/names.js';
import { schemas, viewNames } from '../views/schemas.js';
import { readTemplateName, type Part, type TemplateName, type TemplateSurface } from './file-name.js';
import { helpersFor, inlineHelpers, listHelpers, type RenderFrame } from './helpers.js';
import { ownLayers, shippedLayer, type Layer, type OwnTemplates, type TemplateFile } from './layers.js';
import { lint } from './lint.js';
import { dialects, type Dialect } from './markup.js';
import { ownWordsProblems } from './own-words.js';
import { TemplateProblems, type TemplateProblem } from './problem.js';
import { rewriteFor } from './rewrite.js';

export interface TemplateRequest {
  /** Most particular first: `HOST_FAILURE`, `notification-critical`, `notification`. */
  readonly names: readonly string[];
  readonly part: Part;
  readonly surface: TemplateSurface;
  readonly language: Language;
  /** Whose message it is: their own templates come first. Absent or null: nobody's in particular. */
  readonly tenant?: TenantName | null;
  readonly data: unknown;
  readonly frame: RenderFrame;
}

export interface TemplateSet {
  /** Null when none of the names has a template for the part. */
  render(request: TemplateRequest): string | null;
  readonly files: readonly string[];
  /** Those that have templates of their own. */
  readonly tenants: readonly TenantName[];
}

type Compiled = (data: unknown, options: { data: { frame: RenderFrame } }) => string;
interface Source { readonly file: string; readonly ast: hbs.AST.Program }

const dialectOf: Record<TemplateSurface, Dialect> = { slack: dialects.slack, teams: dialects.teams, web: dialects.html, email: dialects.html, text: dialects.text, cli: dialects.text, sms: dialects.sms };
/** Where a surface looks when it has no file of its own. */
const standIn: Partial<Record<TemplateSurface, TemplateSurface>> = { cli: 'text' };

/** Templates as one tenant's messages use them, compiled. */
type Shelf = (request: TemplateRequest) => string | null;

/**
 * Reads every template once, at start. A customer's own file takes the place of the shipped one of the same name: the tenant's first, then the customer's; one with a new name is there besides.
 * @throws TemplateProblems with all that is wrong, each with file, line and column.
 */
export function loadTemplates(directory: string, own: OwnTemplates | null = null): TemplateSet {
  const shipped = shippedLayer(directory);
  const { all, ofTenants, problems: lost } = own === null ? { all: new Map() as Layer, ofTenants: new Map<string, Layer>(), problems: [] } : ownLayers(own);
  const problems: TemplateProblem[] = [...lost];
  const parsed = new Map<string, hbs.AST.Program | null>();
  const parsedOnce = ({ path, shown }: TemplateFile): hbs.AST.Program | null => {
    if (!parsed.has(path)) parsed.set(path, parse(shown, readFileSync(path, 'utf8'), problems));
    return parsed.get(path)!;
  };
  const common = shelf(new Map([...shipped, ...all]), parsedOnce, problems);
  const shelves = new Map([...ofTenants].map(([tenant, files]) => [tenant, shelf(new Map([...shipped, ...all, ...files]), parsedOnce, problems)]));
  if (problems.length > 0) throw new TemplateProblems(unique(problems));
  return { files: [...shipped.keys()], tenants: [...ofTenants.keys()], render: (request) => ((request.tenant == null ? undefined : shelves.get(request.tenant)) ?? common)(request) };
}

function shelf(files: Layer, parsedOnce: (file: TemplateFile) => hbs.AST.Program | null, problems: TemplateProblem[]): Shelf {
  const partials = new Map<string, Source>();
  const templates: (Source & { readonly name: TemplateName })[] = [];
  for (const [file, at] of files) {
    const ast = parsedOnce(at);
    if (!ast) continue;
    if (file.startsWith('_')) { partials.set(file.slice(1, -4), { file: at.shown, ast }); continue; }
    const name = readTemplateName(file);
    if (typeof name === 'string') problems.push({ file: at.shown, line: 1, column: 1, message: name });
    else templates.push({ file: at.shown, ast, name });
  }
  const partialsIn = new Map([null, ...languages.filter((language) => templates.some(({ name }) => name.language === language))].map((language) => [language, ofLanguage(partials, language)]));
  for (const { file, ast, name } of templates) problems.push(...lint({ file, ast, schema: schemas[name.view], partials: partialsIn.get(name.language)! }), ...ownWordsProblems(file, ast, name));
  for (const view of viewNames) {
    for (const part of ['heading', 'body'] as const) {
      const file = part === 'body' ? `${view}.hbs` : `${view}.${part}.hbs`;
      if (!files.has(file)) problems.push({ file, line: 1, column: 1, message: 'This file is missing: every message needs one that fits all surfaces.' });
    }
  }
  const environments = new Map([...partialsIn].flatMap(([language, own]) => Object.values(dialects).map((dialect) => [`${dialect.name} ${language ?? ''}`, environmentFor(dialect, own)] as const)));
  const compiled = new Map<string, Compiled>();
  for (const { ast, name } of templates) {
    for (const dialect of name.part !== 'body' ? [dialects.text] : name.surface === null ? Object.values(dialects) : [dialectOf[name.surface]]) {
      compiled.set(keyOf(name.base, name.part, name.surface, name.language, dialect.name), environments.get(`${dialect.name} ${name.language ?? ''}`)!(ast, name.surface === null));
    }
  }
  return ({ names, part, surface, language, data, frame }) => {
    // Headings and subjects are plain on every surface: none of them renders markup there.
    const dialect = part === 'body' ? dialectOf[surface] : dialects.text;
    const surfaces = [surface, ...(standIn[surface] ? [standIn[surface]] : []), null];
    for (const name of names) {
      for (const place of surfaces) {
        for (const tongue of [language, null]) {
          const template = compiled.get(keyOf(name, part, place, tongue, place === null || part !== 'body' ? dialect.name : dialectOf[place].name));
          if (template) return dialect.finish(template(data, { data: { frame } }));
        }
      }
    }
    return null;
  };
}

/** What a template of a language includes: `_next.de.hbs` for German where it is there, `_next.hbs` otherwise. */
function ofLanguage(partials: ReadonlyMap<string, Source>, language: Language | null): ReadonlyMap<string, Source> {
  const tongue = (name: string): string | undefined => languages.find((each) => name.endsWith(`.${each}`));
  const own = new Map([...partials].filter(([name]) => tongue(name) === undefined));
  if (language !== null) for (const [name, source] of partials) if (tongue(name) === language) own.set(name.slice(0, -language.length - 1), source);
  return own;
}

const keyOf = (...words: (string | null)[]): string => words.map((word) => word ?? '').join('/');
const unique = (problems: readonly TemplateProblem[]): TemplateProblem[] => [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];

function parse(file: string, text: string, problems: TemplateProblem[]): hbs.AST.Program | null {
  try {
    return Handlebars.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = Number(/line (\d+)/.exec(message)?.[1] ?? /- (\d+):(\d+)$/.exec(message)?.[1] ?? 1);
    const column = Number(/- \d+:(\d+)$/.exec(message)?.[1] ?? 0) + 1;
    problems.push({ file, line, column, message: `This is not Handlebars: ${message.split('\n').at(-1) ?? message}` });
    return null;
  }
}

/** One Handlebars per dialect, since partials and helpers differ. */
function environmentFor(dialect: Dialect, partials: ReadonlyMap<string, Source>): (ast: hbs.AST.Program, neutral: boolean) => Compiled {
  const handlebars = Handlebars.create();
  const helpers = helpersFor(dialect);
  for (const [name, helper] of Object.entries(helpers)) handlebars.registerHelper(name, helper);
  const knownHelpers = Object.fromEntries([...Object.keys(inlineHelpers), ...listHelpers, 'escape', 'each', 'if', 'unless', 'with'].map((name) => [name, true]));
  const options = { noEscape: true, strict: true, knownHelpers, knownHelpersOnly: true } as unknown as CompileOptions;
  const compile = (ast: hbs.AST.Program, neutral: boolean): Compiled => handlebars.compile(rewriteFor(dialect, ast, neutral), options) as unknown as Compiled;
  for (const [name, { ast }] of partials) handlebars.registerPartial(name, compile(ast, true) as never);
  return compile;
}
