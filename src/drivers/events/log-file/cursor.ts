import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Place } from './lines.js';

/** Some bytes of a file, by which it is known again. */
export interface Print { readonly length: number; readonly hash: string }

/** A place in a file that may be renamed, copied or emptied meanwhile. */
export interface Mark {
  readonly inode: string;
  readonly place: Place;
  /** The file's first bytes, and those right before `place`. */
  readonly head: Print;
  readonly before: Print;
}

/** How far a log has been handed over. */
export interface Cursor extends Mark {
  readonly path: string;
  /** The parser's name for this file, null before its first record. */
  readonly identity: string | null;
  /** Those of the files before it, newest last: equal tops are told apart by counting. */
  readonly earlier: readonly string[];
}

export const printBytes = 256;
export const printOf = (bytes: Buffer): Print => ({ length: bytes.length, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 32) });
export const samePrint = (a: Print, b: Print): boolean => a.length === b.length && a.hash === b.hash;

export const cursorFile = (varDirectory: string, path: string): string => join(varDirectory, 'tail', `${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 16)}.json`);

/** null: never read, or unreadable after a power cut. Reading from the top is safe then: the server knows what it has. */
export async function readCursor(file: string): Promise<Cursor | null> {
  try {
    const cursor = JSON.parse(await readFile(file, 'utf8')) as Partial<Cursor>;
    const whole = typeof cursor.inode === 'string' && typeof cursor.place?.offset === 'number' && typeof cursor.place.line === 'number' && cursor.head && cursor.before && Array.isArray(cursor.earlier);
    return whole ? (cursor as Cursor) : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The old cursor or the new one, never half of it. */
export async function writeCursor(file: string, cursor: Cursor): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const next = `${file}.${process.pid}.new`;
  await writeFile(next, `${JSON.stringify(cursor)}\n`);
  await rename(next, file);
}
