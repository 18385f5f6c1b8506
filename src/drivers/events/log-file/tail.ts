import { basename, resolve } from 'node:path';
import type { Millis } from '../../../core/names.js';
import { cursorFile, printBytes, printOf, readCursor, writeCursor, type Cursor, type Mark } from './cursor.js';
import type { CreateParser, LogParser, LogProblem, LogRecord, Parsed } from './log-parser.js';
import { bytesAt, continues, inodeAt, isMarked, openFile, predecessors, type OpenFile } from './rotation.js';

export interface TailParts {
  readonly path: string;
  readonly varDirectory: string;
  readonly parser: CreateParser;
  readonly now: () => Millis;
  /** Resolves when the other side has the records for good. */
  readonly send: (records: readonly LogRecord[]) => Promise<void>;
  readonly problem: (problem: LogProblem, file: string) => void;
  readonly note: (what: string) => void;
}

const chunkBytes = 262_144;
const batchMax = 100;
/** A writer may go on in a renamed file for a moment. */
const rotatedPatienceMs: Millis = 10_000;
const earlierKept = 32;

/** The file that is being read. */
interface Source { readonly file: OpenFile; readonly parser: LogParser; /** Bytes of the file given to the parser. */ read: number; head: Buffer; /** The bytes before `read`, from a little before where a restart would begin. */ trail: Buffer; closedBy: Millis | null; grewAt: Millis }

/** Follows a log over rotation, truncation and restarts: every record is handed over at least once, and always under the same id. */
export class Tail {
  readonly #parts: TailParts;
  readonly #cursorFile: string;
  #source: Source | null = null;
  #next: OpenFile[] = [];
  #earlier: readonly string[] = [];
  #pending: LogRecord[] = [];
  #started = false;
  #missing = false;
  #saved = '';

  constructor(parts: TailParts) {
    this.#parts = parts;
    this.#cursorFile = cursorFile(parts.varDirectory, parts.path);
  }

  /** Reads a piece and hands it over. True: there may be more right now. @throws what `send` and the file system throw; the same step is safe to repeat */
  async step(): Promise<boolean> {
    await this.#flush();
    if (!this.#started) await this.#resume();
    const source = this.#source ?? await this.#open();
    if (!source) return false;
    if (source.closedBy === null && await this.#wasTruncated(source)) return true;
    const bytes = await bytesAt(source.file.handle, source.read, chunkBytes);
    if (bytes.length > 0) {
      this.#take(source, bytes);
      await this.#flush();
      return true;
    }
    return this.#atEnd(source);
  }

  async close(): Promise<void> {
    for (const file of [...(this.#source ? [this.#source.file] : []), ...this.#next.splice(0)]) await file.handle.close();
    this.#source = null;
  }

  /** Finds the place where an earlier tail stopped, in the log itself or in what rotation made of it. */
  async #resume(): Promise<void> {
    const cursor = await readCursor(this.#cursorFile);
    if (cursor) {
      this.#earlier = cursor.earlier;
      const current = await openFile(this.#parts.path);
      if (current && await isMarked(current, cursor)) await this.#read(current, cursor);
      else {
        await current?.handle.close();
        const [first, ...rest] = await predecessors(this.#parts.path, cursor);
        if (first) {
          await this.#read(first, cursor);
          this.#source!.closedBy = this.#parts.now();
          this.#next = rest;
        } else if (cursor.place.offset > 0) {
          this.#finished(cursor.identity);
          this.#parts.note(`The file that was read up to line ${cursor.place.line} is gone (packed or removed by rotation), so what it held after that is not known. Reading goes on with ${this.#parts.path} as it is now. If the old file still exists, unpacked: lifeboat events ingest FILE`);
        }
      }
    }
    this.#started = true;
  }

  async #read(file: OpenFile, from: Cursor | null): Promise<void> {
    const place = from?.place ?? { offset: 0, line: 1 };
    const identify = (top: string): string => { const before = this.#earlier.filter((each) => each.split('#')[0] === top).length; return before === 0 ? top : `${top}#${before}`; };
    const parser = this.#parts.parser({ start: place, identity: from?.identity ?? null, identify });
    const head = await bytesAt(file.handle, 0, Math.min(printBytes, place.offset));
    const trail = await bytesAt(file.handle, Math.max(0, place.offset - printBytes), Math.min(printBytes, place.offset));
    this.#source = { file, parser, read: place.offset, head, trail, closedBy: null, grewAt: this.#parts.now() };
  }

  async #open(): Promise<Source | null> {
    const rotatedFile = this.#next.shift();
    const file = rotatedFile ?? await openFile(this.#parts.path);
    if (!file) {
      if (!this.#missing) this.#parts.note(`There is no ${this.#parts.path} yet. It is read from its first line on once it is there.`);
      this.#missing = true;
      return null;
    }
    this.#missing = false;
    await this.#read(file, null);
    if (rotatedFile) this.#source!.closedBy = this.#parts.now();
    return this.#source;
  }

  #take(source: Source, bytes: Buffer): void {
    if (source.head.length < printBytes) source.head = Buffer.concat([source.head, bytes.subarray(0, printBytes - source.head.length)]);
    source.read += bytes.length;
    source.grewAt = this.#parts.now();
    this.#got(source, source.parser.feed(bytes, this.#parts.now()));
    const keep = source.read - source.parser.resumeAt.offset + printBytes;
    source.trail = Buffer.from(Buffer.concat([source.trail, bytes]).subarray(-Math.min(keep, source.read)));
  }

  #got(source: Source, { records, problems }: Parsed): void {
    this.#pending.push(...records);
    for (const problem of problems) this.#parts.problem(problem, basename(source.file.path));
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.slice(0, batchMax);
      await this.#parts.send(batch);
      this.#pending.splice(0, batch.length);
    }
    await this.#save();
  }

  /** After the other side took what came before it, never earlier. */
  async #save(): Promise<void> {
    const source = this.#source;
    if (!source) return;
    const place = source.parser.resumeAt;
    const before = source.trail.subarray(0, source.trail.length - (source.read - place.offset)).subarray(-printBytes);
    const cursor: Cursor = { path: resolve(this.#parts.path), inode: source.file.inode, place, head: printOf(source.head.subarray(0, place.offset)), before: printOf(before), identity: source.parser.identity, earlier: this.#earlier };
    const text = JSON.stringify(cursor);
    if (text === this.#saved) return;
    await writeCursor(this.#cursorFile, cursor);
    this.#saved = text;
  }

  /** By what the file is known again after all that was read of it. */
  #mark({ file, read, head, trail }: Source): Mark {
    return { inode: file.inode, place: { offset: read, line: 0 }, head: printOf(head), before: printOf(trail.subarray(-printBytes)) };
  }

  /** copytruncate: the same file, emptied after a copy was made. What was not read yet stands in the copy. */
  async #wasTruncated(source: Source): Promise<boolean> {
    if (await continues(source.file.handle, this.#mark(source))) return false;
    const [copy, ...rest] = await predecessors(this.#parts.path, this.#mark(source));
    if (copy) {
      await source.file.handle.close();
      this.#source = { ...source, file: copy, closedBy: this.#parts.now() };
      this.#next = rest;
    } else {
      this.#parts.note(`${this.#parts.path} was truncated. What was written between the last look and the truncation, if anything, is in no copy beside it.`);
      await this.#finish(source);
    }
    return true;
  }

  async #atEnd(source: Source): Promise<boolean> {
    const now = this.#parts.now();
    if (source.closedBy === null) {
      const inode = await inodeAt(this.#parts.path);
      if (inode === null || inode === source.file.inode) {
        if (now - source.grewAt < source.parser.settleMs || !source.parser.waitsForEnd) return false;
        this.#got(source, source.parser.settle(now));
        await this.#flush();
        return false;
      }
      const [same, ...rest] = await predecessors(this.#parts.path, this.#mark(source));
      await same?.handle.close();
      this.#next = rest;
      source.closedBy = now;
    }
    if (source.parser.isOpen && now - source.closedBy < rotatedPatienceMs) return false;
    // Renamed, and no new one yet: whatever is still written goes to the old one.
    if (this.#next.length === 0 && await inodeAt(this.#parts.path) === null) return false;
    await this.#finish(source);
    return true;
  }

  async #finish(source: Source): Promise<void> {
    this.#got(source, source.parser.end(this.#parts.now()));
    await this.#flush();
    this.#finished(source.parser.identity);
    await source.file.handle.close();
    this.#source = null;
    await this.#open();
    await this.#save();
  }

  #finished(identity: string | null): void { if (identity !== null) this.#earlier = [...this.#earlier, identity].slice(-earlierKept); }
}
