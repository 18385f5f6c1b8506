import type pg from 'pg';
import { ChainCheck, type Head } from '../core/chain.js';
import type { JournalEntry } from '../core/event.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import { decodeRow, type JournalRow } from './entries.js';
import { JournalListener } from './listener.js';
import { Subscription } from './subscription.js';
import { JournalWriter } from './writer.js';

const rowsPerBatch = 2000;
const columns = 'seq, stream, stream_seq, tenant, actor, at, type, payload, digest, chain';

export interface PostgresJournal extends Journal {
  /** Ends what listens to the database; the pool stays the caller's. */
  close(): Promise<void>;
}

/** The journal on PostgreSQL. Call `migrate` first. */
export function createPostgresJournal(pool: pg.Pool, { log }: { readonly log: Log }): PostgresJournal {
  const subscriptions = new Set<Subscription>();
  const wakeAll = (seq?: number): void => { for (const subscription of subscriptions) subscription.wake(seq); };
  const offerAll = (entries: readonly JournalEntry[]): void => { for (const subscription of subscriptions) subscription.offer(entries); };
  let heardTo = 0;
  // What we write ourselves is told before our append is answered: it comes with the answer, and need not be read.
  const listener = new JournalListener(pool, log, (seq) => { if (seq !== undefined && writer.isWriting) heardTo = Math.max(heardTo, seq); else wakeAll(seq); });
  const writer: JournalWriter = new JournalWriter(pool, log, offerAll, () => {
    const to = heardTo;
    heardTo = 0;
    if (to > 0) wakeAll(to);
  });

  const read: Journal['read'] = async ({ afterSeq = 0, stream, limit }) => {
    const { rows } = await pool.query<JournalRow>(
      `select ${columns} from lifeboat.journal where seq > $1 and ($2::text is null or stream = $2) order by seq limit $3`,
      [afterSeq, stream ?? null, limit ?? null],
    );
    return rows.map(decodeRow);
  };

  return {
    append: (request) => writer.append(request),
    read,
    subscribe(afterSeq, onEntries) {
      const subscription = new Subscription(afterSeq, (after) => read({ afterSeq: after, limit: rowsPerBatch }), onEntries, log);
      subscriptions.add(subscription);
      listener.start();
      subscription.wake();
      return { stop: async () => { subscriptions.delete(subscription); await subscription.stop(); } };
    },
    verify: (noted) => verify(pool, noted),
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      subscriptions.clear();
      await listener.stop();
    },
  };
}

/** One snapshot, so that entries written meanwhile do not look like a broken end. */
async function verify(pool: pg.Pool, noted?: Head): ReturnType<Journal['verify']> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    const { rows: heads } = await client.query<{ seq: string; chain: string }>('select seq, chain from lifeboat.head');
    const check = new ChainCheck(noted);
    let after = 0;
    for (;;) {
      const { rows } = await client.query<JournalRow>(`select ${columns} from lifeboat.journal where seq > $1 order by seq limit $2`, [after, rowsPerBatch]);
      const sound = rows.every((row) => check.take({ ...row, seq: Number(row.seq), streamSeq: Number(row.stream_seq), at: Number(row.at) }));
      if (!sound || rows.length < rowsPerBatch) break;
      after = Number(rows.at(-1)!.seq);
    }
    await client.query('commit');
    return check.verdict({ seq: Number(heads[0]!.seq), chain: heads[0]!.chain });
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}
