import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** DESIGN.md section 3: imports point inward; only app.ts, main.ts and cli.ts see everything. */
const mayImport: Record<string, readonly string[]> = {
  core: [], ports: ['core'], config: ['core', 'ports'],
  journal: ['core', 'ports'], runbook: ['core', 'ports'], engine: ['core', 'ports'], drivers: ['core', 'ports'],
  durable: ['core', 'ports', 'journal'], notify: ['core', 'ports', 'journal'],
  desk: ['core', 'ports', 'journal', 'runbook', 'engine'],
  // It looks at everything that people can break, so it may read all of that; nothing but the edge imports it.
  doctor: ['core', 'ports', 'config', 'runbook', 'chatops'],
  // Lifeboat on a simulated estate and a clock moved by hand, for tests of runbooks and our own: a wiring like app.ts, which only the edge imports.
  lab: ['core', 'ports', 'config', 'journal', 'durable', 'runbook', 'engine', 'desk', 'notify', 'drivers'],
  cli: ['core', 'ports', 'config', 'runbook', 'drivers', 'doctor', 'lab'], chatops: ['core', 'ports', 'journal', 'desk', 'notify'], web: ['core', 'ports', 'journal', 'desk', 'notify'],
};

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) ? [path] : [];
  });
}

const source = files('src');
const imports = source.flatMap((file) => {
  const found = [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return found.map((to) => ({ from: relative('src', file), to: relative('src', resolve(dirname(file), to)).replace(/\.js$/, '.ts') }));
});
const folder = (path: string): string | null => (path.includes('/') ? path.split('/')[0]! : null);

describe('architecture', () => {
  const between = [...new Set(imports.flatMap(({ from, to }) => (folder(from) && folder(from) !== folder(to) ? [`${folder(from)} -> ${folder(to) ?? to}`] : [])))].toSorted();
  test.each(between)('%s is allowed', (arrow) => {
    const [from, to] = arrow.split(' -> ') as [string, string];
    expect(mayImport[from]).toContain(to);
  });

  test('a driver never imports another driver', () => {
    const vendor = (path: string): string => path.split('/').slice(0, 3).join('/').replace(/\.ts$/, '');
    const crossing = imports.filter(({ from, to }) => folder(from) === 'drivers' && folder(to) === 'drivers' && vendor(from) !== vendor(to));
    expect(crossing).toEqual([]);
  });

  test('nothing imports in a circle', () => {
    const next = new Map<string, string[]>();
    for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (file: string, path: string[]): string[] | null => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return null;
      for (const to of next.get(file) ?? []) {
        const circle = visit(to, [...path, file]);
        if (circle) return circle;
      }
      done.add(file);
      return null;
    };
    expect([...next.keys()].map((file) => visit(file, [])).find(Boolean) ?? null).toBeNull();
  });

  test('core is pure: no clock, no randomness, no input or output', () => {
    const impure = source.filter((file) => file.startsWith('src/core/') && /Date\.now|Math\.random|new Date\(\)|node:(?!crypto)|process\./.test(readFileSync(file, 'utf8')));
    expect(impure).toEqual([]);
  });
});
