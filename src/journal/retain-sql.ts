/** Types of entries whose payload may go once they are old: nothing is read from them any more (core/retention.ts says when). */
const droppable = "('step.progress', 'approval.refused', 'command.refused', 'note', 'event.raised')";

/** A payload may be dropped, of such types alone; whether a record says so is for \`lifeboat journal verify\`. */
export const retaining = `
create or replace function lifeboat.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - 'payload' = to_jsonb(old) - 'payload' then
    if new.payload is null and new.type in ${droppable} then
      return new;
    end if;
    if exists (
      select 1 from lifeboat.journal j where j.type = 'journal.erased' and j.seq > new.seq
        and starts_with(j.payload, format('{"type":"journal.erased","seq":%s,"remains":"%s",', new.seq, encode(sha256(convert_to(new.payload, 'UTF8')), 'hex')))
    ) then
      return new;
    end if;
  end if;
  raise exception 'The journal is append-only. What leaked into it is erased with: lifeboat journal erase SEQ reason="..."';
end $$;
`;

/** Writes the record and drops the payloads, together or not at all. Answers with the record's number. */
export const retainFunction = `
create or replace function lifeboat.retain(seqs bigint[], record jsonb) returns bigint
language plpgsql as $$
declare
  verdict record;
begin
  select * into strict verdict from lifeboat.append(jsonb_build_array(record));
  if verdict.failure is not null then
    raise exception using errcode = 'LB001', message = coalesce(verdict.detail, verdict.failure);
  end if;
  update lifeboat.journal set payload = null where seq = any(seqs);
  return verdict.seq;
end $$;
`;
