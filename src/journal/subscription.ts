import { setTimeout as pause } from 'node:timers/promises';
import type { JournalEntry } from '../core/event.js';
import type { Millis } from '../core/names.js';
import type { Log } from '../ports/log.js';

type Handler = (entries: readonly JournalEntry[]) => void | Promise<void>;

const retryAfterMs: Millis = 500;

/** A cursor over the journal with one handler. It advances only past what the handler took. */
export class Subscription {
  #cursor: number;
  /** As far as the handler has been given it, whether it has taken it already or not. */
  #delivering: number;
  /** Committed by this process and not yet handed over, in order: need not be read. */
  #offered: JournalEntry[] = [];
  #dirty = true;
  #stopped = false;
  #working: Promise<void> | null = null;
  readonly #read: (afterSeq: number) => Promise<JournalEntry[]>;
  readonly #handler: Handler;
  readonly #log: Log;

  constructor(afterSeq: number, read: (afterSeq: number) => Promise<JournalEntry[]>, handler: Handler, log: Log) {
    this.#cursor = afterSeq;
    this.#delivering = afterSeq;
    this.#read = read;
    this.#handler = handler;
    this.#log = log;
  }

  /** Just committed by this process, in order. What others committed in between is read. */
  offer(entries: readonly JournalEntry[]): void {
    if (this.#stopped) return;
    this.#offered.push(...entries);
    this.#work();
  }

  /** The journal may have grown, to `seq` where that is known. */
  wake(seq = Infinity): void {
    if (seq <= Math.max(this.#delivering, this.#offered.at(-1)?.seq ?? 0)) return;
    this.#work();
  }

  #work(): void {
    this.#dirty = true;
    if (this.#working || this.#stopped) return;
    this.#working = this.#handOver().finally(() => {
      this.#working = null;
      if (this.#dirty) this.#work();
    });
  }

  /** Resolves when the handler no longer runs. Must not be awaited inside the handler. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #handOver(): Promise<void> {
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false;
      const offered = this.#next();
      const entries = offered ?? await this.#read(this.#cursor).catch((error: Error) => {
        // The next poll tries again; the database's absence is told elsewhere.
        this.#log.debug({ cause: error.message }, 'Could not read the journal now.');
        return [];
      });
      // One read may not have been all of it.
      this.#dirty ||= offered === null ? entries.length > 0 : this.#offered.length > 0;
      if (entries.length > 0) await this.#deliver(entries);
    }
  }

  /** What was offered and follows the cursor without a gap; null: it must be read. */
  #next(): JournalEntry[] | null {
    const from = this.#offered.findIndex(({ seq }) => seq > this.#cursor);
    this.#offered = from < 0 ? [] : this.#offered.slice(from);
    const gap = this.#offered.findIndex(({ seq }, at) => seq !== this.#cursor + 1 + at);
    const entries = this.#offered.splice(0, gap < 0 ? this.#offered.length : gap);
    return entries.length > 0 ? entries : null;
  }

  async #deliver(entries: readonly JournalEntry[]): Promise<void> {
    this.#delivering = entries.at(-1)!.seq;
    while (!this.#stopped) {
      try {
        await this.#handler(entries);
        this.#cursor = entries.at(-1)!.seq;
        return;
      } catch (error) {
        this.#log.error({ err: error, seq: entries[0]!.seq }, 'A reader of the journal failed and gets the same entries again.');
        await pause(retryAfterMs, undefined, { ref: false });
      }
    }
  }
}
