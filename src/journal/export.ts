import type pg from 'pg';
import type { StoredEntry } from '../core/chain.js';

const rowsPerBatch = 2000;

/**
 * The journal as newline-delimited JSON: first the head that it ends with, then every entry exactly as it was hashed. Entries written meanwhile
 * are left out. @throws when something was erased under way: what was left of it would stand in the file without the entry that says so
 */
export async function* exportJournal(pool: pg.Pool): AsyncGenerator<string> {
  const { rows: heads } = await pool.query<{ seq: string; chain: string }>('select seq, chain from lifeboat.head');
  const head = { seq: Number(heads[0]!.seq), chain: heads[0]!.chain };
  yield `${JSON.stringify({ lifeboatJournal: 1, head })}\n`;
  for (let after = 0; after < head.seq;) {
    const { rows } = await pool.query<Omit<StoredEntry, 'seq' | 'streamSeq' | 'at'> & { seq: string; stream_seq: string; at: string }>(
      'select seq, stream, stream_seq, tenant, actor, at, payload, digest, chain from lifeboat.journal where seq > $1 and seq <= $2 order by seq limit $3', [after, head.seq, rowsPerBatch],
    );
    // A hole at the end: the file then ends before its head, and verification says so.
    if (rows.length === 0) return;
    yield rows.map(({ seq, stream, stream_seq: streamSeq, tenant, actor, at, payload, digest, chain }) => {
      const entry: StoredEntry = { seq: Number(seq), stream, streamSeq: Number(streamSeq), tenant, actor, at: Number(at), payload, digest, chain };
      return `${JSON.stringify(entry)}\n`;
    }).join('');
    after = Number(rows.at(-1)!.seq);
  }
  const { rowCount } = await pool.query("select 1 from lifeboat.journal where type in ('journal.erased', 'journal.retained') and seq > $1 limit 1", [head.seq]);
  if (rowCount !== 0) throw new Error('Something was erased or dropped from the journal during the export. Export it again.');
}
