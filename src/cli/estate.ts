import { readFileSync, writeFileSync } from 'node:fs';
import { problemText, type Problem } from '../config/problem.js';
import { readEstate } from '../config/read-estate.js';
import { CallFailed, type Client } from './client.js';

/** `lifeboat estate check FILE`: everything wrong at once, each with its line. Needs no running Lifeboat. */
export function checkEstate(file: string | undefined, json: boolean): number {
  if (file === undefined) return say('estate check needs a file: lifeboat estate check estates/demo.yaml', 3);
  const text = textOf(file);
  if (text === null) return 2;
  const read = readEstate(text, file);
  if (json) process.stdout.write(`${JSON.stringify(read.ok ? { ok: true, estate: read.estate.name } : { ok: false, problems: read.problems })}\n`);
  else if (read.ok) process.stdout.write(`${file}: estate '${read.estate.name}' is fine: ${read.estate.tenants.length} tenants, ${read.estate.sites.length} sites, ${read.estate.tenants.flatMap((tenant) => tenant.vms).length} VMs, ${read.estate.people.length} people.\n`);
  else process.stderr.write(`${problemsOf(read.problems)}\n`);
  return read.ok ? 0 : 4;
}

export interface ApplyOptions { readonly client: Client; readonly as: string | null; readonly json: boolean }

/** `lifeboat estate apply FILE`: shows the difference; `yes` behind it takes the file into use. */
export async function applyEstate(file: string | undefined, confirmation: string | undefined, { client, as, json }: ApplyOptions): Promise<number> {
  if (file === undefined) return say('estate apply needs a file: lifeboat estate apply estates/demo.yaml', 3);
  if (confirmation !== undefined && confirmation !== 'yes') return say(`'${confirmation}' is no answer. To take the file into use: lifeboat estate apply ${file} yes`, 4);
  const text = textOf(file);
  if (text === null) return 2;
  const read = readEstate(text, file);
  if (!read.ok) return say(problemsOf(read.problems), 4);
  const answer = await client.call<{ applied: boolean; changes: string[] }>('POST', '/api/estate', { text, file, apply: confirmation === 'yes', ...(as ? { as } : {}) });
  if (json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else process.stdout.write(`${[...answer.changes, outcome(file, answer)].join('\n')}\n`);
  return 0;
}

/** `lifeboat estate export [FILE]`: the estate in use as a file that can be checked and applied. An existing file is never written over. */
export async function exportEstate(file: string | undefined, { client, as, json }: ApplyOptions): Promise<number> {
  const answer = await client.call<{ status: number; text: string; json: unknown }>('POST', '/api/command', { line: 'query estate', ...(as ? { as } : {}) });
  if (answer.status !== 0) return say(answer.text, answer.status);
  const { estate, yaml } = answer.json as { readonly estate: string; readonly yaml: string };
  if (file === undefined) {
    process.stdout.write(json ? `${JSON.stringify({ estate, yaml })}\n` : yaml);
    return 0;
  }
  try {
    writeFileSync(file, yaml, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    return say((error as NodeJS.ErrnoException).code === 'EEXIST' ? `${file} is there already, and was left as it is. Name another file.` : `${file} cannot be written: ${(error as Error).message}.`, 1);
  }
  process.stdout.write(json ? `${JSON.stringify({ estate, file })}\n` : `The estate '${estate}' stands in ${file}, readable for you alone. What a changed one would change: lifeboat estate apply ${file}\n`);
  return 0;
}

function outcome(file: string, { applied, changes }: { readonly applied: boolean; readonly changes: readonly string[] }): string {
  if (changes.length === 0) return `${file} is the estate in use: there is no difference.`;
  if (!applied) return `Nothing was changed yet. To take it into use: lifeboat estate apply ${file} yes`;
  return `The estate is in use now.${changes.some((change) => change.startsWith('add VM')) ? ' New VMs can be moved once they are discovered and verified, which happens daily, or at once with: lifeboat discover site NAME' : ''}`;
}

const problemsOf = (problems: readonly Problem[]): string => `${problems.map(problemText).join('\n')}\n${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}. Nothing was changed.`;

/** null: it cannot be read, and why was said. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    say(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}.`, 2);
    return null;
  }
}

export function say(text: string, status: number): number {
  process.stderr.write(`${text}\n`);
  return status;
}
export const statusOf = (error: unknown): number => (error instanceof CallFailed ? (error.httpStatus === 404 ? 2 : error.httpStatus === 400 ? 4 : 1) : 1);
