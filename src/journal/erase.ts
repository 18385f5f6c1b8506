import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { eraseText, eraseWords } from '../core/erase.js';
import { runOfEvent, type JournalEvent } from '../core/event.js';
import { sha256 } from '../core/plan.js';
import { stateNames } from '../core/state-names.js';
import type { Clock } from '../ports/clock.js';
import type { EraseFromJournal } from '../ports/erase.js';
import { JournalError } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import type { WebConversationStore } from '../ports/web-conversation.js';
import { encodeEntry } from './entries.js';
import { eraseFromMessages } from './erase-messages.js';

const stream = 'journal';
const rowsPerRead = 2000;

export interface EraseParts { readonly pool: pg.Pool; readonly live: LiveState; readonly conversations: Pick<WebConversationStore, 'changedAfter' | 'update'>; readonly clock: Pick<Clock, 'now'> }

/** Erases from one entry of the journal, keeping its digest and the chain, and from the console's messages. */
export function createErase({ pool, live, conversations, clock }: EraseParts): EraseFromJournal {
  return async ({ seq, text, reason, by }) => {
    const { rows } = await pool.query<{ payload: string | null; tenant: string | null }>('select payload, tenant from lifeboat.journal where seq = $1', [seq]);
    const [row] = rows;
    if (!row) return { ok: false, code: 'no-such-entry', what: `The journal has no entry ${seq}; it ends at ${live.current.seq}.` };
    if (row.payload === null) return { ok: false, code: 'not-erasable', what: 'The payload of this entry is gone already: it was older than it must be kept.' };
    if (text !== null && reason.includes(text)) return { ok: false, code: 'not-erasable', what: 'The reason itself holds the text that is to go.' };
    const event = JSON.parse(row.payload) as JournalEvent;
    const erasure = text === null ? eraseWords(event) : eraseText(event, text, stateNames(live.current));
    if (!erasure.ok) return { ok: false, code: 'not-erasable', what: erasure.why };
    const remains = JSON.stringify(erasure.event);
    const of = { run: runOfEvent(event), incident: incidentOf(event) };
    // The first three fields in this order: the database looks for them (erase-sql.ts).
    const record: JournalEvent = { type: 'journal.erased', seq, remains: sha256(remains), places: erasure.places, whole: text === null, reason, of };
    const request = { id: randomUUID(), entries: [encodeEntry({ stream, tenant: row.tenant, actor: by, event: record })] };
    const written = await pool.query<{ seq: string }>('select lifeboat.erase($1, $2, $3, $4::jsonb) as seq', [seq, sha256(row.payload), remains, JSON.stringify(request)]).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === 'LB001') throw new JournalError('conflict', 'Somebody else erased from this entry meanwhile; nothing was erased now. Look at it and erase what is left.', { cause: error });
      throw error;
    });
    await live.reach(Number(written.rows[0]!.seq));
    const messages = await eraseFromMessages(conversations, erasure.texts, clock.now());
    return { ok: true, record: Number(written.rows[0]!.seq), places: erasure.places, messages, others: text === null ? [] : await holding(pool, text), sent: await sentOf(pool, seq, of) };
  };
}

/** Entries with the text in them. It is looked for here: as a parameter it could stand in the database's own log. */
async function holding(pool: pg.Pool, text: string): Promise<number[]> {
  const asStored = JSON.stringify(text).slice(1, -1);
  const found: number[] = [];
  for (let after = 0; ;) {
    const { rows } = await pool.query<{ seq: string; payload: string | null }>('select seq, payload from lifeboat.journal where seq > $1 order by seq limit $2', [after, rowsPerRead]);
    found.push(...rows.filter(({ payload }) => payload?.includes(asStored)).map(({ seq }) => Number(seq)));
    if (rows.length < rowsPerRead) return found;
    after = Number(rows.at(-1)!.seq);
  }
}

function incidentOf(event: JournalEvent): string | null {
  if (event.type === 'incident.opened') return event.incident.id;
  return 'incident' in event && typeof event.incident === 'string' ? event.incident : null;
}

/** Messages outside Lifeboat that may show it. Those that can be edited are edited by the delivery; the others are for people to delete. */
async function sentOf(pool: pg.Pool, seq: number, { run, incident }: { readonly run: string | null; readonly incident: string | null }): Promise<string[]> {
  const { rows } = await pool.query<{ place: string }>(
    `select distinct surface || ' ' || (target::jsonb ->> case when target::jsonb ->> 'kind' = 'channel' then 'channel' else 'identity' end) as place from lifeboat.outbox
     where not editable and surface <> 'web' and status = 'sent' and (subject_seq = $1 or split_part(subject_id, '.', 1) in ($2, $3)) order by 1`, [seq, run, incident],
  );
  return rows.map(({ place }) => place);
}
