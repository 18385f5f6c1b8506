import type pg from 'pg';
import type { Surface } from '../core/names.js';
import type { MessageRef, Target } from '../ports/channel.js';
import type { DeliveryStatus, Outbox, OutboxRow, Wanted } from '../ports/outbox.js';
import { createPostgresCopies, isAnother } from './outbox-copies.js';
import { newestOfEach } from './outbox-wants.js';
import { createPostgresReceipts } from './receipts-sql.js';

interface Row { key: string; surface: Surface; target: string; thread_key: string | null; view: string; subject_id: string; subject_seq: string; tenant: string | null; wanted: string; shown: string; editable: boolean; urgent: boolean; ref: string | null; thread_ref: string | null; status: DeliveryStatus; attempts: number; last_error: string | null; created_at: string; sent_at: string | null; provable: boolean; delivered_at: string | null; fell_over_to: string | null }

const listLimit = 200;

/** What a message is made of, as rows of a parameter. */
const wantsOf = (parameter: string): string => `json_to_recordset(${parameter}) as w(key text, surface text, target text, "threadKey" text, view text, "subjectId" text, "subjectSeq" bigint, tenant text, wanted bigint, editable boolean, urgent boolean, place integer)`;
const columns = '(key, surface, target, thread_key, view, subject_id, subject_seq, tenant, wanted, editable, urgent, created_at)';
const values = 'w.key, w.surface, w.target, w."threadKey", w.view, w."subjectId", w."subjectSeq", w.tenant, w.wanted, w.editable, coalesce(w.urgent, false), lifeboat.now_ms()';

/** One statement, so that a node frozen in the middle keeps the cursor from nobody. A consumer's first row starts at 0. Not waited for until it is on the disk: what a power cut takes back is planned again, and nothing is sent before it was claimed, which is. */
const want = `
with soon as materialized (select set_config('synchronous_commit', 'off', true)), moved as (
  insert into lifeboat.consumer_cursor as c (consumer, seq)
  select $1, $3 from soon where $2 = 0 or exists (select 1 from lifeboat.consumer_cursor where consumer = $1)
  on conflict (consumer) do update set seq = excluded.seq where c.seq = $2
  returning 1
), queued as (
  insert into lifeboat.outbox as o ${columns}
  select ${values} from moved, ${wantsOf('$4')}
  order by w.place
  on conflict (key) do update set
    wanted = excluded.wanted, subject_seq = excluded.subject_seq, urgent = excluded.urgent, status = 'queued',
    attempts = case when o.status = 'failed' then 0 else o.attempts end,
    next_try_at = case when o.status = 'failed' then 0 else o.next_try_at end
  where excluded.wanted > o.wanted and (o.editable or o.shown = 0)
)
select 1 from moved`;

const threadRef = '(select parent.ref from lifeboat.outbox parent where parent.key = o.thread_key) as thread_ref';

const settles = '(settle_at > 0 and settle_at <= lifeboat.now_ms())';

/** Named one by one: a column that another version adds must not spoil what is prepared. */
const shownColumns = ['key', 'surface', 'target', 'thread_key', 'view', 'subject_id', 'subject_seq', 'tenant', 'wanted', 'editable', 'urgent', 'shown', 'ref', 'status', 'attempts', 'last_error', 'created_at', 'sent_at', 'provable', 'delivered_at', 'fell_over_to'].map((name) => `o.${name}`).join(', ');

const claim = `
with due as (
  select key from lifeboat.outbox o
  where surface = $1 and status = 'queued' and (wanted > shown or ${settles}) and next_try_at <= lifeboat.now_ms() and lease_until <= lifeboat.now_ms()
    and (thread_key is null or exists (select 1 from lifeboat.outbox parent where parent.key = o.thread_key and (parent.ref is not null or parent.status = 'kept')))
    and not exists (select 1 from lifeboat.outbox earlier where earlier.thread_key = o.thread_key and earlier.holds_thread and earlier.status = 'queued' and earlier.ordinal < o.ordinal and greatest(earlier.next_try_at, earlier.lease_until) > lifeboat.now_ms())
    and not exists (select 1 from lifeboat.paused_conversation p where p.surface = o.surface and p.conversation = coalesce(o.target::json ->> 'channel', o.target::json ->> 'identity') and p.until > lifeboat.now_ms())
  order by urgent desc, ordinal limit $2 for update skip locked
)
update lifeboat.outbox o set lease_owner = $4, lease_until = lifeboat.now_ms() + $3, early_failure = null
from due where o.key = due.key returning ${shownColumns}, o.ordinal, ${threadRef}`;

/** A second message for a row that has one is a copy; the row's own, where it is edited at all, is shown anew, since nobody knows how old it is. */
const sent = `
with copy as (
  insert into lifeboat.message_copy (ref, key, surface) select ($3::text::jsonb)::text, key, surface from lifeboat.outbox where key = $1 and ${isAnother('ref', '$3')} on conflict do nothing
)
update lifeboat.outbox o set lease_until = 0, lease_owner = null, holds_thread = false, early_failure = null, provable = provable or $5, (shown, ref, attempts, last_error, next_try_at, sent_at, settle_at, status) = (
  select case when refused then 0 when not editable then wanted when other then 0 else greatest(shown, $2) end, case when refused then null when other then o.ref else $3::text end, case when other then attempts else 0 end, case when refused then early_failure when other then last_error end,
    case when other then 0 else lifeboat.now_ms() + $4 end, case when other and editable then sent_at else lifeboat.now_ms() end, settle, case when delivered_at is not null then 'delivered' when refused then 'failed' when editable and (other or wanted > $2 or settle > 0) then 'queued' else 'sent' end
  from (select coalesce(${isAnother('o.ref', '$3')}, false) as other, case when ${settles} then 0 else o.settle_at end as settle, o.early_failure is not null and o.delivered_at is null as refused) as found
) where key = $1`;

const fallOver = `
with fallen as (update lifeboat.outbox set fell_over = true, fell_over_to = $3 where key = $1 and not fell_over returning 1)
insert into lifeboat.outbox ${columns} select ${values} from fallen, ${wantsOf('$2')} on conflict do nothing`;

export function createPostgresOutbox(pool: pg.Pool): Outbox {
  return {
    async cursor(consumer) {
      const { rows } = await pool.query<{ seq: string }>('select seq from lifeboat.consumer_cursor where consumer = $1', [consumer]);
      return Number(rows[0]?.seq ?? 0);
    },
    async want(rows, { consumer, from, to }) {
      const { rowCount } = await pool.query({ name: 'outbox-want', text: want, values: [consumer, from, to, encode(newestOfEach(rows))] });
      return rowCount === 1;
    },
    async claim(surface, limit, leaseMs, owner) {
      const { rows } = await pool.query<Row & { ordinal: string }>({ name: 'outbox-claim', text: claim, values: [surface, limit, leaseMs, owner] });
      return rows.toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || Number(a.ordinal) - Number(b.ordinal)).map(decode);
    },
    async sent(key, version, ref, pauseMs = 0, provable = false) {
      await pool.query({ name: 'outbox-sent', text: sent, values: [key, version, JSON.stringify(ref), Math.round(pauseMs), provable] });
    },
    async failed(key, why, retryInMs, { forgetRef = false, settleInMs = 0, holdsThread = false } = {}) {
      await pool.query(
        `update lifeboat.outbox set status = case when $3::bigint is null then 'failed' else 'queued' end, attempts = attempts + 1, last_error = $2, lease_until = 0, lease_owner = null,
           next_try_at = lifeboat.now_ms() + coalesce($3::bigint, 0), ref = case when $4 then null else ref end, shown = case when $4 then 0 else shown end,
           settle_at = case when $4 then 0 when $5 > 0 then lifeboat.now_ms() + $5 else settle_at end, holds_thread = $6 where key = $1 and (wanted > shown or settle_at > 0)`,
        [key, why, retryInMs === null ? null : Math.round(retryInMs), forgetRef, settleInMs, holdsThread],
      );
    },
    async pause(surface, conversation, ms) {
      await pool.query(
        `insert into lifeboat.paused_conversation as p values ($1, $2, lifeboat.now_ms() + $3) on conflict (surface, conversation) do update set until = greatest(p.until, excluded.until)`,
        [surface, conversation, Math.round(ms)],
      );
    },
    async release(key) {
      await pool.query('update lifeboat.outbox set lease_until = 0, lease_owner = null where key = $1', [key]);
    },
    ...createPostgresCopies(pool),
    ...createPostgresReceipts(pool),
    async overdue(afterMs, limit, proofMs) {
      const { rows } = await pool.query<Row>(
        `select o.*, ${threadRef} from lifeboat.outbox o where not fell_over and target::json ->> 'kind' = 'person'
           and ((shown = 0 and (status = 'failed' or (status = 'queued' and created_at <= lifeboat.now_ms() - $1))) or (provable and delivered_at is null and status = 'sent' and sent_at <= lifeboat.now_ms() - $3::bigint)) order by ordinal limit $2`,
        [afterMs, limit, proofMs ?? null],
      );
      return rows.map(decode);
    },
    async fallOver(key, to) {
      await pool.query(fallOver, [key, encode(to === null ? [] : [to]), to?.key ?? null]);
    },
    async kept(key, version) {
      await pool.query(
        `update lifeboat.outbox set shown = case when editable then greatest(shown, $2) else wanted end, lease_until = 0, lease_owner = null,
           status = case when editable and wanted > $2 then 'queued' else 'kept' end where key = $1`,
        [key, version],
      );
    },
    async again(key) {
      const { rowCount } = await pool.query("update lifeboat.outbox set status = 'queued', attempts = 0, next_try_at = 0, lease_until = 0, lease_owner = null, fell_over = false, fell_over_to = null where key = $1 and status = 'failed'", [key]);
      return rowCount === 1;
    },
    async list({ surface, status, limit, unprovenMs, fellOver: fell, about, receiptsWithinMs }) {
      const { rows } = await pool.query<Row>(
        `select o.*, ${threadRef} from lifeboat.outbox o where ($1::text is null or surface = $1) and ($2::text is null or status = $2)
           and ($4::bigint is null or (provable and delivered_at is null and status = 'sent' and sent_at <= lifeboat.now_ms() - $4)) and (not $5 or fell_over_to is not null)
           and ($6::text is null or (view = $6 and subject_id = $7)) and ($8::bigint is null or (provable and greatest(sent_at, delivered_at) > lifeboat.now_ms() - $8)) order by ordinal desc limit $3`,
        [surface ?? null, status ?? null, limit ?? listLimit, unprovenMs ?? null, fell ?? false, about?.view ?? null, about?.id ?? null, receiptsWithinMs ?? null],
      );
      return rows.map(decode);
    },
  };
}

const encode = (wants: readonly Wanted[]): string => JSON.stringify(wants.map(({ subject, target, ...row }, place) => ({ ...row, place, target: JSON.stringify(target), view: subject.view, subjectId: subject.id, subjectSeq: subject.seq })));

function decode(row: Row): OutboxRow {
  return {
    key: row.key, surface: row.surface, target: JSON.parse(row.target) as Target, threadKey: row.thread_key, subject: { view: row.view, id: row.subject_id, seq: Number(row.subject_seq) }, tenant: row.tenant,
    wanted: Number(row.wanted), shown: Number(row.shown), editable: row.editable, urgent: row.urgent || undefined, ref: decodeRef(row.ref), threadRef: decodeRef(row.thread_ref), status: row.status, attempts: row.attempts,
    lastError: row.last_error, createdAt: Number(row.created_at), sentAt: row.sent_at === null ? null : Number(row.sent_at), provable: row.provable, deliveredAt: row.delivered_at === null ? null : Number(row.delivered_at), fellOverTo: row.fell_over_to,
  };
}

const decodeRef = (text: string | null): MessageRef | null => (text === null ? null : (JSON.parse(text) as MessageRef));
