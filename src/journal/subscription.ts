import { setTimeout as pause } from 'node:timers/promises';
import type { JournalEntry } from '../core/event.js';
import type { Millis } from '../core/names.js';
import type { Log } from '../ports/log.js';

type Handler = (entries: readonly JournalEntry[]) => void | Promise<void>;

const retryAfterMs: Millis = 500;

/** A cursor over the journal with one handler. It advances only past what the handler took. */
export class Subscription {
  #cursor: number;
  #dirty = true;
  #stopped = false;
  #working: Promise<void> | null = null;
  readonly #read: (afterSeq: number) => Promise<JournalEntry[]>;
  readonly #handler: Handler;
  readonly #log: Log;

  constructor(afterSeq: number, read: (afterSeq: number) => Promise<JournalEntry[]>, handler: Handler, log: Log) {
    this.#cursor = afterSeq;
    this.#read = read;
    this.#handler = handler;
    this.#log = log;
  }

  /** The journal may have grown. */
  wake(): void {
    this.#dirty = true;
    if (this.#working || this.#stopped) return;
    this.#working = this.#work().finally(() => {
      this.#working = null;
      if (this.#dirty) this.wake();
    });
  }

  /** Resolves when the handler no longer runs. Must not be awaited inside the handler. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false;
      const entries = await this.#read(this.#cursor).catch((error: Error) => {
        // The next poll tries again; the database's absence is told elsewhere.
        this.#log.debug({ cause: error.message }, 'Could not read the journal now.');
        return [];
      });
      if (entries.length > 0) await this.#deliver(entries);
    }
  }

  async #deliver(entries: readonly JournalEntry[]): Promise<void> {
    this.#dirty = true;
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
