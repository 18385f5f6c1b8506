import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { JournalEntry } from '../core/event.js';
import { JournalError, type AppendRequest } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import { adviceOn, fateOf } from './database-failure.js';
import { checkRequest, decodeRow, encodeEntry, refusalOf, type EncodedEntry } from './entries.js';
import { settle, type AppendedRow } from './settle.js';

interface Waiting { readonly id: string; readonly request: AppendRequest; readonly entries: readonly EncodedEntry[]; resolve(entries: JournalEntry[]): void; reject(error: Error): void }
interface Verdict { readonly request: number; readonly failure: 'conflict' | 'fence-lost' | 'duplicate' | null; readonly detail: string | null; readonly seq: string; readonly at: string; readonly stream_seqs: string; readonly digests: string; readonly chains: string }

const requestsPerBatchMax = 500;

/** Group commit: what is asked while one round trip is under way goes together in the next, each request on its own. */
export class JournalWriter {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #onCommit: (entries: readonly JournalEntry[]) => void;
  readonly #onWritten: () => void;
  #queue: Waiting[] = [];
  #busy = false;
  /** Everything we wrote so far is at or below it: where to start looking for a lost answer. */
  #seqSeen = 0;

  /** `onWritten`: a round trip is over, whatever came of it. */
  constructor(pool: pg.Pool, log: Log, onCommit: (entries: readonly JournalEntry[]) => void, onWritten: () => void) {
    this.#pool = pool;
    this.#log = log;
    this.#onCommit = onCommit;
    this.#onWritten = onWritten;
  }

  /** An append is on its way, whose entries come by `onCommit`. */
  get isWriting(): boolean { return this.#busy; }

  append(request: AppendRequest): Promise<JournalEntry[]> {
    return new Promise((resolve, reject) => {
      const entries = request.entries.map(encodeEntry);
      checkRequest(request, entries);
      this.#queue.push({ id: randomUUID(), request, entries, resolve, reject });
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#queue.length > 0) {
      await this.#write(this.#queue.splice(0, requestsPerBatchMax));
      this.#onWritten();
    }
    this.#busy = false;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      for (const each of batch) each.reject(new JournalError('unavailable', `Nothing was written. ${adviceOn(error)}`, { cause: error }));
      return;
    }
    const requests = batch.map(({ id, request, entries }) => ({ id, expect: request.expect, fence: request.fence, entries }));
    try {
      const { rows } = await client.query<Verdict>({ name: 'append', text: 'select request, failure, detail, seq, at, stream_seqs, digests, chains from lifeboat.append($1::jsonb)', values: [JSON.stringify(requests)] });
      client.release();
      this.#answer(batch, rows);
    } catch (error) {
      client.release(true);
      await this.#explain(batch, error);
    }
  }

  #answer(batch: readonly Waiting[], rows: readonly Verdict[]): void {
    const committed: JournalEntry[] = [];
    for (const verdict of rows) {
      const each = batch[verdict.request]!;
      if (verdict.failure === null) committed.push(...this.#resolve(each, rowsOf(verdict)));
      else each.reject(refusalOf(verdict.failure, verdict.detail ?? ''));
    }
    this.#onCommit(committed);
  }

  async #explain(batch: readonly Waiting[], error: unknown): Promise<void> {
    const fate = fateOf(error);
    if (fate === 'not-now') {
      for (const each of batch) each.reject(new JournalError('unavailable', `Nothing was written. ${adviceOn(error)}`, { cause: error }));
    } else if (fate === 'refused') {
      // One request that the server can't take must not fail its neighbours.
      if (batch.length === 1) batch[0]!.reject(error as Error);
      else for (const each of batch) await this.#write([each]);
    } else {
      await this.#settle(batch, error);
    }
  }

  async #settle(batch: readonly Waiting[], cause: unknown): Promise<void> {
    this.#log.warn({ requests: batch.length }, 'The database went away while the journal was being written; finding out whether it was.');
    const found = await settle(this.#pool, batch.map(({ id }) => id), this.#seqSeen, this.#log);
    const committed: JournalEntry[] = [];
    for (const each of batch) {
      const rows = found?.get(each.id);
      if (rows) committed.push(...this.#resolve(each, rows));
      else if (found) each.reject(new JournalError('unavailable', `Nothing was written. ${adviceOn(cause)}`, { cause }));
      else each.reject(new JournalError('outcome-unknown', 'The database went away while writing and has not come back, so nobody knows whether this was recorded. Read the state again before repeating it.', { cause }));
    }
    if (found) this.#onCommit(committed.toSorted((a, b) => a.seq - b.seq));
  }

  /** Answers with the entries as they would be read: nobody changes the journal through an object that he handed in or got. */
  #resolve({ request, entries: encoded, resolve }: Waiting, rows: readonly AppendedRow[]): JournalEntry[] {
    const entries = request.entries.map((entry, index): JournalEntry => {
      const row = rows[index]!;
      return { stream: entry.stream, tenant: entry.tenant, actor: entry.actor, event: entry.event, seq: Number(row.seq), streamSeq: Number(row.stream_seq), at: Number(row.at), digest: row.digest, chain: row.chain };
    });
    this.#seqSeen = Math.max(this.#seqSeen, entries.at(-1)!.seq);
    resolve(entries);
    return encoded.map((entry, index) => decodeRow({ ...rows[index]!, stream: entry.stream, tenant: entry.tenant, actor: entry.actor, type: entry.type, payload: entry.payload }));
  }
}

/** One for each entry of the request, in its order. */
function rowsOf({ seq, at, stream_seqs, digests, chains }: Verdict): AppendedRow[] {
  const [streamSeqs, links] = [stream_seqs.split(','), chains.split(',')];
  return digests.split(',').map((digest, place) => ({ seq: String(Number(seq) + place), stream_seq: streamSeqs[place]!, at, digest, chain: links[place]! }));
}
