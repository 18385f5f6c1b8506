import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { JournalEvent } from '../core/event.js';
import { lifeboat, type Millis, type TenantName } from '../core/names.js';
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

/** Once a day, on one node, drops what is older than it must be kept. Nothing without `keepDays`, but what a cluster's cleanup_files_interval says. Returns how to stop. */
export function startRetention(parts: RetentionParts): () => void {
  const { once, clock, keepDays, forgetRuns, log, live } = parts;
  const look = async (): Promise<void> => {
    const ownTime = (live.current.estate?.tenants ?? []).flatMap(({ name, system }) => (system?.cleanupFilesIntervalDays ? [{ name, days: system.cleanupFilesIntervalDays }] : []));
    if (keepDays === null && ownTime.length === 0) return;
    if (!(await once.first(`retention:${Math.floor(clock.now() / day)}`, day))) return;
    for (const { name, days } of ownTime) await tidy(parts, name, clock.now() - days * day);
    if (keepDays === null) return;
    const before = clock.now() - keepDays * day;
    await retain(parts, before);
    await forgetRuns(before);
  };
  return clock.every(lookEveryMs, () => look().catch((error: unknown) => log('what is older than it must be kept was not dropped; the next day does it', { cause: error instanceof Error ? error.message : String(error) })));
}

const everything = ['step.progress', 'approval.refused', 'command.refused', 'note', 'event.raised'];

/** `modify system cleanup_files_interval`: progress lines and refusals of one cluster's runs that are over, and notes. Safe to repeat. */
export const tidy = (parts: Pick<RetentionParts, 'pool' | 'live'>, tenant: TenantName, before: Millis): Promise<number> => dropPayloads(parts, before, everything.filter((type) => type !== 'event.raised'), tenant);

async function dropPayloads({ pool, live }: Pick<RetentionParts, 'pool' | 'live'>, before: Millis, types: readonly string[], tenant: TenantName | null): Promise<number> {
  let payloads = 0;
  for (let after = 0; ;) {
    const { rows } = await pool.query<{ seq: string; stream: string; type: string; at: string; report: string | null }>(
      `select seq, stream, type, at, case when type = 'event.raised' then payload end as report from lifeboat.journal
       where seq > $1 and at < $2 and payload is not null and type = any($4) and ($5::text is null or tenant = $5) order by seq limit $3`, [after, before, batch, types, tenant],
    );
    const seqs = rows.filter(({ report }) => report === null || (JSON.parse(report) as { incident: string | null }).incident === null)
      .map((row) => ({ ...row, seq: Number(row.seq), at: Number(row.at) })).filter((entry) => isDroppable(entry, live.current)).map(({ seq }) => seq);
    if (seqs.length > 0) {
      const record: JournalEvent = { type: 'journal.retained', before, dropped: ranges(seqs) };
      await pool.query('select lifeboat.retain($1, $2::jsonb)', [seqs, JSON.stringify({ id: randomUUID(), entries: [encodeEntry({ stream: 'journal', tenant: null, actor: lifeboat('schedule'), event: record })] })]);
      payloads += seqs.length;
    }
    if (rows.length < batch) return payloads;
    after = Number(rows.at(-1)!.seq);
  }
}

/** Drops payloads of entries from before `before`, keeping digests and chain, and messages that are neither edited nor waited for any more. Safe to repeat. */
export async function retain({ pool, live, log }: Pick<RetentionParts, 'pool' | 'live' | 'log'>, before: Millis): Promise<{ readonly payloads: number; readonly messages: number }> {
  const payloads = await dropPayloads({ pool, live }, before, everything, null);
  // A message that may still be edited keeps its row: without it the next change would post it anew.
  const sent = await pool.query("delete from lifeboat.outbox where not editable and status in ('sent', 'delivered', 'kept') and created_at < $1", [before]);
  const shown = await pool.query('delete from lifeboat.web_message m where changed_at < $1 and not exists (select 1 from lifeboat.outbox o where o.key = m.key)', [before]);
  const messages = (sent.rowCount ?? 0) + (shown.rowCount ?? 0);
  if (payloads + messages > 0) log('dropped what is older than it must be kept', { payloads, messages, before: new Date(before).toISOString() });
  return { payloads, messages };
}
