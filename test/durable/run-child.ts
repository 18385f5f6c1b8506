import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../src/durable/clock.js';
import { createDbosRuns } from '../../src/durable/dbos-runs.js';
import { createPool } from '../../src/journal/pool.js';
import { quiet } from '../contract/support.js';

/** A process with one run of four steps, whose effects go into a file that outlives it. */
const [databaseUrl, name, home, folder, start] = process.argv.slice(2) as [string, string, string, string, string];
const effects = join(folder, 'effects');
const say = (line: string): void => appendFileSync(effects, `${name} ${line}\n`);
const done = (step: number): boolean => readFileSync(effects, 'utf8').includes(` did ${step}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** The journal's fence, in small: whoever began step 3 last owns the run. */
const isMine = (): boolean => readFileSync(effects, 'utf8').trimEnd().split('\n').findLast((line) => line.includes(' begins '))!.startsWith(name);

/** False when another process took over while this one waited. */
async function allowed(): Promise<boolean> {
  while (!existsSync(join(folder, 'go'))) {
    await pause(20);
    if (isMine()) continue;
    say('is awake');
    return false;
  }
  return true;
}

async function execute(): Promise<'finished' | 'waiting'> {
  for (const step of [1, 2, 3, 4]) {
    if (done(step)) continue;
    say(`begins ${step}`);
    if (step === 3 && !(await allowed())) return 'waiting';
    say(`did ${step}`);
  }
  say('finished');
  return 'finished';
}

const pool = createPool({ connectionString: databaseUrl }, { log: quiet });
const runs = await createDbosRuns({ pool, databaseUrl, bootId: `${name}-${process.pid}`, home, execute, clock: createSystemClock(), log: quiet });
if (start === 'true') await runs.start('R-1', 1);
writeFileSync(join(folder, `${name}.up`), '');
setInterval(() => undefined, 1000);
