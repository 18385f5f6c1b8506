import type pg from 'pg';
import type { MessageRef } from '../ports/channel.js';
import type { Outbox } from '../ports/outbox.js';

/** Two addresses of different messages. The platform's id of the message alone decides: what a driver calls the conversation may differ from one way of hearing of it to another, and the only copy must never go. */
export const isAnother = (known: string, heard: string): string => `(${known}::jsonb ->> 'message') not in ('', ${heard}::text::jsonb ->> 'message')`;

/** A message that nobody answered for is the row's own; one beside the row's own is a copy. */
const seen = `
with own as (
  update lifeboat.outbox set ref = $2::text where key = $1 and ref is null returning key
), cleared as (
  delete from lifeboat.message_copy where ref = ($2::text::jsonb)::text and exists (select 1 from own)
)
insert into lifeboat.message_copy (ref, key, surface)
select ($2::text::jsonb)::text, key, surface from lifeboat.outbox where key = $1 and ${isAnother('ref', '$2')} and not exists (select 1 from own) on conflict do nothing`;

const claim = `
with due as (
  select c.ref, coalesce(o.target::json ->> 'channel', o.target::json ->> 'identity') as conversation from lifeboat.message_copy c join lifeboat.outbox o on o.key = c.key
  where c.surface = $1 and c.next_try_at <= lifeboat.now_ms()
    and not exists (select 1 from lifeboat.paused_conversation p where p.surface = o.surface and p.conversation = coalesce(o.target::json ->> 'channel', o.target::json ->> 'identity') and p.until > lifeboat.now_ms())
  limit $2 for update of c skip locked
)
update lifeboat.message_copy c set next_try_at = lifeboat.now_ms() + $3 from due where c.ref = due.ref returning c.ref, c.key, due.conversation, c.attempts`;

/** Second messages under a key, which follow a lost answer: how they are found, and what becomes of them. */
export const createPostgresCopies = (pool: pg.Pool): Pick<Outbox, 'seen' | 'copies' | 'copyDone'> => ({
  async seen(key, ref) {
    await pool.query(seen, [key, JSON.stringify(ref)]);
  },
  async copies(surface, limit, leaseMs) {
    const { rows } = await pool.query<{ ref: string; key: string; conversation: string; attempts: number }>(claim, [surface, limit, leaseMs]);
    return rows.map(({ ref, ...row }) => ({ ...row, ref: JSON.parse(ref) as MessageRef }));
  },
  async copyDone(ref, retryInMs) {
    if (retryInMs === undefined) await pool.query('delete from lifeboat.message_copy where ref = ($1::text::jsonb)::text', [JSON.stringify(ref)]);
    else await pool.query('update lifeboat.message_copy set attempts = attempts + 1, next_try_at = lifeboat.now_ms() + $2 where ref = ($1::text::jsonb)::text', [JSON.stringify(ref), Math.round(retryInMs)]);
  },
});
