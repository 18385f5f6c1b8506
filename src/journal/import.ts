import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Head, StoredEntry } from '../core/chain.js';
import { runStream, type JournalEvent } from '../core/event.js';
import { lifeboat, type Actor, type RunId } from '../core/names.js';
import { isTerminal } from '../core/run-state.js';
import { emptyState, fold } from '../core/state.js';
import type { NewEntry } from '../ports/journal.js';
import { decodeRow, encodeEntry } from './entries.js';

/** The database holds a journal already. */
export class NotEmpty extends Error { override readonly name = 'NotEmpty'; }

const rowsPerInsert = 500;
/** Messages of what happened before were sent then (notify/delivery.ts reads the journal under this name). */
const messages = 'messages';

/**
 * Puts a verified journal into an empty database of our schema, exactly as it was: numbers, times, digests, chain. All or nothing. Behind it comes an entry that says so, and
 * every run that was not over is held: the world may have gone on after the export. @throws NotEmpty
 */
export async function importJournal(pool: pg.Pool, head: Head, entries: AsyncIterable<StoredEntry>): Promise<{ readonly entries: number; readonly held: readonly RunId[] }> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    const { rows: [before] } = await client.query<{ seq: string }>('select seq from lifeboat.head for update');
    if (before?.seq !== '0') throw new NotEmpty(`This database holds a journal of ${before?.seq ?? 'unknown'} entries already.`);
    const state = emptyState();
    let waiting: object[] = [];
    let at = 0;
    const insert = async (): Promise<void> => {
      await client.query(
        `insert into lifeboat.journal (seq, stream, stream_seq, tenant, actor, at, type, run, step, attempt, payload, digest, chain, request)
         select seq, stream, stream_seq, tenant, actor, at, type, run, step, attempt, payload, digest, chain, request
         from json_to_recordset($1) as e(seq bigint, stream text, stream_seq bigint, tenant text, actor text, at bigint, type text, run text, step text, attempt integer, payload text, digest text, chain text, request uuid)`, [JSON.stringify(waiting)],
      );
      waiting = [];
    };
    for await (const entry of entries) {
      const { event, actor } = decodeRow({ ...entry, seq: String(entry.seq), stream_seq: String(entry.streamSeq), at: String(entry.at), type: 'note' });
      fold(state, { ...entry, actor, event });
      at = entry.at;
      const { type, run, step, attempt, fence } = encodeEntry({ stream: entry.stream, tenant: entry.tenant, actor, event });
      if (fence !== null) await client.query('insert into lifeboat.run_fence (run, fence) values ($1, $2) on conflict (run) do update set fence = excluded.fence', [run, fence]);
      waiting.push({ ...entry, stream_seq: entry.streamSeq, type, run, step, attempt, request: randomUUID() });
      if (waiting.length >= rowsPerInsert) await insert();
    }
    if (waiting.length > 0) await insert();
    await client.query('update lifeboat.head set seq = $1, chain = $2, at = $3', [head.seq, head.chain, at]);
    await client.query('insert into lifeboat.consumer_cursor (consumer, seq) values ($1, $2)', [messages, head.seq]);
    const open = [...state.runs.values()].filter((run) => !isTerminal(run.status));
    const held = open.map((run) => run.plan.run);
    const by: Actor = lifeboat('start');
    const reason = `This Lifeboat was set up from an export that ends with entry ${head.seq}; the world may have gone on since. Run discovery, compare, then resume`;
    const added: NewEntry[] = [
      { stream: 'journal', tenant: null, actor: by, event: { type: 'journal.imported', seq: head.seq, chain: head.chain, held } },
      ...open.filter((run) => run.held === null).map(({ plan }) => ({ stream: runStream(plan.run), tenant: plan.tenant, actor: by, event: { type: 'run.held', run: plan.run, by, reason } satisfies JournalEvent })),
    ];
    const { rows } = await client.query<{ failure: string | null }>('select * from lifeboat.append($1::jsonb)', [JSON.stringify([{ id: randomUUID(), entries: added.map(encodeEntry) }])]);
    if (rows.some((row) => row.failure !== null)) throw new Error(`What follows the import could not be recorded (${rows.find((row) => row.failure !== null)?.failure}); nothing was imported.`);
    await client.query('commit');
    return { entries: head.seq, held };
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}
