// npm run sim -- --seeds N [--seed S]       nights from S on; ends with one line of JSON, and code 1 if a promise was broken
// npm run sim -- --seed S [--acts 0,3,7]    one night, or only some of its acts; --trace tells everything that happened
// npm run sim -- --night JSON               a night that was written down
// npm run sim -- --bugs [NAME ...]          seeded bugs: each must be caught by the property that it names; --record writes down where
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { actWords } from './acts/table.js';
import { Coverage } from './coverage.js';
import { hunt } from './hunt.js';
import { only, readNight, scriptOf, written, type Written } from './script.js';
import { playScript, playSeed, shrinkSeed, type Played } from './seed.js';

// Nobody reads where a refusal of the simulated world was made, and writing it down takes a twentieth of the time.
Error.stackTraceLimit = 0;

/** With fewer seeds it is chance what is reached. */
const seedsForCoverage = 500;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seeds: { type: 'string' }, seed: { type: 'string' }, acts: { type: 'string' }, night: { type: 'string' }, trace: { type: 'boolean' }, bugs: { type: 'boolean' }, record: { type: 'boolean', default: false }, property: { type: 'string' } } });
const whole = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 0) { process.stderr.write(`'${text}' is no whole number.\n`); process.exit(4); }
  return value;
};
const say = (line: string): void => { process.stdout.write(`${line}\n`); };
const tell = values.trace ? say : null;
const places = values.acts?.split(',').filter(Boolean).map(Number);

/** What was broken, and the fewest acts with which it is. `property`: the one that the hunt is for. */
async function told({ seed, broken }: Played): Promise<void> {
  for (const { property, words } of broken) say(`seed ${seed} breaks ${property}: ${words}`);
  const kept = await shrinkSeed(seed, values.property ?? broken[0]!.property, places);
  const script = only(scriptOf(seed), kept);
  say(`  npm run sim -- --seed ${seed} --acts ${kept.join(',')}`);
  for (const act of script.acts) say(`    ${actWords(act)}`);
  if (values.property !== undefined) say(`night ${JSON.stringify(written(script))}`);
}

async function nights(first: number, count: number): Promise<number> {
  const coverage = new Coverage();
  const hash = createHash('sha256');
  let [steps, violations, seeds] = [0, 0, 0];
  for (let seed = first; seed < first + count; seed++) {
    const played = await playSeed(seed, { coverage, tell, ...(places ? { places } : {}) });
    seeds += 1;
    steps += played.steps;
    hash.update(played.hash);
    if (played.broken.length === 0) continue;
    violations += 1;
    const wanted = values.property === undefined || played.broken.some(({ property }) => property === values.property);
    if (wanted) await told(played);
    if (wanted && values.property !== undefined) break;
  }
  const report = coverage.report();
  const missed = values.property === undefined && count >= seedsForCoverage ? report.sometimes.missing : [];
  for (const each of missed) say(`never reached in ${count} nights: ${each}`);
  say(JSON.stringify({ seeds, steps, violations, coverage: report, traceHash: hash.digest('hex') }));
  return violations > 0 || missed.length > 0 ? 1 : 0;
}

async function oneNight(night: Written): Promise<number> {
  const coverage = new Coverage();
  const { broken, steps, hash } = await playScript(readNight(night), coverage, tell);
  for (const { property, words } of broken) say(`breaks ${property}: ${words}`);
  say(JSON.stringify({ seeds: 1, steps, violations: broken.length > 0 ? 1 : 0, coverage: coverage.report(), traceHash: hash }));
  return broken.length > 0 ? 1 : 0;
}

if (values.bugs) process.exitCode = await hunt(positionals, whole(values.seeds, 2_000), whole(values.seed, 1), values.record, say);
else if (values.night !== undefined) process.exitCode = await oneNight(JSON.parse(values.night) as Written);
else process.exitCode = await nights(whole(values.seed, 1), whole(values.seeds, values.seed === undefined ? 100 : 1));
