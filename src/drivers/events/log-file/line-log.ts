import { createHash } from 'node:crypto';
import type { ReportedEvent } from '../../../core/dr-event.js';
import type { Millis } from '../../../core/names.js';
import { LineSplitter, type Line, type Place } from './lines.js';
import type { LogParser, LogProblem, LogRecord, Parsed, ParserStart } from './log-parser.js';

/** How records stand in a log of lines. */
export interface LineGrammar {
  /** Does a record begin with this line? What follows, up to the next that begins one, belongs to it. */
  readonly begins: (line: string) => boolean;
  /** A record is one line, so that it is complete with it. */
  readonly single: boolean;
  /** null without a problem: it is none of our business. */
  readonly read: (lines: readonly string[], startLine: number, readAt: Millis) => { readonly event: ReportedEvent | null; readonly problems: readonly LogProblem[] };
  readonly settleMs: Millis;
}

const linesMax = 200;
const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Cuts a log of lines into records. What stands before the first is the rest of one that began in another file. */
export class LineLogParser implements LogParser {
  readonly settleMs: Millis;
  readonly #grammar: LineGrammar;
  readonly #identify: (top: string) => string;
  readonly #splitter: LineSplitter;
  #identity: string | null;
  #open: { readonly from: Place; readonly lines: string[] } | null = null;
  #records: LogRecord[] = [];
  #problems: LogProblem[] = [];

  constructor(grammar: LineGrammar, { start = { offset: 0, line: 1 }, identity = null, identify = (top) => top }: ParserStart) {
    [this.#grammar, this.#identify, this.#identity, this.settleMs] = [grammar, identify, identity, grammar.settleMs];
    this.#splitter = new LineSplitter(start);
  }

  get identity(): string | null { return this.#identity; }
  get resumeAt(): Place { return this.#open?.from ?? this.#splitter.at; }
  get waitsForEnd(): boolean { return this.#open !== null; }
  get isOpen(): boolean { return this.#open !== null; }

  feed(bytes: Buffer, readAt: Millis): Parsed {
    for (const line of this.#splitter.feed(bytes)) this.#line(line, readAt);
    return this.#parsed();
  }
  end(readAt: Millis): Parsed {
    for (const line of this.#splitter.end()) this.#line(line, readAt);
    return this.settle(readAt);
  }
  settle(readAt: Millis): Parsed {
    this.#close(this.#splitter.at, readAt);
    return this.#parsed();
  }

  #parsed(): Parsed {
    const parsed = { records: this.#records, problems: this.#problems };
    [this.#records, this.#problems] = [[], []];
    return parsed;
  }

  #line(line: Line, readAt: Millis): void {
    const text = line.bytes.toString('utf8').replace(/^\uFEFF/, '').replace(/\r$/, '');
    if (line.clipped) this.#problems.push({ line: line.start.line, what: 'The line is longer than 64 KiB; the rest of it was left out.', lost: false });
    if (this.#grammar.begins(text)) {
      this.#close(line.start, readAt);
      this.#open = { from: line.start, lines: [text] };
      if (this.#grammar.single) this.#close(line.end, readAt);
    } else if (this.#open && this.#open.lines.length < linesMax) this.#open.lines.push(text);
  }

  #close(endsAt: Place, readAt: Millis): void {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const text = open.lines.map((line) => line.trim()).filter(Boolean).join('\n');
    this.#identity ??= this.#identify(sha(`${open.from.offset}\n${text}`));
    const { event, problems } = this.#grammar.read(open.lines, open.from.line, readAt);
    this.#problems.push(...problems);
    if (event) this.#records.push({ id: sha(`${this.#identity}\n${open.from.offset}\n${text}`), event, start: open.from, end: endsAt });
  }
}
