import type pg from 'pg';
import type { Outbox } from '../ports/outbox.js';

/** What the outbox has to know about proof: whether a sent message can be proven at all, when it was, where its person was tried besides, and a failure that was told before the answer to the post was written down. */
export const proving = `
alter table lifeboat.outbox add column provable boolean not null default false, add column delivered_at bigint, add column fell_over_to text, add column early_failure text;
create index outbox_unproven on lifeboat.outbox (sent_at) where provable and delivered_at is null and status = 'sent';
create index outbox_message on lifeboat.outbox (surface, (ref::jsonb ->> 'message')) where ref is not null and not editable;
`;

/** A proof stands for good, whatever comes after it; it also ends the tries of a message whose post was never answered. */
const delivered = `
update lifeboat.outbox set status = 'delivered', delivered_at = lifeboat.now_ms(), sent_at = coalesce(sent_at, lifeboat.now_ms()), shown = wanted, attempts = 0, last_error = null, early_failure = null, settle_at = 0, lease_until = 0, lease_owner = null, holds_thread = false
where key = $1 and not editable and delivered_at is null`;

/** Only of what was handed over; told while the answer to the post is still on its way, it waits for that. */
const failed = `
update lifeboat.outbox set
  status = case when status = 'sent' then 'failed' else status end, shown = case when status = 'sent' then 0 else shown end, ref = case when status = 'sent' then null else ref end,
  last_error = case when status = 'sent' then $2 else last_error end, early_failure = case when status = 'sent' then null else $2 end
where key = $1 and not editable and delivered_at is null and (status = 'sent' or (status = 'queued' and lease_until > lifeboat.now_ms() and early_failure is null))`;

/** What became of messages after they were handed over. */
export const createPostgresReceipts = (pool: pg.Pool): Pick<Outbox, 'receipt'> => ({
  async receipt({ surface, of, became, why }) {
    const { rows } = 'key' in of
      ? await pool.query<{ key: string }>('select key from lifeboat.outbox where key = $1 and surface = $2', [of.key, surface])
      : await pool.query<{ key: string }>("select key from lifeboat.outbox where surface = $2 and ref is not null and not editable and ref::jsonb ->> 'message' = $1", [of.message, surface]);
    if (rows[0] === undefined) return false;
    const { rowCount } = became === 'delivered' ? await pool.query(delivered, [rows[0].key]) : await pool.query(failed, [rows[0].key, why]);
    return rowCount === 1;
  },
});
