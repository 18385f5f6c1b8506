import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

export interface Bug { readonly name: string; readonly file: string; readonly lesson: string; readonly property: string; /** Where it is known to be caught. */ readonly seed: number }

const folder = resolve('test/sim/bugs');
const head = (text: string, name: string, file: string): string => {
  const value = new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`${file} does not say its '${name}'.`);
  return value;
};

export const bugs = (): Bug[] => readdirSync(folder).filter((file) => file.endsWith('.patch')).toSorted().map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  return { name: file.slice(0, -'.patch'.length), file: join(folder, file), lesson: head(text, 'Lesson', file), property: head(text, 'Property', file), seed: Number(head(text, 'Seed', file)) };
});

/** A copy of everything that the simulation is made of, so that a bug is never near the product. Call `remove` when done. */
export function copyOf(): { readonly home: string; apply(bug: Bug): void; bundle(): Promise<string>; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'lifeboat-bugs-'));
  for (const part of ['src', 'estates', 'runbooks', 'test/sim', 'test/scenarios/lab', 'package.json', 'tsconfig.json']) cpSync(part, join(home, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  return {
    home,
    // Strictly: not a line may have moved away, and nothing is guessed.
    apply: (bug) => { execFileSync('git', ['apply', '--whitespace=nowarn', bug.file], { cwd: home, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } }); },
    async bundle() {
      const outfile = join(home, 'dist/test/sim/run.js');
      await build({ entryPoints: [join(home, 'test/sim/run.ts')], bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', outfile, logLevel: 'silent' });
      return outfile;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The seed that catches it by the property that it names; null: none of them. */
export async function hunted(bug: Bug, first: number, seeds: number): Promise<number | null> {
  const copy = copyOf();
  try {
    copy.apply(bug);
    const { stdout } = spawnSync(process.execPath, [await copy.bundle(), '--seeds', String(seeds), '--seed', String(first), '--property', bug.property], { cwd: copy.home, encoding: 'utf8', maxBuffer: 1 << 28 });
    return Number(new RegExp(`^seed (\\d+) breaks ${bug.property}: `, 'm').exec(stdout)?.[1] ?? NaN) || null;
  } finally {
    copy.remove();
  }
}

export async function hunt(names: readonly string[], seeds: number, first: number, say: (line: string) => void): Promise<number> {
  const known = bugs();
  const wrong = names.find((name) => !known.some((bug) => bug.name.startsWith(name)));
  if (wrong !== undefined) { say(`There is no seeded bug '${wrong}'. Known: ${known.map(({ name }) => name).join(', ')}.`); return 4; }
  const caught: Record<string, number> = {};
  const missed: string[] = [];
  for (const bug of known.filter(({ name }) => names.length === 0 || names.some((each) => name.startsWith(each)))) {
    let seed: number | null = null;
    try {
      seed = await hunted(bug, first, seeds);
      say(seed === null ? `${bug.name}: NOT caught in ${seeds} seeds by ${bug.property}` : `${bug.name}: caught at seed ${seed} by ${bug.property} (lesson ${bug.lesson})`);
    } catch (error) {
      const { stderr } = error as { stderr?: Buffer };
      say(`${bug.name}: the patch does not apply any more: ${(stderr?.toString() ?? String(error)).trim()}`);
    }
    if (seed === null) missed.push(bug.name); else caught[bug.name] = seed;
  }
  say(JSON.stringify({ bugs: Object.keys(caught).length + missed.length, caught, missed }));
  return missed.length > 0 ? 1 : 0;
}
