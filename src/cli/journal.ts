import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Head, JournalVerdict } from '../core/chain.js';
import type { Client } from './client.js';
import { say } from './estate.js';
import { auditFile } from './journal-audit.js';
import { erase } from './journal-erase.js';
import { NotAnExport, verifyFile } from './journal-file.js';

export interface JournalOptions { readonly client: Client; readonly as: string | null; readonly json: boolean }

const actions = 'lifeboat journal verify [FILE] [head=ENTRY:CHAIN], lifeboat journal export FILE, lifeboat journal audit FILE, lifeboat journal import FILE, or lifeboat journal erase SEQ reason="why"';

export async function journal([action, ...rest]: readonly string[], options: JournalOptions): Promise<number> {
  const noted = action === 'verify' ? rest.find((word) => word.startsWith('head=')) : undefined;
  const [file] = rest.filter((word) => word !== noted);
  const head = noted === undefined ? null : headOf(noted);
  if (head === undefined) return say('A head is written as head=ENTRY:CHAIN, such as head=1234:9f3c... with all 64 digits of the chain. The daily message in the provider\'s channel has the whole command.', 4);
  if (action === 'erase') return erase(rest, options);
  if (action === 'audit') return auditFile(file, options.json);
  if (action === 'verify') return file === undefined ? verify(options, head) : verifyExport(file, options.json, head);
  if (action === 'export') return file === undefined ? say('journal export needs a file: lifeboat journal export journal.ndjson', 3) : exportTo(file, options);
  return say(`${action === undefined ? 'journal needs an action' : `'${action}' is not something that journal does`}: ${actions}`, action === undefined ? 3 : 4);
}

/** undefined: it is none. */
function headOf(word: string): Head | undefined {
  const match = /^head=([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(word);
  return match ? { seq: Number(match[1]), chain: match[2]! } : undefined;
}
const provenBy = (head: Head | null): string => (head === null ? '' : `Entry ${head.seq} is the one that was noted: nothing up to it was changed since.\n`);

const aged = (dropped = 0): string => (dropped === 0 ? '' : `${dropped} old ${dropped === 1 ? 'entry' : 'entries'} without payload, as recorded (LIFEBOAT_JOURNAL_KEEP_DAYS).\n`);

/** Who erased what, a line each; nothing where nothing was. */
export function erasures(erased: JournalVerdict['erased'] = []): string {
  if (erased.length === 0) return '';
  const lines = erased.map(({ seq, by, at, reason, whole }) => `  entry ${seq}: ${whole ? 'its words' : 'a text'}, by ${by}, ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC: ${reason}`);
  return `${[`${erased.length} ${erased.length === 1 ? 'entry' : 'entries'} partly erased:`, ...lines].join('\n')}\n`;
}

type Told = Pick<JournalVerdict, 'ok' | 'broken'> & Partial<Pick<JournalVerdict, 'erased' | 'dropped'>> & { readonly entries: number | null; readonly head: string | null };

/** Asks the running Lifeboat. A tenant's people hear only whether it is whole. */
async function verify({ client, as, json }: JournalOptions, head: Head | null): Promise<number> {
  const verdict = await client.call<Told>('POST', '/api/journal/verify', { ...(as ? { as } : {}), ...(head ? { head } : {}) });
  if (json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else process.stdout.write(verdict.ok ? `The journal is whole${verdict.entries === null ? '' : `: ${verdict.entries} entries, head ${verdict.head}`}.\n${provenBy(head)}${aged(verdict.dropped)}${erasures(verdict.erased)}` : `THE JOURNAL IS BROKEN${(verdict.broken?.seq ?? null) === null ? '' : ` at entry ${verdict.broken?.seq}`}: ${verdict.broken?.why}\nKeep the database as it is and compare with a backup.\n`);
  return verdict.ok ? 0 : 1;
}

async function verifyExport(file: string, json: boolean, head: Head | null): Promise<number> {
  try {
    const verdict = await verifyFile(file, head);
    if (json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
    else process.stdout.write(verdict.ok ? `${file} is whole: ${verdict.entries} entries, head ${verdict.head}.\n${aged(verdict.dropped)}${erasures(verdict.erased)}${head === null ? 'It proves itself only up to that head: compare it with one that was noted elsewhere, head=ENTRY:CHAIN (the daily message in the provider\'s channel).\n' : provenBy(head)}` : `${file} IS BROKEN at entry ${verdict.broken?.seq}: ${verdict.broken?.why}\nThe entries before it are sound. Keep the file as it is and compare with another export.\n`);
    return verdict.ok ? 0 : 1;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined && !(error instanceof NotAnExport)) throw error;
    return say(code === 'ENOENT' ? `${file} cannot be read: there is no such file.` : message, code === 'ENOENT' ? 2 : 4);
  }
}

/** Writes beside the file first: FILE exists only when it is complete and has been verified. */
async function exportTo(file: string, { client, as, json }: JournalOptions): Promise<number> {
  if (existsSync(file)) return say(`${file} exists already and was left as it is. Name another file.`, 4);
  const part = `${file}.${process.pid}.part`;
  const response = await client.stream(`/api/journal/export${as === null ? '' : `?as=${encodeURIComponent(as)}`}`);
  try {
    // What people said and did stands in it: for the account that asked alone.
    await pipeline(response, createWriteStream(part, { flags: 'wx', mode: 0o600 }));
    const verdict = await verifyFile(part);
    await rename(part, file);
    if (json) process.stdout.write(`${JSON.stringify({ file, ...verdict })}\n`);
    else process.stdout.write(verdict.ok ? `${file}: ${verdict.entries} entries, head ${verdict.head}. It verifies without Lifeboat: lifeboat journal verify ${file}\n` : `${file} was written, but THE JOURNAL IS BROKEN at entry ${verdict.broken?.seq}: ${verdict.broken?.why}\nKeep the database as it is and compare with a backup.\n`);
    return verdict.ok ? 0 : 1;
  } catch (error) {
    return say(`The export was not completed (${(error as Error).message}), so ${file} was not written. Look at free space and at Lifeboat (lifeboat doctor), then run it again.`, 1);
  } finally {
    await rm(part, { force: true });
  }
}
