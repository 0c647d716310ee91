-- What is remembered between rounds. Each function compares first: in quiet nothing is written.

create function sync.version_v1() returns jsonb
language sql immutable
set search_path = ''
as $$
  select to_jsonb(1)
$$;
comment on function sync.version_v1() is
  'The number of this set of functions, so that a program can tell an older one.';

create function sync.missing_v1(p_columns jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  missing jsonb;
begin
  if jsonb_typeof(p_columns) = 'string' then p_columns := (p_columns #>> '{}')::jsonb; end if;
  select jsonb_agg(jsonb_build_array(t.key, c.value) order by t.key, c.place) into missing
    from jsonb_each(p_columns) t
    cross join lateral jsonb_array_elements_text(t.value) with ordinality c(value, place)
   where not exists (
     select from pg_catalog.pg_attribute a
      where a.attrelid = to_regclass(format('public.%I', t.key))
        and a.attname = c.value and not a.attisdropped);
  return coalesce(missing, '[]'::jsonb);
end
$$;
comment on function sync.missing_v1(jsonb) is
  'Of columns given by table of public, those that do not exist, as pairs.';

create function sync.sources_v1() returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(s) order by s.table_name), '[]'::jsonb) from sync.source s
$$;
comment on function sync.sources_v1() is 'What is remembered of each data source.';

create function sync.remember_source_v1(p_source jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_source) = 'string' then p_source := (p_source #>> '{}')::jsonb; end if;
  insert into sync.source as s
  select * from jsonb_populate_record(null::sync.source, p_source)
  on conflict (table_name) do update
    set database_id = excluded.database_id, data_source_id = excluded.data_source_id,
        properties = excluded.properties, watermark = excluded.watermark,
        walked_to = excluded.walked_to
    where s.* is distinct from excluded.*;
  return to_jsonb(found);
end
$$;
comment on function sync.remember_source_v1(jsonb) is 'Keeps what is known of a data source.';

create function sync.users_v1() returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email,
      'avatar_url', u.avatar_url, 'kind', u.kind) order by u.id)
      from public.notion_users u), '[]'::jsonb);
end
$$;
comment on function sync.users_v1() is 'The people and bots of the Notion workspace.';

create function sync.remember_users_v1(p_users jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  written int;
begin
  if jsonb_typeof(p_users) = 'string' then p_users := (p_users #>> '{}')::jsonb; end if;
  -- A fact that was not seen this time does not wipe out a known one.
  insert into public.notion_users as u (id, name, email, avatar_url, kind)
  select distinct on (n.id) n.id, n.name, n.email, n.avatar_url, n.kind
    from jsonb_to_recordset(p_users)
      as n(id uuid, name text, email text, avatar_url text, kind text)
   where not exists (
     select from public.notion_users k
      where k.id = n.id
        and (k.name, k.email, k.avatar_url, k.kind) is not distinct from
          (coalesce(n.name, k.name), coalesce(n.email, k.email),
           coalesce(n.avatar_url, k.avatar_url), coalesce(n.kind, k.kind)))
   order by n.id, n.name nulls last
  on conflict (id) do update
    set name = coalesce(excluded.name, u.name), email = coalesce(excluded.email, u.email),
        avatar_url = coalesce(excluded.avatar_url, u.avatar_url),
        kind = coalesce(excluded.kind, u.kind);
  get diagnostics written = row_count;
  return to_jsonb(written);
end
$$;
comment on function sync.remember_users_v1(jsonb) is 'Inserts or updates people and bots.';

create function sync.problems_v1() returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(p) order by p.table_name, p.first_seen, p.key),
    '[]'::jsonb) from sync.problem p
$$;
comment on function sync.problems_v1() is 'The records that could not be brought into step.';

create function sync.remember_problems_v1(p_found jsonb, p_solved jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_found) = 'string' then p_found := (p_found #>> '{}')::jsonb; end if;
  if jsonb_typeof(p_solved) = 'string' then p_solved := (p_solved #>> '{}')::jsonb; end if;
  -- What becomes of a problem is told in its page, when its stamps are written.
  with solved as (
    delete from sync.problem p using (
      select s::uuid as key from jsonb_array_elements_text(p_solved) s
      union
      select n.row_id from jsonb_to_recordset(p_found) n(page_id uuid, row_id uuid)
       where n.page_id is not null
    ) k
     where p.key = k.key
       and not exists (
         select from jsonb_to_recordset(p_found) n(page_id uuid, row_id uuid)
          where coalesce(n.page_id, n.row_id) = p.key)
    returning p.page_id, p.table_name, p.row_id
  ), written as (
    insert into sync.problem as p
      (page_id, row_id, table_name, record, property, reason, remedy)
    select distinct on (coalesce(n.page_id, n.row_id))
           n.page_id, n.row_id, n.table_name, n.record, n.property, n.reason, n.remedy
      from jsonb_to_recordset(p_found) as n(page_id uuid, row_id uuid, table_name text,
        record text, property text, reason text, remedy text)
     order by coalesce(n.page_id, n.row_id), n.property, n.reason
    on conflict (key) do update
      set row_id = excluded.row_id, table_name = excluded.table_name, record = excluded.record,
          property = excluded.property, reason = excluded.reason, remedy = excluded.remedy,
          last_seen = now(), times = p.times + 1, ignored = false
      where (p.row_id, p.table_name, p.record, p.property, p.reason, p.remedy)
        is distinct from
        (excluded.row_id, excluded.table_name, excluded.record, excluded.property,
         excluded.reason, excluded.remedy)
    returning p.page_id, p.table_name, p.row_id
  )
  insert into sync.stamp as s (page_id, table_name, row_id, at)
  select w.page_id, w.table_name, l.row_id, now()
    from (select * from written union select * from solved) w
    left join sync.link l on l.page_id = w.page_id and l.table_name = w.table_name
   where w.page_id is not null
  on conflict (page_id) do update
    set table_name = excluded.table_name, row_id = excluded.row_id
    where (s.table_name, s.row_id) is distinct from (excluded.table_name, excluded.row_id);
  return 'null'::jsonb;
end
$$;
comment on function sync.remember_problems_v1(jsonb, jsonb) is
  'Keeps the problems of records, one a page or row, and drops those that are solved.';

create function sync.ignore_v1(p_keys jsonb, p_ignored jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  keys uuid[];
begin
  if jsonb_typeof(p_keys) = 'string' then p_keys := (p_keys #>> '{}')::jsonb; end if;
  keys := array(select k::uuid from jsonb_array_elements_text(p_keys) k);
  update sync.problem p set ignored = (p_ignored #>> '{}')::boolean
   where p.key = any(keys) and p.ignored <> (p_ignored #>> '{}')::boolean;
  return to_jsonb((select count(*) from sync.problem p where p.key = any(keys)));
end
$$;
comment on function sync.ignore_v1(jsonb, jsonb) is
  'Marks problems, by page or row, as such that need not be told; answers how many there are.';

create function sync.begin_round_v1(p_started_at jsonb, p_direction jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  number bigint;
begin
  insert into sync.round (started_at, direction)
  values ((p_started_at #>> '{}')::timestamptz, p_direction #>> '{}')
  returning id into number;
  return to_jsonb(number);
end
$$;
comment on function sync.begin_round_v1(jsonb, jsonb) is 'Gives a round its number.';

create function sync.remember_round_v1(p_number jsonb, p_round jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_round) = 'string' then p_round := (p_round #>> '{}')::jsonb; end if;
  update sync.round n
     set started_at = r.started_at, ended_at = r.ended_at, direction = r.direction,
         requests = r.requests, counts = r.counts, problems = r.problems
    from jsonb_populate_record(null::sync.round, p_round) r
   where n.id = (p_number #>> '{}')::bigint;
  return to_jsonb(found);
end
$$;
comment on function sync.remember_round_v1(jsonb, jsonb) is
  'Keeps what a round did, under its number; answers whether there is such a round.';

create function sync.rounds_v1(p_limit jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(n) order by n.id desc), '[]'::jsonb)
    from (select r.* from sync.round r order by r.id desc limit (p_limit #>> '{}')::int) n
$$;
comment on function sync.rounds_v1(jsonb) is 'The last rounds that did something, newest first.';

create function sync.pending_v1() returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(c.table_name, c.rows), '{}'::jsonb)
    from (select d.table_name, count(*) as rows from sync.dirty d group by d.table_name) c
$$;
comment on function sync.pending_v1() is
  'How many rows people changed that Notion has not got yet, by table.';

create function sync.census_v1(p_shapes jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  shape jsonb;
  links text;
  living bigint;
  ends bigint;
  answer jsonb := '{}'::jsonb;
begin
  if jsonb_typeof(p_shapes) = 'string' then p_shapes := (p_shapes #>> '{}')::jsonb; end if;
  for shape in select * from jsonb_array_elements(p_shapes) loop
    select coalesce(string_agg(format(' + count(t.%I)', o ->> 'column'), ''), '')
      into links from jsonb_array_elements(shape -> 'one') o;
    execute format('select count(*), 0 %s from public.%I t where t.deleted_at is null',
      links, shape ->> 'table') into living, ends;
    select coalesce(string_agg(format(
        ' + (select count(*) from public.%I l join public.%I t on t.id = l.%I'
        || ' where t.deleted_at is null)',
        m ->> 'table', shape ->> 'table', m ->> 'owner'), ''), '')
      into links from jsonb_array_elements(shape -> 'many') m;
    execute format('select $1 %s', links) into ends using ends;
    answer := answer || jsonb_build_object(shape ->> 'table', jsonb_build_array(living, ends));
  end loop;
  return answer;
end
$$;
comment on function sync.census_v1(jsonb) is
  'How many rows are not deleted and how many links they own, by table.';

revoke execute on function sync.version_v1() from public;
revoke execute on function sync.missing_v1(jsonb) from public;
revoke execute on function sync.sources_v1() from public;
revoke execute on function sync.remember_source_v1(jsonb) from public;
revoke execute on function sync.users_v1() from public;
revoke execute on function sync.remember_users_v1(jsonb) from public;
revoke execute on function sync.problems_v1() from public;
revoke execute on function sync.remember_problems_v1(jsonb, jsonb) from public;
revoke execute on function sync.ignore_v1(jsonb, jsonb) from public;
revoke execute on function sync.begin_round_v1(jsonb, jsonb) from public;
revoke execute on function sync.remember_round_v1(jsonb, jsonb) from public;
revoke execute on function sync.rounds_v1(jsonb) from public;
revoke execute on function sync.pending_v1() from public;
revoke execute on function sync.census_v1(jsonb) from public;
