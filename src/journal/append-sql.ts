/**
 * The one way into the journal. Takes a batch of requests from one process; each succeeds or fails on its own, so every
 * check comes before the first write of its request. The head row stays locked from the first statement to the commit:
 * that makes `seq` gapless and the same as commit order, over all nodes. A row for each request: why it failed, or the
 * first of its numbers and, in the order of its entries, what the others are (with commas between).
 */
export const appendFunctions = `
-- What it answers with may be another version's.
drop function if exists lifeboat.append(jsonb);
create or replace function lifeboat.append(requests jsonb)
returns table (request integer, failure text, detail text, seq bigint, at bigint, stream_seqs text, digests text, chains text)
language plpgsql as $$
#variable_conflict use_column
declare
  head lifeboat.head%rowtype;
  item jsonb;
  wrong record;
  position integer := -1;
  written boolean := false;
  link text;
  made record;
  links text[];
begin
  select * into strict head from lifeboat.head h for update;
  -- The database's clock, which a correction must not turn back inside the journal.
  head.at := greatest(head.at, lifeboat.now_ms());
  link := head.chain;
  for item in select value from jsonb_array_elements(requests) loop
    position := position + 1;
    request := position; seq := null; at := null; stream_seqs := null; digests := null; chains := null;
    select * into wrong from lifeboat.refuse_append(item);
    failure := wrong.failure; detail := wrong.detail;
    if failure is not null then
      return next;
      continue;
    end if;
    -- Numbers and digests for all at once; only the chain goes from one to the next.
    select array_agg(e.stream order by e.place) as streams, array_agg(e.tenant order by e.place) as tenants, array_agg(e.actor order by e.place) as actors, array_agg(e.number order by e.place) as numbers, array_agg(e.digest order by e.place) as digests into made from (
      select e.place, e.stream, e.tenant, e.actor, coalesce(h.at, 0) + row_number() over (partition by e.stream order by e.place) as number, encode(sha256(convert_to(e.payload, 'UTF8')), 'hex') as digest
      from rows from (jsonb_to_recordset(item -> 'entries') as (stream text, tenant text, actor text, payload text)) with ordinality as e(stream, tenant, actor, payload, place)
      join (select s.stream, (select max(j.stream_seq) from lifeboat.journal j where j.stream = s.stream) as at from (select distinct d.stream from jsonb_to_recordset(item -> 'entries') as d(stream text)) s) h on h.stream = e.stream
    ) e;
    links := '{}';
    for n in 1 .. cardinality(made.streams) loop
      link := encode(sha256(convert_to(json_build_array(head.seq + n, made.streams[n], made.numbers[n], made.tenants[n], made.actors[n], head.at, made.digests[n], link)::text, 'UTF8')), 'hex');
      links := links || link;
    end loop;
    written := written or cardinality(links) > 0;
    insert into lifeboat.journal (seq, stream, stream_seq, tenant, actor, at, type, run, step, attempt, payload, digest, chain, request)
    select head.seq + e.place, e.stream, e.number, e.tenant, e.actor, head.at, e.type, e.run, e.step, e.attempt, e.payload, e.digest, e.chain, (item ->> 'id')::uuid
    from rows from (jsonb_to_recordset(item -> 'entries') as (stream text, tenant text, actor text, type text, run text, step text, attempt integer, payload text), unnest(made.numbers), unnest(made.digests), unnest(links)) with ordinality
      as e(stream, tenant, actor, type, run, step, attempt, payload, number, digest, chain, place);
    insert into lifeboat.run_fence (run, fence)
    select e.run, max(e.fence) from jsonb_to_recordset(item -> 'entries') as e(run text, fence bigint) where e.fence is not null group by e.run
    on conflict (run) do update set fence = excluded.fence;
    seq := head.seq + 1; at := head.at; stream_seqs := array_to_string(made.numbers, ','); digests := array_to_string(made.digests, ','); chains := array_to_string(links, ',');
    head.seq := head.seq + coalesce(cardinality(links), 0);
    return next;
  end loop;
  if written then
    update lifeboat.head h set seq = head.seq, chain = link, at = head.at;
    perform pg_notify('lifeboat_journal', head.seq::text);
  end if;
end $$;

-- Why a request must not be written now, or two nulls. Called under the head's lock.
create or replace function lifeboat.refuse_append(item jsonb, out failure text, out detail text)
language plpgsql stable as $$
declare
  expected record;
  current bigint;
  entry record;
begin
  if exists (select 1 from lifeboat.abandoned_request a where a.request = (item ->> 'id')::uuid) then
    failure := 'abandoned';
    return;
  end if;
  -- One statement for all of them: a batch of records brings two for each.
  select e.key, e.value::bigint as wanted, coalesce(h.at, 0) as at into expected from jsonb_each_text(coalesce(item -> 'expect', '{}')) e
  cross join lateral (select max(j.stream_seq) as at from lifeboat.journal j where j.stream = e.key) h where coalesce(h.at, 0) <> e.value::bigint limit 1;
  if found then
    failure := 'conflict';
    detail := format('stream %s is at %s, not at %s', expected.key, expected.at, expected.wanted);
    return;
  end if;
  if item -> 'fence' ->> 'run' is not null then
    select f.fence into current from lifeboat.run_fence f where f.run = item -> 'fence' ->> 'run';
    if current is distinct from (item -> 'fence' ->> 'token')::bigint then
      failure := 'fence-lost';
      detail := format('run %s is owned under fence %s, not %s', item -> 'fence' ->> 'run', coalesce(current::text, 'none'), item -> 'fence' ->> 'token');
      return;
    end if;
  end if;
  for entry in select e.* from jsonb_to_recordset(item -> 'entries') as e(run text, step text, attempt integer, type text, fence bigint) where e.attempt is not null or e.fence is not null loop
    if entry.attempt is not null and exists (select 1 from lifeboat.journal j where j.run = entry.run and j.step = entry.step and j.attempt = entry.attempt and j.type = entry.type and j.attempt is not null) then
      failure := 'duplicate';
      detail := format('%s of run %s, step %s, attempt %s stands already', entry.type, entry.run, entry.step, entry.attempt);
      return;
    end if;
    if entry.fence is not null and exists (select 1 from lifeboat.run_fence f where f.run = entry.run and f.fence >= entry.fence) then
      failure := 'fence-lost';
      detail := format('run %s was claimed under fence %s or a later one before', entry.run, entry.fence);
      return;
    end if;
  end loop;
end $$;

-- Decides requests whose answer was lost: those that stand are returned, the others can never be written any more.
create or replace function lifeboat.settle(requests uuid[], after_seq bigint)
returns table (request uuid, seq bigint, stream_seq bigint, at bigint, digest text, chain text)
language plpgsql as $$
begin
  -- Waits for the append that may still be under way on the lost connection.
  perform 1 from lifeboat.head for update;
  insert into lifeboat.abandoned_request (request)
  select wanted from unnest(requests) wanted
  where not exists (select 1 from lifeboat.journal j where j.seq > after_seq and j.request = wanted)
  on conflict do nothing;
  return query
  select j.request, j.seq, j.stream_seq, j.at, j.digest, j.chain from lifeboat.journal j
  where j.seq > after_seq and j.request = any(requests) order by j.seq;
end $$;
`;
