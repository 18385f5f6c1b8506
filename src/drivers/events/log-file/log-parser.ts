import type { ReportedEvent } from '../../../core/dr-event.js';
import type { Millis } from '../../../core/names.js';
import type { Place } from './lines.js';

/** One record of a log. `id` is the same whenever and wherever this file is read, also under another name. */
export interface LogRecord { readonly id: string; readonly event: ReportedEvent; readonly start: Place; /** Reading on from here neither repeats nor drops. */ readonly end: Place }
/** One thing wrong in the log. `lost`: nothing of it could be taken; otherwise the event was taken all the same. */
export interface LogProblem { readonly line: number; readonly what: string; readonly lost: boolean }
export interface Parsed { readonly records: readonly LogRecord[]; readonly problems: readonly LogProblem[] }

export interface ParserStart {
  /** Where the bytes that will be fed start; the top of the file when left out. */
  readonly start?: Place;
  /** Which file this is, when its top was read earlier (see `identity`). */
  readonly identity?: string | null;
  /** May tell apart two files that begin with the same record. */
  readonly identify?: (top: string) => string;
}

/** Reads a log piece by piece, however the bytes arrive. Pure but for its own state; never throws. */
export interface LogParser {
  /** Which file this is: made from its first record, null before that. */
  readonly identity: string | null;
  /** Where a restart has to read on: an open record is read again from its start. */
  readonly resumeAt: Place;
  /** Does a record lack nothing but its end? */
  readonly waitsForEnd: boolean;
  readonly isOpen: boolean;
  /** So long after its last byte nobody waits for the end of a record any more. */
  readonly settleMs: Millis;
  feed(bytes: Buffer, readAt: Millis): Parsed;
  /** Nothing more will come: what is open is taken as it is. */
  end(readAt: Millis): Parsed;
  /** Takes a record whose end does not come. */
  settle(readAt: Millis): Parsed;
}
export type CreateParser = (start: ParserStart) => LogParser;
