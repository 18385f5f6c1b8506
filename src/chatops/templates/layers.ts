import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TenantName } from '../../core/names.js';
import { didYouMean, type TemplateProblem } from './problem.js';

/** A customer's own templates: `FOLDER/name.hbs` for all, `FOLDER/TENANT/name.hbs` for one tenant's messages. `tenants: null`: nobody knows yet which there are. */
export interface OwnTemplates { readonly folder: string; readonly tenants: readonly TenantName[] | null }

/** Where the text of a template is, and how a problem names it. */
export interface TemplateFile { readonly path: string; readonly shown: string }
export type Layer = ReadonlyMap<string, TemplateFile>;

export const shippedLayer = (directory: string): Layer => new Map(readdirSync(directory).filter((name) => name.endsWith('.hbs')).toSorted().map((name) => [name, { path: join(directory, name), shown: name }]));

/** What lies in the folder, with everything in it that no message would ever use. */
export function ownLayers({ folder, tenants }: OwnTemplates): { readonly all: Layer; readonly ofTenants: ReadonlyMap<TenantName, Layer>; readonly problems: readonly TemplateProblem[] } {
  const problems: TemplateProblem[] = [];
  const say = (file: string, message: string): void => { problems.push({ file, line: 1, column: 1, message }); };
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    say(folder, 'There is no such folder. Make it, or unset LIFEBOAT_TEMPLATES.');
    return { all: new Map(), ofTenants: new Map(), problems };
  }
  const ofTenants = new Map<TenantName, Layer>();
  const read = (directory: string, onFolder: (name: string, path: string) => void): Layer => {
    const files = new Map<string, TemplateFile>();
    for (const name of readdirSync(directory).toSorted()) {
      const path = join(directory, name);
      if (statSync(path).isDirectory()) onFolder(name, path);
      else if (name.endsWith('.hbs')) files.set(name, { path, shown: path });
      else if (!name.startsWith('.') && !/^README\b/i.test(name)) say(path, 'This is no template, so nothing would use it: the name of one ends with .hbs. Rename it, or take it out of the folder.');
    }
    return files;
  };
  const all = read(folder, (name, path) => {
    if (tenants !== null && !tenants.includes(name)) say(path, `No tenant is called "${name}".${didYouMean(name, tenants)} Name the folder after a tenant of the estate.`);
    else ofTenants.set(name, read(path, (_inner, inside) => say(inside, 'A tenant\'s folder has no folders of its own. Put the templates one level higher.')));
  });
  return { all, ofTenants, problems };
}
