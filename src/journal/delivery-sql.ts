/** What the outbox has to know about platforms that are busy, lose answers or are away. A row settles when an edit of it that nobody answered may have been applied after a newer one. */
export const delivering = `
alter table lifeboat.outbox add column settle_at bigint not null default 0, add column fell_over boolean not null default false, add column holds_thread boolean not null default false;
create index outbox_undelivered on lifeboat.outbox (ordinal) where not fell_over and shown = 0 and status in ('queued', 'failed');
create index outbox_held_thread on lifeboat.outbox (thread_key) where holds_thread;
create table lifeboat.paused_conversation (surface text, conversation text, until bigint not null, primary key (surface, conversation));
create table lifeboat.message_copy (ref text primary key, key text not null, surface text not null, attempts integer not null default 0, next_try_at bigint not null default 0);
`;
