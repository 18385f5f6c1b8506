// npm run sim -- --seeds N [--seed S]       nights from S on; ends with one line of JSON, and code 1 if a promise was broken
// npm run sim -- --seed S [--acts 0,3,7]    one night, or only some of its acts; --trace tells everything that happened
// npm run sim -- --bugs [NAME] [--seeds N]  seeded bugs: each must be caught by the property that it names
import { parseArgs } from 'node:util';
import { actWords } from './acts/table.js';
import { Coverage } from './coverage.js';
import { hunt } from './hunt.js';
import { only, scriptOf } from './script.js';
import { playSeed, shrinkSeed } from './seed.js';
import { createHash } from 'node:crypto';

/** With fewer seeds it is chance what is reached. */
const seedsForCoverage = 500;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seeds: { type: 'string' }, seed: { type: 'string' }, acts: { type: 'string' }, trace: { type: 'boolean' }, bugs: { type: 'boolean' }, property: { type: 'string' } } });
const whole = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 0) { process.stderr.write(`'${text}' is no whole number.\n`); process.exit(4); }
  return value;
};
const say = (line: string): void => { process.stdout.write(`${line}\n`); };

async function nights(first: number, count: number): Promise<number> {
  const coverage = new Coverage();
  const hash = createHash('sha256');
  const places = values.acts?.split(',').filter(Boolean).map(Number);
  let [steps, violations] = [0, 0];
  for (let seed = first; seed < first + count; seed++) {
    const played = await playSeed(seed, { coverage, tell: values.trace ? say : null, ...(places ? { places } : {}) });
    steps += played.steps;
    hash.update(played.hash);
    if (played.broken.length === 0) continue;
    violations += 1;
    for (const { property, words } of played.broken) say(`seed ${seed} breaks ${property}: ${words}`);
    // Until a property is named that this is the hunt for, the first tells enough.
    if (values.property !== undefined) { if (played.broken.some(({ property }) => property === values.property)) break; continue; }
    const kept = await shrinkSeed(seed, played.broken[0]!.property, places);
    say(`  npm run sim -- --seed ${seed} --acts ${kept.join(',')}`);
    for (const act of only(scriptOf(seed), kept).acts) say(`    ${actWords(act)}`);
  }
  const report = coverage.report();
  const missed = count >= seedsForCoverage ? report.sometimes.missing : [];
  for (const each of missed) say(`never reached in ${count} nights: ${each}`);
  say(JSON.stringify({ seeds: count, steps, violations, coverage: report, traceHash: hash.digest('hex') }));
  return violations > 0 || missed.length > 0 ? 1 : 0;
}

process.exitCode = values.bugs ? await hunt(positionals, whole(values.seeds, 2_000), whole(values.seed, 1), say) : await nights(whole(values.seed, 1), whole(values.seeds, values.seed === undefined ? 100 : 1));
