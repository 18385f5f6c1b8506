import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

export interface Bug { readonly name: string; readonly file: string; readonly lesson: string; readonly property: string; /** A night in which it shows, and nothing else does. */ readonly night: string }

const folder = resolve('test/sim/bugs');
const head = (text: string, name: string, file: string): string => {
  const value = new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`${file} does not say its '${name}'.`);
  return value;
};

export const bugs = (): Bug[] => readdirSync(folder).filter((file) => file.endsWith('.patch')).toSorted().map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  return { name: file.slice(0, -'.patch'.length), file: join(folder, file), lesson: head(text, 'Lesson', file), property: head(text, 'Property', file), night: head(text, 'Night', file) };
});

/** A copy of everything that the simulation is made of, so that a bug is never near the product. Call `remove` when done. */
export function copyOf(): { readonly home: string; apply(bug: Bug, how?: 'apply' | 'check'): void; bundle(): Promise<string>; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'lifeboat-bugs-'));
  for (const part of ['src', 'estates', 'runbooks', 'test/sim', 'test/scenarios/lab', 'package.json', 'tsconfig.json']) cpSync(part, join(home, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  return {
    home,
    // Strictly: not a line may have moved away, and nothing is guessed.
    apply: (bug, how = 'apply') => { execFileSync('git', ['apply', '--whitespace=nowarn', ...(how === 'check' ? ['--check'] : []), bug.file], { cwd: home, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } }); },
    async bundle() {
      const outfile = join(home, 'dist/test/sim/run.js');
      await build({ entryPoints: [join(home, 'test/sim/run.ts')], bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', outfile, logLevel: 'silent' });
      return outfile;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** What the simulation says with the bug in it. */
async function playedWith(bug: Bug, ...options: readonly string[]): Promise<string> {
  const copy = copyOf();
  try {
    copy.apply(bug);
    return spawnSync(process.execPath, [await copy.bundle(), ...options], { cwd: copy.home, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
  } finally {
    copy.remove();
  }
}

/** The first seed that catches it by the property that it names, and the night that is left of it; null: none of them. */
export async function hunted(bug: Bug, first: number, seeds: number): Promise<{ readonly seed: number; readonly night: string } | null> {
  const out = await playedWith(bug, '--seeds', String(seeds), '--seed', String(first), '--property', bug.property);
  const seed = new RegExp(`^seed (\\d+) breaks ${bug.property}: `, 'm').exec(out)?.[1];
  return seed === undefined ? null : { seed: Number(seed), night: /^night (.+)$/m.exec(out)![1]! };
}

/** Whether the night that it names catches it. */
export const shows = async (bug: Bug): Promise<boolean> => (await playedWith(bug, '--night', bug.night)).includes(`breaks ${bug.property}: `);

export async function hunt(names: readonly string[], seeds: number, first: number, record: boolean, say: (line: string) => void): Promise<number> {
  const known = bugs();
  const wrong = names.find((name) => !known.some((bug) => bug.name.startsWith(name)));
  if (wrong !== undefined) { say(`There is no seeded bug '${wrong}'. Known: ${known.map(({ name }) => name).join(', ')}.`); return 4; }
  const caught: Record<string, number> = {};
  const missed: string[] = [];
  for (const bug of known.filter(({ name }) => names.length === 0 || names.some((each) => name.startsWith(each)))) {
    let seed: number | null = null;
    try {
      const found = await hunted(bug, first, seeds);
      seed = found?.seed ?? null;
      if (found && record) writeFileSync(bug.file, readFileSync(bug.file, 'utf8').replace(/^Night: .*$/m, () => `Night: ${found.night}`));
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
