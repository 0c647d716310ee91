-- What waits to be told to Notion: rows that people changed, writes that were begun, stamps; and
-- the conflicts that wait for a person.

create function sync.dirty_v1(p_tables jsonb, p_refused jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_tables) = 'string' then p_tables := (p_tables #>> '{}')::jsonb; end if;
  return coalesce((
    select jsonb_agg(jsonb_build_array(d.table_name, d.row_id) order by d.version)
      from sync.dirty d
     where d.table_name in (select jsonb_array_elements_text(p_tables))
       and ((p_refused #>> '{}')::boolean or d.refused is distinct from d.version)),
    '[]'::jsonb);
end
$$;
comment on function sync.dirty_v1(jsonb, jsonb) is
  'The rows of these tables that people changed and Notion has not got, oldest change first.';

create function sync.intents_v1() returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('table', i.table_name, 'row_id', i.row_id,
      'page_id', l.page_id) order by i.table_name, i.row_id), '[]'::jsonb)
    from sync.intent i
    left join sync.link l on l.table_name = i.table_name and l.row_id = i.row_id
$$;
comment on function sync.intents_v1() is
  'The writes to Notion that were begun and of which nobody knows the end.';

create function sync.stamps_due_v1(p_tables jsonb, p_limit jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_tables) = 'string' then p_tables := (p_tables #>> '{}')::jsonb; end if;
  return coalesce((
    select jsonb_agg(jsonb_build_object('table', s.table_name, 'page_id', s.page_id,
        'row_id', s.row_id, 'at', s.at,
        'problem', case when p.key is not null then to_jsonb(p) end) order by s.at, s.page_id)
      from (
        select k.* from sync.stamp k
         where k.table_name in (select jsonb_array_elements_text(p_tables))
         order by k.at, k.page_id limit (p_limit #>> '{}')::int
      ) s
      left join sync.problem p on p.key = s.page_id), '[]'::jsonb);
end
$$;
comment on function sync.stamps_due_v1(jsonb, jsonb) is
  'The pages whose stamps are due, longest due first, with the problem that they have now.';

create function sync.stamps_waiting_v1(p_tables jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_tables) = 'string' then p_tables := (p_tables #>> '{}')::jsonb; end if;
  return coalesce((
    select jsonb_object_agg(c.table_name, c.pages)
      from (
        select s.table_name, count(*) as pages from sync.stamp s
         where s.table_name in (select jsonb_array_elements_text(p_tables))
         group by s.table_name
      ) c), '{}'::jsonb);
end
$$;
comment on function sync.stamps_waiting_v1(jsonb) is
  'How many pages there are whose stamps are due, by table.';

create function sync.stamped_v1(p_page_ids jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_page_ids) = 'string' then p_page_ids := (p_page_ids #>> '{}')::jsonb; end if;
  delete from sync.stamp s
   where s.page_id in (select p::uuid from jsonb_array_elements_text(p_page_ids) p);
  return 'null'::jsonb;
end
$$;
comment on function sync.stamped_v1(jsonb) is 'The stamps of these pages are no longer due.';

create function sync.conflicts_v1(p_waiting jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(c) order by c.id desc), '[]'::jsonb)
    from sync.conflicts c
   where not (p_waiting #>> '{}')::boolean or c.winner = 'held' and c.resolved_at is null
$$;
comment on function sync.conflicts_v1(jsonb) is
  'Conflicts, newest first; all, or those that a person has to decide.';

create function sync.resolve_v1(p_ids jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_ids) = 'string' then p_ids := (p_ids #>> '{}')::jsonb; end if;
  update sync.conflicts c set resolved_at = now()
   where c.resolved_at is null
     and c.id in (select i::bigint from jsonb_array_elements_text(p_ids) i);
  return 'null'::jsonb;
end
$$;
comment on function sync.resolve_v1(jsonb) is 'A person decided these conflicts.';

revoke execute on function sync.dirty_v1(jsonb, jsonb) from public;
revoke execute on function sync.intents_v1() from public;
revoke execute on function sync.stamps_due_v1(jsonb, jsonb) from public;
revoke execute on function sync.stamps_waiting_v1(jsonb) from public;
revoke execute on function sync.stamped_v1(jsonb) from public;
revoke execute on function sync.conflicts_v1(jsonb) from public;
revoke execute on function sync.resolve_v1(jsonb) from public;
