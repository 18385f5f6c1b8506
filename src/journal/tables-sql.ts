/** Our tables. The journal decides; every other table is a rebuildable projection or a lease. */
export const tables = `
create table lifeboat.journal (
  seq bigint primary key,
  stream text not null,
  stream_seq bigint not null,
  tenant text,
  actor text not null,
  at bigint not null,
  type text not null,
  run text,
  step text,
  attempt integer,
  payload text,
  digest text not null,
  chain text not null,
  request uuid not null,
  unique (stream, stream_seq)
);
comment on column lifeboat.journal.payload is 'The event as the exact JSON text that digest is the SHA-256 of. null: erased.';
comment on column lifeboat.journal.chain is 'SHA-256 of the JSON array [seq, stream, stream_seq, tenant, actor, at, digest, previous chain] as PostgreSQL writes it.';
create unique index journal_step_once on lifeboat.journal (run, step, attempt, type) where attempt is not null;

create table lifeboat.head (single boolean primary key default true check (single), seq bigint not null, chain text not null, at bigint not null);
insert into lifeboat.head (seq, chain, at) values (0, repeat('0', 64), 0);

create table lifeboat.run_fence (run text primary key, fence bigint not null);
create table lifeboat.abandoned_request (request uuid primary key, at timestamptz not null default now());

create function lifeboat.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.payload is null and to_jsonb(new) - 'payload' = to_jsonb(old) - 'payload' then
    return new;
  end if;
  raise exception 'The journal is append-only. A payload may be erased (set to null); nothing else may change.';
end $$;
create trigger append_only before update or delete on lifeboat.journal for each row execute function lifeboat.refuse_change();
create trigger append_only_whole before truncate on lifeboat.journal for each statement execute function lifeboat.refuse_change();

create table lifeboat.outbox (
  key text primary key,
  surface text not null,
  target text not null,
  thread_key text,
  view text not null,
  subject_id text not null,
  subject_seq bigint not null,
  tenant text,
  wanted bigint not null,
  shown bigint not null default 0,
  editable boolean not null,
  ref text,
  status text not null default 'queued',
  attempts integer not null default 0,
  last_error text,
  created_at bigint not null,
  sent_at bigint,
  next_try_at bigint not null default 0,
  lease_owner text,
  lease_until bigint not null default 0,
  ordinal bigint generated always as identity
);
create index outbox_due on lifeboat.outbox (surface, ordinal) where status = 'queued';
create table lifeboat.consumer_cursor (consumer text primary key, seq bigint not null);

create table lifeboat.once (key text primary key, until bigint not null);
create table lifeboat.one_time_code (hash text primary key, purpose text not null, person text not null, until bigint not null, redeemed_at bigint);
create table lifeboat.button (
  id text primary key, verb text not null, subject text not null, epoch integer not null, attest text,
  unique nulls not distinct (verb, subject, epoch, attest)
);
create table lifeboat.keyv (key text primary key, value text not null, until bigint);

create table lifeboat.member (
  boot text primary key, host text not null, home text not null, pid integer not null, pid_started text, beat_at timestamptz not null default clock_timestamp()
);

create function lifeboat.now_ms() returns bigint language sql volatile as 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint';
`;
