import type { Pool } from 'pg';
import type { Card } from '../../../ports/channel.js';
import type { WebConversationStore, WebMessage } from '../../../ports/web-conversation.js';

interface Row { key: string; conversation: string; thread: string | null; card: Card; version: number; change: string; posted_at: string; changed_at: string }

const tables = `
  create schema if not exists lifeboat;
  create table if not exists lifeboat.web_message_head (only_one boolean primary key default true check (only_one), change bigint not null);
  insert into lifeboat.web_message_head (change) values (0) on conflict do nothing;
  create table if not exists lifeboat.web_message (
    key text primary key, conversation text not null, thread text, card jsonb not null, version integer not null,
    change bigint not null unique, posted_at bigint not null, changed_at bigint not null);
  create index if not exists web_message_conversation on lifeboat.web_message (conversation, thread, posted_at desc);`;

/** "create if not exists" is not safe between two nodes that start at once; this key lets one pass at a time. */
const migrationLock = 704_260_231;

/** Conversations in table `lifeboat.web_message`, which it makes where it is missing. @throws the database's errors */
export async function createPgConversations(pool: Pool): Promise<WebConversationStore> {
  // Several statements in one simple query are one transaction.
  await pool.query(`select pg_advisory_xact_lock(${migrationLock}); ${tables}`);

  // The head's row lock is held until the write commits: changes become visible in their order, and nobody reads past one that is still on its way.
  // It is not held while the disk writes: a message is a view, and the receipt that follows it in the outbox makes both durable, since the log is written in order.
  const nextChange = "with soon as materialized (select set_config('synchronous_commit', 'off', true)), head as (update lifeboat.web_message_head set change = change + 1 from soon returning change)";
  const query = async (text: string, values: unknown[]): Promise<WebMessage[]> => (await pool.query<Row>(text, values)).rows.map(toMessage);

  return {
    async put({ key, conversation, thread, card }, at) {
      const [stored] = await query(
        `${nextChange} insert into lifeboat.web_message as old (key, conversation, thread, card, version, change, posted_at, changed_at)
           select $1, $2, $3, $4::jsonb, 1, head.change, $5, $5 from head
           on conflict (key) do update set card = excluded.card, version = old.version + 1, change = excluded.change, changed_at = excluded.changed_at
           returning *`,
        [key, conversation, thread, JSON.stringify(card), at],
      );
      return stored!;
    },
    async update(key, card, at) {
      const [stored] = await query(
        `${nextChange} update lifeboat.web_message as old set card = $2::jsonb, version = old.version + 1, change = head.change, changed_at = $3 from head where old.key = $1 returning old.*`,
        [key, JSON.stringify(card), at],
      );
      return stored ?? null;
    },
    async get(key) { return (await query('select * from lifeboat.web_message where key = $1', [key]))[0] ?? null; },
    async list({ conversation, thread, limit }) {
      const newest = await query(
        'select * from lifeboat.web_message where conversation = $1 and thread is not distinct from $2 order by posted_at desc, key collate "C" desc limit $3',
        [conversation, thread ?? null, limit],
      );
      return newest.toReversed();
    },
    async replies(conversation) {
      const { rows } = await pool.query<{ thread: string; count: number }>(
        'select thread, count(*)::int as count from lifeboat.web_message where conversation = $1 and thread is not null group by thread', [conversation],
      );
      return new Map(rows.map((row) => [row.thread, row.count]));
    },
    changedAfter: (change, limit) => query('select * from lifeboat.web_message where change > $1 order by change limit $2', [change, limit]),
    async head() { return Number((await pool.query<{ change: string }>('select change from lifeboat.web_message_head')).rows[0]?.change ?? 0); },
  };
}

const toMessage = (row: Row): WebMessage => ({
  key: row.key, conversation: row.conversation, thread: row.thread, card: row.card, version: row.version,
  change: Number(row.change), postedAt: Number(row.posted_at), changedAt: Number(row.changed_at),
});
