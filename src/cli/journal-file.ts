import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ChainCheck, type Head, type JournalVerdict, type StoredEntry } from '../core/chain.js';

const whole = z.number().int().nonnegative();
const FirstLine = z.strictObject({ lifeboatJournal: z.literal(1), head: z.strictObject({ seq: whole, chain: z.string() }) });
const Entry = z.strictObject({ seq: whole, stream: z.string(), streamSeq: whole, tenant: z.string().nullable(), actor: z.string(), at: whole, payload: z.string().nullable(), digest: z.string(), chain: z.string() }) satisfies z.ZodType<StoredEntry>;

/** The file is no export of a journal at all. */
export class NotAnExport extends Error { override readonly name = 'NotAnExport'; }

/** Checks an export line by line, with no Lifeboat and no database. @throws NotAnExport, or what reading the file throws */
export async function verifyFile(path: string, noted: Head | null = null): Promise<JournalVerdict> {
  const check = new ChainCheck(noted);
  let head: Head | null = null;
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line += 1;
    const value = parse(text);
    if (head === null) {
      const first = FirstLine.safeParse(value);
      if (!first.success) throw new NotAnExport(`${path} is no export of a journal: its first line names no head.`);
      head = first.data.head;
      continue;
    }
    const entry = Entry.safeParse(value);
    if (!entry.success) return { ...check.verdict(head), ok: false, broken: { seq: line - 1, why: `line ${line} is not an entry: the file was cut off or edited` } };
    if (!check.take(entry.data)) break;
  }
  if (head === null) throw new NotAnExport(`${path} is empty.`);
  return check.verdict(head);
}

/** The entries of an export that `verifyFile` found whole. */
export async function* entriesOf(path: string): AsyncGenerator<StoredEntry> {
  let first = true;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (!first) yield Entry.parse(parse(text));
    first = false;
  }
}

function parse(text: string): unknown {
  try { return JSON.parse(text); } catch { return undefined; }
}
