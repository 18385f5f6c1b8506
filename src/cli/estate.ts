import { readFileSync } from 'node:fs';
import { problemText } from '../config/problem.js';
import { readEstate } from '../config/read-estate.js';
import { CallFailed, type Client } from './client.js';

/** `lifeboat estate check FILE`: everything wrong at once, each with its line. Needs no running Lifeboat. */
export function checkEstate(file: string | undefined, json: boolean): number {
  if (file === undefined) return say('estate check needs a file: lifeboat estate check estates/demo.yaml', 3);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return say(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}.`, 2);
  }
  const read = readEstate(text, file);
  if (json) process.stdout.write(`${JSON.stringify(read.ok ? { ok: true, estate: read.estate.name } : { ok: false, problems: read.problems })}\n`);
  else if (read.ok) process.stdout.write(`${file}: estate '${read.estate.name}' is fine: ${read.estate.tenants.length} tenants, ${read.estate.sites.length} sites, ${read.estate.tenants.flatMap((tenant) => tenant.vms).length} VMs, ${read.estate.people.length} people.\n`);
  else process.stderr.write(`${read.problems.map(problemText).join('\n')}\n${read.problems.length} ${read.problems.length === 1 ? 'problem' : 'problems'}. Nothing was changed.\n`);
  return read.ok ? 0 : 4;
}

/** `lifeboat estate apply FILE`: shows the difference; `--yes` takes the file into use. */
export async function applyEstate(client: Client, file: string | undefined, as: string | null, confirmed: boolean): Promise<number> {
  if (file === undefined) return say('estate apply needs a file: lifeboat estate apply estates/demo.yaml', 3);
  const checked = checkEstate(file, false);
  if (checked !== 0) return checked;
  const answer = await client.call<{ applied: boolean; changes: string[] }>('POST', '/api/estate', { text: readFileSync(file, 'utf8'), file, apply: confirmed, ...(as ? { as } : {}) });
  process.stdout.write(`${answer.changes.length === 0 ? 'No difference to the estate in use.' : answer.changes.join('\n')}\n`);
  if (answer.changes.length > 0) process.stdout.write(answer.applied ? 'The estate is in use now.\n' : `Nothing was changed yet. To take it into use: lifeboat estate apply ${file} yes\n`);
  return 0;
}

export function say(text: string, status: number): number {
  process.stderr.write(`${text}\n`);
  return status;
}
export const statusOf = (error: unknown): number => (error instanceof CallFailed ? (error.httpStatus === 404 ? 2 : error.httpStatus === 400 ? 4 : 1) : 1);
