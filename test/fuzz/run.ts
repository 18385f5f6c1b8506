// npm run fuzz -- [--payloads N] [--seed S]    payloads through every way in of the whole product; ends with one line of JSON, and code 1 where anything acted or broke
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({ options: { payloads: { type: 'string', default: '10000' }, seed: { type: 'string' } } });
const [count, seed] = [Number(values.payloads), values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  process.stderr.write('--payloads and --seed are whole numbers.\n');
  process.exit(4);
}
const { acted, crashed, ...told } = await fuzz(count, seed, { tell: (line) => { process.stdout.write(`${line}\n`); } });
for (const each of acted) process.stdout.write(`acted: ${each}\n`);
for (const each of crashed) process.stdout.write(`broke: ${each}\n`);
process.stdout.write(`${JSON.stringify({ fuzz: Object.values(told.payloads).reduce((sum, each) => sum + each, 0), ...told, acted: acted.length, crashed: crashed.length })}\n`);
process.exit(acted.length + crashed.length > 0 ? 1 : 0);
