-- Writing records and their ledger entries: all of a batch in one transaction, each record on
-- its own merits, and no row touched that holds already what it shall hold.

create type sync.record_v1 as (
  page_id uuid,
  row_id uuid,
  version bigint,       -- the row's version at its sighting
  ledger text,          -- the mark of the ledger's entry then, '' where there was none; or null
  fresh boolean,        -- the row is to be inserted
  revive boolean,       -- a row that a person deleted is to come back
  deleted boolean,      -- set or clear deleted_at; null leaves it
  in_step boolean,      -- nothing of it waits for Notion, so its mark goes
  created_at timestamptz,
  edited_at timestamptz,
  base jsonb,
  base_deleted boolean,
  columns jsonb,        -- column -> value
  extra jsonb,          -- {"set": {key: value}, "drop": [key], "only": [key]} for notion_extra
  links jsonb,          -- field -> page ids, in order
  targets jsonb,        -- field -> page id or null
  conflicts jsonb       -- [{property, base, notion, supabase, policy, winner}]
);
comment on type sync.record_v1 is 'One record to write, as sync.commit_v1 is given it.';

create function sync.patched_v1(p_extra jsonb, p_patch jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when p_patch is null then p_extra
    else (
      case
        when p_patch ? 'only' then coalesce(
          (select jsonb_object_agg(e.key, e.value) from jsonb_each(p_extra) e
            where p_patch -> 'only' ? e.key), '{}'::jsonb)
        else p_extra
      end
      - array(select jsonb_array_elements_text(p_patch -> 'drop'))
    ) || coalesce(p_patch -> 'set', '{}'::jsonb)
  end
$$;
comment on function sync.patched_v1(jsonb, jsonb) is
  'What notion_extra holds after a patch: keys outside "only" and in "drop" go, "set" comes.';

create function sync.insert_rows_v1(p_shape jsonb, p_records sync.record_v1[]) returns void
language plpgsql
set search_path = '' set timezone = 'UTC'
as $$
declare
  names text := '';
  written text := '';
begin
  if cardinality(p_records) = 0 then
    return;
  end if;
  select coalesce(string_agg(format(', %I', k), '' order by k), ''),
         coalesce(string_agg(format(', v.%I', k), '' order by k), '')
    into names, written
    from (select distinct jsonb_object_keys(r.columns) from unnest(p_records) r) used(k);
  select names || coalesce(string_agg(format(', %I', o ->> 'column'), '' order by o ->> 'field'), ''),
         written || coalesce(string_agg(format(
           ', (select x.id from public.%I x where x.notion_page_id = (r.targets ->> %L)::uuid)',
           o ->> 'target_table', o ->> 'field'), '' order by o ->> 'field'), '')
    into names, written
    from jsonb_array_elements(p_shape -> 'one') o
   where exists (select from unnest(p_records) r where r.targets ->> (o ->> 'field') is not null);
  execute format($sql$
    insert into public.%1$I
      (id, notion_page_id, created_at, updated_at, last_synced_at, deleted_at, notion_extra %2$s)
    select r.row_id, r.page_id, coalesce(r.created_at, now()), now(), now(),
           case when r.deleted then now() end, coalesce(r.extra -> 'set', '{}'::jsonb) %3$s
      from unnest($1) r
      cross join lateral jsonb_populate_record(null::public.%1$I, r.columns) v
  $sql$, p_shape ->> 'table', names, written) using p_records;
end
$$;
comment on function sync.insert_rows_v1(jsonb, sync.record_v1[]) is
  'Inserts the rows of new records, in one statement.';

create function sync.revive_rows_v1(p_shape jsonb, p_records sync.record_v1[]) returns void
language plpgsql
set search_path = '' set timezone = 'UTC'
as $$
declare
  names text;
begin
  if cardinality(p_records) = 0 then
    return;
  end if;
  -- Foreign keys stay empty: what they pointed to may be gone. The targets are written anew.
  select coalesce(string_agg(format(', %I', c), ''), '') into names
    from jsonb_array_elements_text(p_shape -> 'columns') c;
  execute format($sql$
    insert into public.%1$I
      (id, notion_page_id, created_at, updated_at, last_synced_at, deleted_at, notion_extra %2$s)
    select r.row_id, r.page_id, v.created_at, now(), now(), v.deleted_at, v.notion_extra %3$s
      from unnest($1) r
      join sync.dirty d on d.table_name = %1$L and d.row_id = r.row_id
      cross join lateral jsonb_populate_record(null::public.%1$I, d.tombstone) v
  $sql$, p_shape ->> 'table', names, replace(names, ', ', ', v.')) using p_records;
  delete from sync.dirty d using unnest(p_records) r
   where d.table_name = p_shape ->> 'table' and d.row_id = r.row_id and d.op = 'D';
end
$$;
comment on function sync.revive_rows_v1(jsonb, sync.record_v1[]) is
  'Brings back rows that people deleted, as they were when they went.';

create function sync.update_rows_v1(p_shape jsonb, p_records sync.record_v1[]) returns void
language plpgsql
set search_path = '' set timezone = 'UTC'
as $$
declare
  sources text;
  names text;
begin
  if cardinality(p_records) = 0 then
    return;
  end if;
  with used(k, source) as (
    select k, format('v.%I', k)
      from (select distinct jsonb_object_keys(r.columns) from unnest(p_records) r) c(k)
    union all
    select o ->> 'column', format(
      'case when r.targets ? %1$L then (select x.id from public.%2$I x'
      || ' where x.notion_page_id = (r.targets ->> %1$L)::uuid) else o.%3$I end',
      o ->> 'field', o ->> 'target_table', o ->> 'column')
      from jsonb_array_elements(p_shape -> 'one') o
     where exists (select from unnest(p_records) r where r.targets ? (o ->> 'field'))
  )
  select coalesce(string_agg(format(', %s as %I', source, k), '' order by k), ''),
         coalesce(string_agg(format(', %I', k), '' order by k), '')
    into sources, names
    from used;
  execute format($sql$
    with n as (
      select o.id, r.page_id as notion_page_id,
             case when r.extra is null then o.notion_extra
                  else sync.patched_v1(o.notion_extra, r.extra) end as notion_extra,
             case when r.deleted then coalesce(o.deleted_at, now())
                  when r.deleted is null then o.deleted_at end as deleted_at %2$s
        from unnest($1) r
        join public.%1$I o on o.id = r.row_id
        cross join lateral jsonb_populate_record(o, r.columns) v
    )
    update public.%1$I t
       set updated_at = now(), last_synced_at = now(), (notion_page_id, notion_extra, deleted_at %3$s)
         = row(n.notion_page_id, n.notion_extra, n.deleted_at %4$s)
      from n
     where t.id = n.id
       and (t.notion_page_id, t.notion_extra, t.deleted_at %5$s)
           is distinct from (n.notion_page_id, n.notion_extra, n.deleted_at %4$s)
  $sql$, p_shape ->> 'table', sources, names,
    replace(names, ', ', ', n.'), replace(names, ', ', ', t.')) using p_records;
end
$$;
comment on function sync.update_rows_v1(jsonb, sync.record_v1[]) is
  'Updates the rows of known records, in one statement; rows that hold it already stay as they are.';

create function sync.replace_targets_v1(p_shape jsonb, p_records sync.record_v1[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  relation jsonb;
begin
  for relation in
    select o from jsonb_array_elements(p_shape -> 'one') o
     where exists (
       select from unnest(p_records) r
        where r.targets ? (o ->> 'field')
          and (not r.fresh or r.targets ->> (o ->> 'field') is not null))
  loop
    execute format($sql$
      with missing as materialized (
        select r.row_id, (r.targets ->> $2)::uuid as page_id from unnest($1) r
         where r.targets ->> $2 is not null
           and not exists (
             select from public.%I x where x.notion_page_id = (r.targets ->> $2)::uuid)
      ), settled as (
        delete from sync.waiting w using unnest($1) r
         where w.table_name = $3 and w.row_id = r.row_id and w.field = $2 and r.targets ? $2
           and not exists (
             select from missing m where m.row_id = w.row_id and m.page_id = w.target_page_id)
      )
      insert into sync.waiting (table_name, row_id, field, target_table, target_page_id)
      select $3, m.row_id, $2, $4, m.page_id from missing m
      on conflict do nothing
    $sql$, relation ->> 'target_table')
    using p_records, relation ->> 'field', p_shape ->> 'table', relation ->> 'target_table';
  end loop;
end
$$;
comment on function sync.replace_targets_v1(jsonb, sync.record_v1[]) is
  'Keeps the targets of relations to one that have no row yet.';

create function sync.replace_links_v1(p_shape jsonb, p_records sync.record_v1[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  relation jsonb;
begin
  for relation in
    select m from jsonb_array_elements(p_shape -> 'many') m
     where exists (
       select from unnest(p_records) r
        where r.links ? (m ->> 'field')
          and (not r.fresh or r.links -> (m ->> 'field') <> '[]'::jsonb))
  loop
    -- A link to a row that has no page yet was never shown to Notion, so it stays.
    execute format($sql$
      with desired as materialized (
        select r.row_id, e.page::uuid as page_id, (e.place - 1)::int as position, x.id as target
          from unnest($1) r
          cross join lateral jsonb_array_elements_text(r.links -> $2) with ordinality e(page, place)
          left join public.%4$I x on x.notion_page_id = e.page::uuid
      ), removed as (
        delete from public.%1$I l using unnest($1) r, public.%4$I x
         where l.%2$I = r.row_id and r.links ? $2
           and x.id = l.%3$I and x.notion_page_id is not null
           and not exists (
             select from desired d where d.row_id = r.row_id and d.target = l.%3$I)
      ), added as (
        insert into public.%1$I as l (%2$I, %3$I, position)
        select d.row_id, d.target, d.position from desired d where d.target is not null
        on conflict (%2$I, %3$I) do update set position = excluded.position
          where l.position is distinct from excluded.position
      ), settled as (
        delete from sync.waiting w using unnest($1) r
         where w.table_name = $3 and w.row_id = r.row_id and w.field = $2 and r.links ? $2
           and not exists (
             select from desired d
              where d.row_id = r.row_id and d.page_id = w.target_page_id and d.target is null)
      )
      insert into sync.waiting as w
        (table_name, row_id, field, target_table, target_page_id, position, link_table)
      select $3, d.row_id, $2, $4, d.page_id, d.position, $5 from desired d where d.target is null
      on conflict (table_name, row_id, field, target_page_id)
        do update set position = excluded.position
        where w.position is distinct from excluded.position
    $sql$, relation ->> 'table', relation ->> 'owner', relation ->> 'target',
      relation ->> 'target_table')
    using p_records, relation ->> 'field', p_shape ->> 'table', relation ->> 'target_table',
      relation ->> 'table';
  end loop;
end
$$;
comment on function sync.replace_links_v1(jsonb, sync.record_v1[]) is
  'Makes the links of records as given, touching only those that differ; unknown ends wait.';

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
begin
  execute format($sql$
    with judged as (
      select case
          -- A page that comes back to its former row: what the row held till then has to go.
          when r.fresh and t.id is not null then jsonb_populate_record(r, '{"fresh": false}')
          else r end as r, case
          when coalesce(d.version, 0) <> r.version then 'stale'
          when coalesce(l.xmin::text, '') <> r.ledger then 'stale'
          when t.id is not null then 'update'
          when d.op = 'D' and r.revive then 'revive'
          when d.op = 'D' and not r.base_deleted then 'gone'
          when r.fresh then 'insert'
          when r.base_deleted then 'link'
          else 'stale'
        end as verdict
        from unnest($1) r
        left join public.%1$I t on t.id = r.row_id
        left join sync.dirty d on d.table_name = %1$L and d.row_id = r.row_id
        left join sync.link l on l.page_id = r.page_id and l.table_name = %1$L
    )
    select jsonb_agg(jsonb_build_object(
             'page_id', (j.r).page_id,
             'result', case when j.verdict in ('stale', 'gone') then j.verdict else 'done' end)),
           coalesce(array_agg(j.r) filter (where j.verdict not in ('stale', 'gone')), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict = 'insert'), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict = 'revive'), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict in ('update', 'revive')), '{}'),
           coalesce(array_agg(j.r) filter (where j.verdict <> 'link'
             and j.verdict not in ('stale', 'gone')), '{}')
      from judged j
  $sql$, p_shape ->> 'table')
  into results, todo, fresh, revived, present, ends using p_records;

  insert into sync.conflicts (table_name, row_id, page_id, property, base_value, notion_value,
    supabase_value, policy, winner)
  select p_shape ->> 'table', r.row_id, r.page_id, c ->> 'property', c -> 'base', c -> 'notion',
         c -> 'supabase', c ->> 'policy', c ->> 'winner'
    from unnest(todo) r cross join lateral jsonb_array_elements(r.conflicts) c
   where not exists (
     select from sync.conflicts k
      where k.table_name = p_shape ->> 'table' and k.row_id = r.row_id
        and k.property = c ->> 'property' and k.winner = c ->> 'winner'
        and k.base_value is not distinct from c -> 'base'
        and k.notion_value is not distinct from c -> 'notion'
        and k.supabase_value is not distinct from c -> 'supabase')
  on conflict do nothing;

  -- A page that came from another database leaves a deleted row behind there.
  for moved in
    select l.table_name, array_agg(l.row_id) as rows
      from unnest(todo) r join sync.link l on l.page_id = r.page_id
     where l.table_name <> p_shape ->> 'table' group by l.table_name
  loop
    execute format('update public.%I set deleted_at = now(), last_synced_at = now()'
      || ' where id = any($1) and deleted_at is null', moved.table_name) using moved.rows;
  end loop;

  insert into sync.link as l (page_id, table_name, row_id, base, deleted, edited_at)
  select r.page_id, p_shape ->> 'table', r.row_id, r.base, r.base_deleted, r.edited_at
    from unnest(todo) r
  on conflict (page_id) do update
    set table_name = excluded.table_name, row_id = excluded.row_id, base = excluded.base,
        deleted = excluded.deleted, edited_at = coalesce(excluded.edited_at, l.edited_at)
    where (l.table_name, l.row_id, l.base, l.deleted, l.edited_at) is distinct from
      (excluded.table_name, excluded.row_id, excluded.base, excluded.deleted,
       coalesce(excluded.edited_at, l.edited_at));

  perform sync.insert_rows_v1(p_shape, fresh);
  perform sync.revive_rows_v1(p_shape, revived);
  perform sync.update_rows_v1(p_shape, present);
  perform sync.replace_targets_v1(p_shape, ends);
  perform sync.replace_links_v1(p_shape, ends);

  -- A mark that is locked belongs to an edit that is under way: it stays.
  delete from sync.dirty d using (
    select k.table_name, k.row_id from sync.dirty k join unnest(todo) r
        on k.table_name = p_shape ->> 'table' and k.row_id = r.row_id
       and k.version = r.version and r.in_step
      order by k.row_id for update of k skip locked
  ) m
   where d.table_name = m.table_name and d.row_id = m.row_id;
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
        results := results || jsonb_build_object('page_id', one.page_id, 'result', 'refused',
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

revoke execute on function sync.patched_v1(jsonb, jsonb) from public;
revoke execute on function sync.insert_rows_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.revive_rows_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.update_rows_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.replace_targets_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.replace_links_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.write_records_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.unfit_column_v1(jsonb, jsonb) from public;
revoke execute on function sync.commit_v1(jsonb, jsonb) from public;
