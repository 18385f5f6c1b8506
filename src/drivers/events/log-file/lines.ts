/** Somewhere in a file: bytes from its start, and the line there, from 1. */
export interface Place { readonly offset: number; readonly line: number }

/** One line without its line feed. `end` is where the next one starts. */
export interface Line { readonly bytes: Buffer; readonly start: Place; readonly end: Place; /** More followed and was left out. */ readonly clipped: boolean }

/** No line of KSYS comes near; a file of zeros must not fill the memory. */
export const lineBytesMax = 65_536;
const lineFeed = 10;

/** Cuts bytes into lines, however they arrive, and knows where each stands in the file. */
export class LineSplitter {
  #kept = Buffer.alloc(0);
  #skipped = 0;
  #at: Place;

  constructor(start: Place) { this.#at = start; }

  /** Where the line that is not complete yet starts. */
  get at(): Place { return this.#at; }

  feed(bytes: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let to = bytes.indexOf(lineFeed); to !== -1; to = bytes.indexOf(lineFeed, from)) {
      this.#hold(bytes.subarray(from, to));
      lines.push(this.#take(1));
      from = to + 1;
    }
    this.#hold(bytes.subarray(from));
    return lines;
  }

  /** The last line of a file, which may lack its line feed. */
  end(): Line[] { return this.#kept.length + this.#skipped > 0 ? [this.#take(0)] : []; }

  #hold(bytes: Buffer): void {
    let from = 0;
    // After a truncation under a writer that does not append, the file starts with a hole of zeros.
    if (this.#kept.length === 0 && this.#skipped === 0) while (bytes[from] === 0) from++;
    this.#at = { ...this.#at, offset: this.#at.offset + from };
    const room = lineBytesMax - this.#kept.length;
    const rest = bytes.subarray(from);
    if (rest.length === 0) return;
    this.#kept = Buffer.concat([this.#kept, rest.subarray(0, room)]);
    this.#skipped += Math.max(0, rest.length - room);
  }

  #take(feedBytes: number): Line {
    const start = this.#at;
    const end = { offset: start.offset + this.#kept.length + this.#skipped + feedBytes, line: start.line + 1 };
    const line = { bytes: this.#kept, start, end, clipped: this.#skipped > 0 };
    this.#kept = Buffer.alloc(0);
    this.#skipped = 0;
    this.#at = end;
    return line;
  }
}
