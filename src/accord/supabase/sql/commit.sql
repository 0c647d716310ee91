-- Writing records and their ledger entries: all of a batch in one transaction, each record on
-- its own merits.

create function sync.mark_pointing_v1(p_table text, p_rows uuid[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  pointer record;
begin
  -- Every foreign key to the table: of a link table its owner points, else the row itself.
  for pointer in
    select k.relname as source, a.attname as key,
           case when g.tgnargs = 0 then k.relname::text else n.names[1] end as owner,
           case when g.tgnargs = 0 then 'id' else n.names[2] end as owner_key
      from pg_catalog.pg_constraint c
      join pg_catalog.pg_class k on k.oid = c.conrelid
      join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      join pg_catalog.pg_trigger g on g.tgrelid = c.conrelid and g.tgname = 'sync_mark'
      cross join lateral (
        select string_to_array(encode(g.tgargs, 'escape'), '\000')) n(names)
     where c.contype = 'f' and c.confrelid = to_regclass(format('public.%I', p_table))
     order by k.relname, a.attname
  loop
    continue when pointer.key = pointer.owner_key;
    execute format($sql$
      insert into sync.dirty as d (table_name, row_id, version, op, notion_page_id)
      select %4$L, o.id, nextval('sync.version'), 'U', l.page_id
        from (select distinct s.%3$I from public.%1$I s where s.%2$I = any($1) order by 1) o(id)
        left join sync.link l on l.table_name = %4$L and l.row_id = o.id
      on conflict (table_name, row_id) do update
        set version = excluded.version, at = excluded.at
    $sql$, pointer.source, pointer.key, pointer.owner_key, pointer.owner) using p_rows;
  end loop;
end
$$;
comment on function sync.mark_pointing_v1(text, uuid[]) is
  'Marks every record that links to these rows: Notion could not be told of the links before.';

create function sync.remember_writes_v1(p_table text, p_records sync.record_v1[], p_changed uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  moment timestamptz := clock_timestamp();
begin
  delete from sync.intent i using unnest(p_records) r
   where i.table_name = p_table and i.row_id = r.row_id and r.intent is null;
  insert into sync.intent as i (table_name, row_id, intent)
  select p_table, r.row_id, r.intent from unnest(p_records) r where r.intent is not null
  on conflict (table_name, row_id) do update set intent = excluded.intent
    where i.intent is distinct from excluded.intent;

  delete from sync.stamp s using unnest(p_records) r
   where s.page_id = r.page_id and not r.stamp;
  insert into sync.stamp as s (page_id, table_name, row_id, at)
  select r.page_id, p_table, r.row_id, moment from unnest(p_records) r
   where r.stamp and r.page_id is not null
  on conflict (page_id) do update
    set table_name = excluded.table_name, row_id = excluded.row_id, at = excluded.at
    where s.page_id = any(p_changed)
      or (s.table_name, s.row_id) is distinct from (excluded.table_name, excluded.row_id);

  insert into sync.changes (at, round, table_name, row_id, page_id, property, field, old, new,
    source, why, by_whom)
  select moment, r.round, p_table, r.row_id, r.page_id, h ->> 'property', h ->> 'field',
         nullif(h -> 'old', 'null'), nullif(h -> 'new', 'null'), h ->> 'source', h ->> 'why', h ->> 'by'
    from unnest(p_records) r
    cross join lateral jsonb_array_elements(r.history) with ordinality e(h, place)
   where r.page_id is null or r.page_id = any(p_changed)
   order by r.row_id, e.place;
end
$$;
comment on function sync.remember_writes_v1(text, sync.record_v1[], uuid[]) is
  'Keeps the intents, stamps and history of records; p_changed: whose ledger entry is another now.';

create function sync.mark_written_v1(p_table text, p_records sync.record_v1[]) returns void
language plpgsql
set search_path = ''
as $$
begin
  -- A mark that is locked belongs to an edit that is under way: it stays as it is.
  delete from sync.dirty d using (
    select k.table_name, k.row_id from sync.dirty k join unnest(p_records) r
        on k.table_name = p_table and k.row_id = r.row_id
       and k.version = r.version and r.in_step
      order by k.row_id for update of k skip locked
  ) m
   where d.table_name = m.table_name and d.row_id = m.row_id;
  update sync.dirty d set refused = d.version from (
    select k.table_name, k.row_id from sync.dirty k join unnest(p_records) r
        on k.table_name = p_table and k.row_id = r.row_id
       and k.version = r.version and r.refused and not r.in_step
     where k.refused is distinct from k.version
      order by k.row_id for update of k skip locked
  ) m
   where d.table_name = m.table_name and d.row_id = m.row_id;
  if exists (select from unnest(p_records) r where not r.in_step) then
    execute format($sql$
      insert into sync.dirty as d (table_name, row_id, version, op, notion_page_id, refused)
      select %1$L, n.row_id, n.version, 'U', n.page_id, case when n.refused then n.version end
        from (
          select r.row_id, nextval('sync.version') as version, r.page_id, r.refused
            from unnest($1) r join public.%1$I t on t.id = r.row_id
           where not r.in_step
             and not exists (
               select from sync.dirty k where k.table_name = %1$L and k.row_id = r.row_id)
        ) n
      on conflict do nothing
    $sql$, p_table) using p_records;
  end if;
end
$$;
comment on function sync.mark_written_v1(text, sync.record_v1[]) is
  'Lets the marks go of records that are in step, and marks those that still wait for Notion.';

create function sync.write_records_v1(p_shape jsonb, p_records sync.record_v1[]) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  moved record;
  results jsonb;
  todo sync.record_v1[];
  fresh sync.record_v1[];
  revived sync.record_v1[];
  present sync.record_v1[];
  ends sync.record_v1[];
  met uuid[];
  changed uuid[];
begin
  execute format($sql$
    with judged as (
      select case
          -- A page that comes back to its former row: what the row held till then has to go.
          when r.fresh and t.id is not null then jsonb_populate_record(r, '{"fresh": false}')
          else r end as r, case
          when coalesce(d.version, 0) <> r.version then 'stale'
          when coalesce(l.xmin::text, o.xmin::text, '') <> r.ledger then 'stale'
          when o.page_id is distinct from r.page_id and o.page_id is not null then 'stale'
          when t.id is not null then 'update'
          when d.op = 'D' and r.revive then 'revive'
          when not r.needs_row then 'link'
          when d.op = 'D' and not r.base_deleted then 'gone'
          when r.fresh then 'insert'
          when r.base_deleted then 'link'
          else 'stale'
        end as verdict, t.id is not null and o.page_id is null and r.page_id is not null as met
        from unnest($1) r
        left join public.%1$I t on t.id = r.row_id
        left join sync.dirty d on d.table_name = %1$L and d.row_id = r.row_id
        left join sync.link l on l.page_id = r.page_id and l.table_name = %1$L
        left join sync.link o on o.table_name = %1$L and o.row_id = r.row_id
    )
    select jsonb_agg(jsonb_build_object(
             'row_id', (j.r).row_id,
             'result', case when j.verdict in ('stale', 'gone') then j.verdict else 'done' end)),
           coalesce(array_agg(j.r) filter (where j.verdict not in ('stale', 'gone')), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict = 'insert'), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict = 'revive'), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict in ('update', 'revive')), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict <> 'link'
             and j.verdict not in ('stale', 'gone')), '{}'),
           array_agg((j.r).row_id) filter (where j.met and j.verdict = 'update')
      from judged j
  $sql$, p_shape ->> 'table')
  into results, todo, fresh, revived, present, ends, met using p_records;

  insert into sync.conflicts (table_name, row_id, page_id, property, base_value, notion_value,
    supabase_value, policy, winner)
  select p_shape ->> 'table', r.row_id, r.page_id, c ->> 'property', c -> 'base', c -> 'notion',
         c -> 'supabase', c ->> 'policy', c ->> 'winner'
    from unnest(todo) r cross join lateral jsonb_array_elements(r.conflicts) with ordinality e(c, place)
   where not exists (
     select from sync.conflicts k
      where k.table_name = p_shape ->> 'table' and k.row_id = r.row_id
        and k.property = c ->> 'property' and k.winner = c ->> 'winner'
        and k.base_value is not distinct from c -> 'base'
        and k.notion_value is not distinct from c -> 'notion'
        and k.supabase_value is not distinct from c -> 'supabase')
   order by r.row_id, e.place
  on conflict do nothing;

  -- A page that came from another database leaves a deleted row behind there.
  for moved in
    select l.table_name, array_agg(l.row_id) as rows
      from unnest(todo) r join sync.link l on l.page_id = r.page_id
     where l.table_name <> p_shape ->> 'table' group by l.table_name
  loop
    execute format('update public.%I set deleted_at = now(), last_synced_at = now()'
      || ' where id = any($1) and deleted_at is null', moved.table_name) using moved.rows;
    delete from sync.intent i
     where i.table_name = moved.table_name and i.row_id = any(moved.rows);
  end loop;

  with written as (
    insert into sync.link as l
      (page_id, table_name, row_id, base, deleted, edited_at, seen_at)
    select r.page_id, p_shape ->> 'table', r.row_id, r.base, coalesce(r.base_deleted, false),
           r.edited_at, r.seen_at
      from unnest(todo) r where r.page_id is not null
    on conflict (page_id) do update
      set table_name = excluded.table_name, row_id = excluded.row_id,
          base = coalesce(excluded.base, l.base),
          deleted = case when excluded.base is null then l.deleted else excluded.deleted end,
          edited_at = coalesce(excluded.edited_at, l.edited_at),
          seen_at = greatest(excluded.seen_at, l.seen_at)
      where (l.table_name, l.row_id, l.base, l.deleted, l.edited_at, l.seen_at)
        is distinct from
        (excluded.table_name, excluded.row_id, coalesce(excluded.base, l.base),
         case when excluded.base is null then l.deleted else excluded.deleted end,
         coalesce(excluded.edited_at, l.edited_at), greatest(excluded.seen_at, l.seen_at))
    returning l.page_id
  )
  select array_agg(w.page_id) into changed from written w;
  perform sync.remember_writes_v1(p_shape ->> 'table', todo, changed);

  perform sync.insert_rows_v1(p_shape, fresh);
  perform sync.revive_rows_v1(p_shape, revived);
  perform sync.update_rows_v1(p_shape, present);
  perform sync.replace_targets_v1(p_shape, ends);
  perform sync.replace_links_v1(p_shape, ends);

  perform sync.mark_written_v1(p_shape ->> 'table', todo);
  if met is not null then
    perform sync.mark_pointing_v1(p_shape ->> 'table', met);
  end if;
  return coalesce(results, '[]'::jsonb);
end
$$;
comment on function sync.write_records_v1(jsonb, sync.record_v1[]) is
  'Writes records of which Postgres refuses none; stale ones are answered and not written.';

create function sync.unfit_column_v1(p_shape jsonb, p_columns jsonb) returns text
language plpgsql
set search_path = '' set timezone = 'UTC'
as $$
declare
  name text;
begin
  for name in select jsonb_object_keys(p_columns) loop
    begin
      execute format('select jsonb_populate_record(null::public.%I, $1)', p_shape ->> 'table')
        using jsonb_build_object(name, p_columns -> name);
    exception when data_exception or program_limit_exceeded then
      return name;
    end;
  end loop;
  return null;
end
$$;
comment on function sync.unfit_column_v1(jsonb, jsonb) is
  'The first column whose type cannot hold its value, which Postgres itself does not name.';

create function sync.commit_v1(p_shape jsonb, p_records jsonb) returns jsonb
language plpgsql
set search_path = '' set timezone = 'UTC'
as $$
declare
  records sync.record_v1[];
  one sync.record_v1;
  results jsonb;
  before text := current_setting('sync.applying', true);
  state text;
  sentence text;
  about text;
  guard text;
begin
  if jsonb_typeof(p_shape) = 'string' then p_shape := (p_shape #>> '{}')::jsonb; end if;
  if jsonb_typeof(p_records) = 'string' then p_records := (p_records #>> '{}')::jsonb; end if;
  perform set_config('sync.applying', 'on', true);
  select coalesce(array_agg(r order by r.row_id), '{}') into records
    from jsonb_populate_recordset(null::sync.record_v1, p_records) r;

  -- One commit a table at a time; then the rows, in a fixed order, before any version is read.
  perform pg_advisory_xact_lock(hashtextextended('sync.commit.' || (p_shape ->> 'table'), 0));
  execute format(
    'select 1 from public.%I where id = any($1) order by id for no key update',
    p_shape ->> 'table') using array(select r.row_id from unnest(records) r);

  begin
    results := sync.write_records_v1(p_shape, records);
  exception when data_exception or integrity_constraint_violation or program_limit_exceeded
    or raise_exception or with_check_option_violation then
    -- One of them is refused: then each for itself.
    results := '[]'::jsonb;
    foreach one in array records loop
      begin
        results := results || sync.write_records_v1(p_shape, array[one]);
      exception when data_exception or integrity_constraint_violation or program_limit_exceeded
        or raise_exception or with_check_option_violation then
        get stacked diagnostics state = returned_sqlstate, sentence = message_text,
          about = column_name, guard = constraint_name;
        if about = '' and left(state, 2) in ('22', '54') then
          about := sync.unfit_column_v1(p_shape, one.columns);
        end if;
        results := results || jsonb_build_object('row_id', one.row_id, 'result', 'refused',
          'sqlstate', state, 'message', sentence, 'column', coalesce(about, ''),
          'constraint', coalesce(guard, ''));
      end;
    end loop;
  end;
  perform set_config('sync.applying', coalesce(before, ''), true);
  return results;
end
$$;
comment on function sync.commit_v1(jsonb, jsonb) is
  'Writes a batch of records and their ledger entries, and answers what became of each.';

revoke execute on function sync.mark_pointing_v1(text, uuid[]) from public;
revoke execute on function sync.remember_writes_v1(text, sync.record_v1[], uuid[]) from public;
revoke execute on function sync.mark_written_v1(text, sync.record_v1[]) from public;
revoke execute on function sync.write_records_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.unfit_column_v1(jsonb, jsonb) from public;
revoke execute on function sync.commit_v1(jsonb, jsonb) from public;
