-- Writing the rows of a batch of records: a few statements for all of them, and no row touched
-- that holds already what it shall hold.

create function sync.applying_v1() returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(pg_catalog.current_setting('sync.applying', true), '') = 'on'
$$;
comment on function sync.applying_v1() is
  'Whether this transaction carries from Notion; else it writes as a person does.';

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
  -- What waited for an earlier row of this id is not the new row's.
  delete from sync.waiting w using unnest(p_records) r
   where w.table_name = p_shape ->> 'table' and w.row_id = r.row_id;
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
    select r.row_id, r.page_id, coalesce(r.created_at, now()), now(),
           case when sync.applying_v1() then now() end,
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
    select r.row_id, coalesce(r.page_id, d.notion_page_id), v.created_at, now(),
           case when sync.applying_v1() then now() else v.last_synced_at end,
           v.deleted_at, v.notion_extra %3$s
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
      select o.id, coalesce(r.page_id, o.notion_page_id) as notion_page_id,
             case when r.extra is null then o.notion_extra
                  else sync.patched_v1(o.notion_extra, r.extra) end as notion_extra,
             case when r.deleted then coalesce(o.deleted_at, now())
                  when r.deleted is null then o.deleted_at end as deleted_at %2$s
        from unnest($1) r
        join public.%1$I o on o.id = r.row_id
        cross join lateral jsonb_populate_record(o, r.columns) v
    )
    update public.%1$I t
       set updated_at = now(),
           last_synced_at = case when sync.applying_v1() then now() else t.last_synced_at end,
           (notion_page_id, notion_extra, deleted_at %3$s)
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
    -- Rows of one batch that point to each other: the statement that wrote them saw none of them.
    continue when relation ->> 'target_table' <> p_shape ->> 'table';
    execute format($sql$
      update public.%1$I t set %2$I = x.id
        from unnest($1) r join public.%1$I x on x.notion_page_id = (r.targets ->> $2)::uuid
       where t.id = r.row_id and t.%2$I is distinct from x.id
    $sql$, p_shape ->> 'table', relation ->> 'column') using p_records, relation ->> 'field';
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

revoke execute on function sync.applying_v1() from public;
revoke execute on function sync.patched_v1(jsonb, jsonb) from public;
revoke execute on function sync.insert_rows_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.revive_rows_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.update_rows_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.replace_targets_v1(jsonb, sync.record_v1[]) from public;
revoke execute on function sync.replace_links_v1(jsonb, sync.record_v1[]) from public;
