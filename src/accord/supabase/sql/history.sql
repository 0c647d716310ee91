-- The history: who changed what, when and why; and how everything stood at a moment. The functions
-- without a number are for people who write SQL.

create function sync.changes_v1(
  p_rows jsonb, p_round jsonb, p_since jsonb, p_after jsonb, p_limit jsonb
) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  answer jsonb;
begin
  if jsonb_typeof(p_rows) = 'string' then p_rows := (p_rows #>> '{}')::jsonb; end if;
  -- Only what is asked for stands in the query, so that an index can answer it.
  execute 'select coalesce(jsonb_agg(to_jsonb(k) order by k.id), ''[]''::jsonb)'
    || ' from (select c.* from sync.changes c where c.id > $4'
    || case when p_rows #>> '{}' is null then '' else ' and c.row_id = any($1)' end
    || case when p_round #>> '{}' is null then '' else ' and c.round = $2' end
    || case when p_since #>> '{}' is null then '' else ' and c.at >= $3' end
    || ' order by c.id limit $5) k'
    into answer
    using array(
        select r::uuid from jsonb_array_elements_text(
          case when jsonb_typeof(p_rows) = 'array' then p_rows else '[]'::jsonb end) r),
      (p_round #>> '{}')::bigint, (p_since #>> '{}')::timestamptz, (p_after #>> '{}')::bigint,
      (p_limit #>> '{}')::int;
  return answer;
end
$$;
comment on function sync.changes_v1(jsonb, jsonb, jsonb, jsonb, jsonb) is
  'Remembered changes after one, of some rows, of a round, since a moment; oldest first.';

create function sync.forget_v1(p_before jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  gone bigint;
begin
  delete from sync.changes c where c.at < (p_before #>> '{}')::timestamptz;
  get diagnostics gone = row_count;
  return to_jsonb(gone);
end
$$;
comment on function sync.forget_v1(jsonb) is
  'Drops the history from before a moment, and answers how many entries went.';

create function sync.history(p_table text, p_id uuid)
returns table (
  at timestamptz, property text, old jsonb, new jsonb, source text, why text, by_whom text,
  round bigint
)
language sql stable
set search_path = ''
as $$
  select c.at, c.property, c.old, c.new, c.source, c.why, c.by_whom, c.round
    from sync.changes c
   where c.table_name = p_table and c.row_id = p_id
   order by c.id
$$;
comment on function sync.history(text, uuid) is
  'Every remembered change of a row, oldest first. An empty property'
  ' stands for the record as a whole. Example: select * from sync.history(''tasks'', ''...'');';

create function sync.blame(p_table text, p_id uuid, p_property text default null)
returns table (
  property text, value jsonb, at timestamptz, source text, why text, by_whom text, round bigint
)
language sql stable
set search_path = ''
as $$
  select b.* from (
    select distinct on (c.field) c.property, c.new, c.at, c.source, c.why, c.by_whom, c.round
      from sync.changes c
     where c.table_name = p_table and c.row_id = p_id
       and (p_property is null or c.property = p_property or c.field = p_property)
     order by c.field, c.id desc
  ) b order by b.property
$$;
comment on function sync.blame(text, uuid, text) is
  'Who last changed each property of a row, or one property of it (its title in Notion, or the'
  ' name of its field), and to what. A property without an entry is as the record began: see the'
  ' entry with an empty property.';

create function sync.as_of(p_table text, p_at timestamptz)
returns table (row_id uuid, page_id uuid, deleted boolean, "values" jsonb)
language sql stable
set search_path = ''
as $$
  with later as (
    -- Of each field, what it was before the first change that came after the moment.
    select distinct on (c.row_id, c.field) c.id, c.row_id, c.field, c.old
      from sync.changes c
     where c.table_name = p_table and c.at > p_at
     order by c.row_id, c.field, c.id
  ), undone as (
    select l.row_id,
           jsonb_object_agg(l.field, coalesce(l.old, 'null'::jsonb))
             filter (where l.field not in ('', 'deleted_at')) as "values",
           bool_or(l.old = 'true') filter (where l.field = 'deleted_at') as deleted,
           -- A record that was made anew, because it was lost, was there before.
           bool_or(l.field = '' and not exists (
             select from sync.changes e
              where e.row_id = l.row_id and e.table_name = p_table and e.id < l.id)) as unborn
      from later l group by l.row_id
  )
  select k.row_id, k.page_id, coalesce(u.deleted, k.deleted),
         coalesce(k.base, '{}'::jsonb) || coalesce(u."values", '{}'::jsonb)
    from sync.link k
    left join undone u on u.row_id = k.row_id
   where k.table_name = p_table and not coalesce(u.unborn, false)
$$;
comment on function sync.as_of(text, timestamptz) is
  'The records of a table as both sides held them at a moment: deleted says whether it was in the'
  ' trash; values are keyed by the names of the fields, as in the models. It reaches back as far'
  ' as the history is kept. Example: select * from sync.as_of(''tasks'', now() - interval ''1 day'');';

revoke execute on function sync.changes_v1(jsonb, jsonb, jsonb, jsonb, jsonb) from public;
revoke execute on function sync.forget_v1(jsonb) from public;
revoke execute on function sync.history(text, uuid) from public;
revoke execute on function sync.blame(text, uuid, text) from public;
revoke execute on function sync.as_of(text, timestamptz) from public;
