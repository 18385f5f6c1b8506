import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { JournalEvent } from '../core/event.js';
import { lifeboat, type Millis } from '../core/names.js';
import { isDroppable, ranges } from '../core/retention.js';
import type { Clock } from '../ports/clock.js';
import type { OnceStore } from '../ports/once.js';
import type { LiveState } from '../ports/state.js';
import { encodeEntry } from './entries.js';

const day: Millis = 86_400_000;
const lookEveryMs: Millis = 3_600_000;
/** So many payloads go in one transaction: the journal is locked meanwhile. */
const batch = 1000;

export interface RetentionParts { readonly pool: pg.Pool; readonly live: LiveState; readonly once: Pick<OnceStore, 'first'>; readonly clock: Clock; readonly keepDays: number | null; /** Deletes what else is kept of runs that ended before. */ readonly forgetRuns: (endedBefore: Millis) => Promise<number>; readonly log: (message: string, detail: object) => void }

/** Once a day, on one node, drops what is older than it must be kept. Nothing without `keepDays`. Returns how to stop. */
export function startRetention(parts: RetentionParts): () => void {
  const { once, clock, keepDays, forgetRuns, log } = parts;
  if (keepDays === null) return () => undefined;
  const look = async (): Promise<void> => {
    if (!(await once.first(`retention:${Math.floor(clock.now() / day)}`, day))) return;
    const before = clock.now() - keepDays * day;
    await retain(parts, before);
    await forgetRuns(before);
  };
  return clock.every(lookEveryMs, () => look().catch((error: unknown) => log('what is older than it must be kept was not dropped; the next day does it', { cause: error instanceof Error ? error.message : String(error) })));
}

/** Drops payloads of entries from before `before`, keeping digests and chain, and messages that are neither edited nor waited for any more. Safe to repeat. */
export async function retain({ pool, live, log }: Pick<RetentionParts, 'pool' | 'live' | 'log'>, before: Millis): Promise<{ readonly payloads: number; readonly messages: number }> {
  let payloads = 0;
  for (let after = 0; ;) {
    const { rows } = await pool.query<{ seq: string; stream: string; type: string; at: string; report: string | null }>(
      `select seq, stream, type, at, case when type = 'event.raised' then payload end as report from lifeboat.journal
       where seq > $1 and at < $2 and payload is not null and type in ('step.progress', 'approval.refused', 'command.refused', 'note', 'event.raised') order by seq limit $3`, [after, before, batch],
    );
    const seqs = rows.filter(({ report }) => report === null || (JSON.parse(report) as { incident: string | null }).incident === null)
      .map((row) => ({ ...row, seq: Number(row.seq), at: Number(row.at) })).filter((entry) => isDroppable(entry, live.current)).map(({ seq }) => seq);
    if (seqs.length > 0) {
      const record: JournalEvent = { type: 'journal.retained', before, dropped: ranges(seqs) };
      await pool.query('select lifeboat.retain($1, $2::jsonb)', [seqs, JSON.stringify({ id: randomUUID(), entries: [encodeEntry({ stream: 'journal', tenant: null, actor: lifeboat('schedule'), event: record })] })]);
      payloads += seqs.length;
    }
    if (rows.length < batch) break;
    after = Number(rows.at(-1)!.seq);
  }
  // A message that may still be edited keeps its row: without it the next change would post it anew.
  const sent = await pool.query("delete from lifeboat.outbox where not editable and status in ('sent', 'kept') and created_at < $1", [before]);
  const shown = await pool.query('delete from lifeboat.web_message m where changed_at < $1 and not exists (select 1 from lifeboat.outbox o where o.key = m.key)', [before]);
  const messages = (sent.rowCount ?? 0) + (shown.rowCount ?? 0);
  if (payloads + messages > 0) log('dropped what is older than it must be kept', { payloads, messages, before: new Date(before).toISOString() });
  return { payloads, messages };
}
