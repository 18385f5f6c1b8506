import { createHash } from 'node:crypto';
import type { Millis } from '../../../../core/names.js';
import { LineSplitter, type Line, type Place } from '../lines.js';
import type { LogParser, LogProblem, LogRecord, Parsed, ParserStart } from '../log-parser.js';
import { headline, readRecord, type TextLine } from './record.js';
import type { ZoneTable } from './time.js';

export interface ParserOptions extends ParserStart { readonly zones: ZoneTable }

const start = /^-{3,}\s*EVENT START\s*-{3,}$/i;
const end = /^-{3,}\s*EVENT END\s*-{3,}$/i;
/** A marker on a line that lost its line feed still starts or ends a record. */
const glued = /-----EVENT (?:START|END)-----/g;
const eventLine = /^Event\s*:\s*[A-Z][A-Z0-9_]*$/;
const linesMax = 500;
interface Open { readonly from: Place; readonly lines: TextLine[]; dropped: boolean; announced: boolean; named: boolean }

const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Reads events.log piece by piece (reference/ksys.md 7.4), tolerant of all that a living or damaged log shows. Pure but for its own state; never throws. */
export class KsysLogParser implements LogParser {
  /** KSYS writes END seconds after the rest; a minute later nobody waits for it any more. */
  readonly settleMs: Millis = 60_000;
  readonly #splitter: LineSplitter;
  readonly #options: ParserOptions;
  #identity: string | null;
  #open: Open | null = null;
  #strayed = false;
  #records: LogRecord[] = [];
  #problems: LogProblem[] = [];

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#splitter = new LineSplitter(options.start ?? { offset: 0, line: 1 });
    this.#identity = options.identity ?? null;
  }

  /** Which file this is: made from its first record, null before that. */
  get identity(): string | null { return this.#identity; }
  /** Where a restart has to read on: an open record is read again from its START. */
  get resumeAt(): Place { return this.#open?.from ?? this.#splitter.at; }
  /** Does a record lack nothing but its END? KSYS writes that seconds later. */
  get waitsForEnd(): boolean { return this.#open !== null && this.#open.lines.some(({ text }) => /^\s*Description\s*:/i.test(text)); }
  get isOpen(): boolean { return this.#open !== null; }

  feed(bytes: Buffer, readAt: Millis): Parsed {
    for (const line of this.#splitter.feed(bytes)) this.#line(line, readAt);
    return this.#parsed();
  }

  /** Nothing more will come: what is open is taken as it is. */
  end(readAt: Millis): Parsed {
    for (const line of this.#splitter.end()) this.#line(line, readAt);
    this.#close(this.#splitter.at, false, readAt);
    return this.#parsed();
  }

  /** Takes a record whose END does not come, so that a dead KSYS's last word is heard. */
  settle(readAt: Millis): Parsed {
    if (this.waitsForEnd) this.#close(this.#splitter.at, false, readAt);
    return this.#parsed();
  }

  #parsed(): Parsed {
    const parsed = { records: this.#records, problems: this.#problems };
    this.#records = [];
    this.#problems = [];
    return parsed;
  }

  #line(line: Line, readAt: Millis): void {
    if (line.clipped) this.#problems.push({ line: line.start.line, what: 'The line is longer than 64 KiB; the rest of it was left out.', lost: false });
    const whole = line.bytes.toString('utf8').replace(/^\uFEFF/, '').trim();
    if (start.test(whole) || end.test(whole)) return this.#piece(whole, line.start, line, readAt);
    // One character per byte, so that places in the text are places in the file.
    const bytewise = line.bytes.toString('latin1');
    let from = 0;
    const piece = (until: number): void => { this.#piece(line.bytes.subarray(from, until).toString('utf8').replace(/^\uFEFF/, ''), { ...line.start, offset: line.start.offset + from }, line, readAt); from = until; };
    for (const marker of bytewise.matchAll(glued)) {
      if (marker.index > from) piece(marker.index);
      piece(marker.index + marker[0].length);
    }
    if (from < line.bytes.length) piece(line.bytes.length);
  }

  #piece(raw: string, at: Place, line: Line, readAt: Millis): void {
    const text = raw.trim();
    if (start.test(text)) {
      this.#close(at, false, readAt);
      this.#begin(at);
    } else if (end.test(text)) {
      // Alone it is the late END of a record that was taken already, or of one in the file before this one.
      this.#close(this.#after(at, line), true, readAt);
      this.#strayed = false;
    } else if (this.#startsAnother(text)) {
      this.#close(at, false, readAt);
      this.#problems.push({ line: at.line, what: 'A record without its START line; it was taken all the same.', lost: false });
      this.#begin(at);
      this.#add(text, raw, at);
    } else if (this.#open) {
      this.#add(text, raw, at);
    } else if (/[\p{L}\p{N}]/u.test(text) && !this.#strayed) {
      this.#strayed = true;
      this.#problems.push({ line: at.line, what: `Text outside a record, from this line on: '${text.slice(0, 60)}'. It was not taken.`, lost: true });
    }
  }

  /** Reading on after an END: at the next line, or at what follows it on the same one. */
  #after(at: Place, line: Line): Place {
    const until = at.offset - line.start.offset + '-----EVENT END-----'.length;
    return line.bytes.subarray(until).toString('latin1').trim() === '' || until >= line.bytes.length ? line.end : { offset: line.start.offset + until, line: at.line };
  }

  #begin(from: Place): void {
    this.#open = { from, lines: [], dropped: false, announced: false, named: false };
    this.#strayed = false;
  }

  /** A headline or a second event name shows that the lines between two records are gone. */
  #startsAnother(text: string): boolean {
    if (headline.test(text)) return this.#open === null || this.#open.announced || this.#open.named;
    return eventLine.test(text) && this.#open?.named === true;
  }

  #add(text: string, raw: string, at: Place): void {
    const open = this.#open!;
    if (headline.test(text)) open.announced = true;
    if (/^Event\s*:/i.test(text)) open.named = true;
    if (open.lines.length < linesMax) open.lines.push({ text: raw, line: at.line });
    else if (!open.dropped) {
      open.dropped = true;
      this.#problems.push({ line: at.line, what: `The record that starts in line ${open.from.line} has more than ${linesMax} lines; the rest of it was left out.`, lost: false });
    }
  }

  #close(endsAt: Place, hasEnd: boolean, readAt: Millis): void {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const text = open.lines.map((line) => line.text.trim()).filter(Boolean).join('\n');
    this.#identity ??= (this.#options.identify ?? ((top) => top))(sha(`${open.from.offset}\n${text}`));
    const { event, problems } = readRecord({ lines: open.lines, startLine: open.from.line, hasEnd }, this.#options.zones, readAt);
    this.#problems.push(...problems);
    if (event) this.#records.push({ id: sha(`${this.#identity}\n${open.from.offset}\n${text}`), event, start: open.from, end: endsAt });
  }
}
