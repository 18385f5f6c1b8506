/** A payload may become only what a record in the same journal says that it became; the record is written first, in the same transaction. */
export const erasing = `
create index journal_records on lifeboat.journal (seq) where type = 'journal.erased';
create or replace function lifeboat.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - 'payload' = to_jsonb(old) - 'payload' and exists (
    select 1 from lifeboat.journal j where j.type = 'journal.erased' and j.seq > new.seq
      and starts_with(j.payload, format('{"type":"journal.erased","seq":%s,"remains":"%s",', new.seq, encode(sha256(convert_to(new.payload, 'UTF8')), 'hex')))
  ) then
    return new;
  end if;
  raise exception 'The journal is append-only. What leaked into it is erased with: lifeboat journal erase SEQ reason="..."';
end $$;
`;

/** Writes the record and replaces the payload, together or not at all. \`old_payload\`: SHA-256 of what the caller read. */
export const eraseFunction = `
create or replace function lifeboat.erase(erased bigint, old_payload text, remains text, record jsonb) returns bigint
language plpgsql as $$
declare
  verdict record;
begin
  select * into strict verdict from lifeboat.append(jsonb_build_array(record));
  if verdict.failure is not null then
    raise exception using errcode = 'LB001', message = coalesce(verdict.detail, verdict.failure);
  end if;
  update lifeboat.journal j set payload = remains where j.seq = erased and encode(sha256(convert_to(j.payload, 'UTF8')), 'hex') = old_payload;
  if not found then
    raise exception using errcode = 'LB001', message = 'the entry was erased by somebody else meanwhile';
  end if;
  return verdict.seq;
end $$;
`;
