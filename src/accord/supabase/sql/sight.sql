-- Reading records with what the ledger holds of them.

create function sync.sighted_v1(p_shape jsonb, p_rows uuid[]) returns jsonb
language plpgsql stable
set search_path = '' set timezone = 'UTC'
as $$
declare
  ends text;
  targets text;
  answer jsonb;
begin
  -- Every end of every link: field, page, place, and whether the target's own row is deleted.
  select coalesce(string_agg(format(
      'select a.row_id, %L as field, x.notion_page_id as page_id, l.position,'
      || ' x.deleted_at is not null as buried'
      || ' from asked a join public.%I l on l.%I = a.row_id join public.%I x on x.id = l.%I'
      || ' where x.notion_page_id is not null union all ',
      m ->> 'field', m ->> 'table', m ->> 'owner', m ->> 'target_table', m ->> 'target'), ''), '')
    into ends from jsonb_array_elements(p_shape -> 'many') m;
  -- The page of a foreign key; where there is none, the one that waits for its row.
  select coalesce(string_agg(format(
      'select a.row_id, %L as field, x.notion_page_id as page_id, x.deleted_at is not null as buried,'
      || ' t.%I is not null as filled'
      || ' from asked a join public.%I t on t.id = a.row_id left join public.%I x on x.id = t.%I'
      || ' union all ',
      o ->> 'field', o ->> 'column', p_shape ->> 'table', o ->> 'target_table', o ->> 'column'),
      ''), '')
    into targets from jsonb_array_elements(p_shape -> 'one') o;
  execute format($sql$
    with asked as materialized (
      select k.id as row_id, l.page_id, l.base, l.deleted, l.edited_at, l.seen_at,
             coalesce(l.xmin::text, '') as mark
        from unnest($1) k(id)
        left join sync.link l on l.table_name = %1$L and l.row_id = k.id
    ), pending as materialized (
      select w.* from asked a
        join sync.waiting w on w.table_name = %1$L and w.row_id = a.row_id
    ), ends(row_id, field, page_id, position, buried) as materialized (
      %2$s
      select w.row_id, w.field, w.target_page_id, w.position, false
        from pending w where w.link_table is not null
    ), targets(row_id, field, page_id, buried, filled) as materialized (
      %3$s
      select null::uuid, null, null::uuid, null::boolean, null::boolean where false
    ), many as (
      select f.row_id, jsonb_object_agg(f.field, f.pages) as links
        from (
          select e.row_id, e.field, jsonb_agg(e.page_id order by e.position, e.page_id) as pages
            from (
              select row_id, field, page_id, min(position) as position
                from ends group by row_id, field, page_id
            ) e group by e.row_id, e.field
        ) f group by f.row_id
    ), one as (
      select g.row_id,
             jsonb_object_agg(g.field, case when g.filled then g.page_id else w.target_page_id end)
               as targets
        from targets g
        left join pending w
          on w.row_id = g.row_id and w.field = g.field and w.link_table is null
       group by g.row_id
    ), graves as (
      select b.row_id, jsonb_agg(distinct b.page_id) as buried
        from (
          select row_id, page_id from ends where buried
          union all
          select row_id, page_id from targets where buried and page_id is not null
        ) b group by b.row_id
    )
    select jsonb_agg(jsonb_build_object(
      'page_id', a.page_id, 'row_id', a.row_id, 'base', a.base, 'deleted', a.deleted,
      'page_edited_at', a.edited_at, 'seen_at', a.seen_at, 'ledger', a.mark,
      'version', coalesce(d.version, 0), 'by', d.by_whom, 'why', d.why, 'intent', i.intent,
      'row', case when t.id is not null then to_jsonb(t) else d.tombstone end,
      'gone', t.id is null,
      'edited_at', coalesce(d.at, t.updated_at),
      'created_at', case when t.id is not null then to_jsonb(t.created_at)
                         else d.tombstone -> 'created_at' end,
      'links', many.links, 'targets', one.targets, 'buried', graves.buried))
      from asked a
      left join public.%1$I t on t.id = a.row_id
      left join sync.dirty d on d.table_name = %1$L and d.row_id = a.row_id
      left join sync.intent i on i.table_name = %1$L and i.row_id = a.row_id
      left join many on many.row_id = a.row_id
      left join one on one.row_id = a.row_id
      left join graves on graves.row_id = a.row_id
     where t.id is not null or a.page_id is not null or d.row_id is not null
        or i.row_id is not null
  $sql$, p_shape ->> 'table', ends, targets) into answer using p_rows;
  return coalesce(answer, '[]'::jsonb);
end
$$;
comment on function sync.sighted_v1(jsonb, uuid[]) is
  'Rows as they are now, with their bases, versions, links and open writes.';

create function sync.sight_v1(p_shape jsonb, p_page_ids jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_shape) = 'string' then p_shape := (p_shape #>> '{}')::jsonb; end if;
  if jsonb_typeof(p_page_ids) = 'string' then p_page_ids := (p_page_ids #>> '{}')::jsonb; end if;
  return sync.sighted_v1(p_shape, array(
    select l.row_id from jsonb_array_elements_text(p_page_ids) p
      join sync.link l on l.page_id = p::uuid and l.table_name = p_shape ->> 'table'));
end
$$;
comment on function sync.sight_v1(jsonb, jsonb) is
  'The rows of linked pages as they are now, with what the ledger holds of them.';

create function sync.sight_rows_v1(p_shape jsonb, p_row_ids jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_shape) = 'string' then p_shape := (p_shape #>> '{}')::jsonb; end if;
  if jsonb_typeof(p_row_ids) = 'string' then p_row_ids := (p_row_ids #>> '{}')::jsonb; end if;
  return sync.sighted_v1(
    p_shape, array(select distinct r::uuid from jsonb_array_elements_text(p_row_ids) r));
end
$$;
comment on function sync.sight_rows_v1(jsonb, jsonb) is
  'These rows as they are now, with what the ledger holds of them; unknown ones are left out.';

create function sync.rows_for_v1(p_table jsonb, p_column jsonb, p_strangers jsonb) returns jsonb
language plpgsql stable
set search_path = '' set timezone = 'UTC'
as $$
declare
  by_key text := '';
  answer jsonb;
begin
  if jsonb_typeof(p_strangers) = 'string' then
    p_strangers := (p_strangers #>> '{}')::jsonb;
  end if;
  if p_column #>> '{}' is not null then
    -- The null pages are found by their index, so that a large table is not read for it.
    by_key := format($sql$
      union all
      select s.page_id, 3, t.id, t.deleted_at from strangers s
        cross join lateral jsonb_populate_record(
          null::public.%1$I, jsonb_build_object(%2$L, s.key)) v
        join public.%1$I t on t.notion_page_id is null and t.%2$I = v.%2$I
       where jsonb_typeof(s.key) <> 'null'
    $sql$, p_table #>> '{}', p_column #>> '{}');
  end if;
  execute format($sql$
    with strangers as materialized (
      select s.* from jsonb_to_recordset($1) s(page_id uuid, supabase_id uuid, key jsonb)
    ), candidates(page_id, place, row_id, deleted_at) as (
      select s.page_id, 1, t.id, t.deleted_at from strangers s
        join public.%1$I t on t.notion_page_id = s.page_id
      union all
      select s.page_id, 2, t.id, t.deleted_at from strangers s
        join public.%1$I t on t.id = s.supabase_id
       where t.notion_page_id is null or t.notion_page_id = s.page_id
      %2$s
    ), free as (
      select c.page_id, c.row_id, min(c.place) as place from candidates c
       where c.deleted_at is null
         and not exists (
           select from sync.link l where l.table_name = %1$L and l.row_id = c.row_id)
       group by c.page_id, c.row_id
    ), found as (
      select f.page_id, jsonb_agg(f.row_id order by f.place, f.row_id) as rows
        from free f group by f.page_id
    )
    select jsonb_object_agg(f.page_id, f.rows) from found f
  $sql$, p_table #>> '{}', by_key) into answer using p_strangers;
  return coalesce(answer, '{}'::jsonb);
end
$$;
comment on function sync.rows_for_v1(jsonb, jsonb, jsonb) is
  'The rows without a page that pages without a row may belong to, the likeliest first.';

create function sync.linked_v1(p_table jsonb, p_after jsonb, p_limit jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_array(k.page_id, k.deleted) order by k.page_id), '[]'::jsonb)
    from (
      select l.page_id, l.deleted from sync.link l
       where l.table_name = p_table #>> '{}'
         and (p_after #>> '{}' is null or l.page_id > (p_after #>> '{}')::uuid)
       order by l.page_id limit (p_limit #>> '{}')::int
    ) k
$$;
comment on function sync.linked_v1(jsonb, jsonb, jsonb) is
  'The linked pages of a table after a page, each with whether its base is deleted.';

create function sync.alive_v1(p_page_ids jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_page_ids) = 'string' then p_page_ids := (p_page_ids #>> '{}')::jsonb; end if;
  return coalesce((
    select jsonb_object_agg(l.page_id, l.table_name)
      from jsonb_array_elements_text(p_page_ids) p
      join sync.link l on l.page_id = p::uuid and not l.deleted), '{}'::jsonb);
end
$$;
comment on function sync.alive_v1(jsonb) is
  'Of these pages the linked ones whose base is not deleted, each with its table.';

create function sync.owners_v1(p_pairs jsonb, p_mirrors jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  pair jsonb;
  held text;
  found jsonb;
  answer jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(p_pairs) = 'string' then p_pairs := (p_pairs #>> '{}')::jsonb; end if;
  if jsonb_typeof(p_mirrors) = 'string' then p_mirrors := (p_mirrors #>> '{}')::jsonb; end if;
  for pair in select * from jsonb_array_elements(p_pairs) loop
    if pair ? 'link' then
      held := format(
        'select s.page_id as mirror, o.notion_page_id as owner, o.deleted_at'
        || ' from shown s join public.%I m on m.notion_page_id = s.page_id'
        || ' join public.%I l on l.%I = m.id join public.%I o on o.id = l.%I',
        pair ->> 'mirror_table', pair ->> 'link', pair ->> 'target', pair ->> 'table',
        pair ->> 'owner');
    else
      -- Of several targets a foreign key holds the first; the others are in notion_extra.
      held := format(
        'select s.page_id as mirror, o.notion_page_id as owner, o.deleted_at'
        || ' from shown s join public.%1$I m on m.notion_page_id = s.page_id'
        || ' join public.%2$I o on o.%3$I = m.id'
        || ' union all select s.page_id, o.notion_page_id, o.deleted_at from public.%2$I o'
        || ' cross join lateral jsonb_array_elements_text('
        || ' case jsonb_typeof(o.notion_extra -> %4$L -> ''more'') when ''array'''
        || ' then o.notion_extra -> %4$L -> ''more'' end) e(page)'
        || ' join shown s on s.page_id::text = e.page where o.notion_extra ? %4$L',
        pair ->> 'mirror_table', pair ->> 'table', pair ->> 'column', pair ->> 'title');
    end if;
    execute format($sql$
      with shown as materialized (
        select s.key::uuid as page_id, s.value -> $2 as owners
          from jsonb_each($1) s where s.value ? $2
      ), held as materialized (
        %2$s
        union
        select s.page_id, o.notion_page_id, o.deleted_at
          from shown s
          join sync.waiting w on w.target_page_id = s.page_id
            and w.table_name = %1$L and w.link_table is not distinct from $3
          join public.%1$I o on o.id = w.row_id
      ), named as materialized (
        select s.page_id as mirror, e::uuid as owner
          from shown s cross join lateral jsonb_array_elements_text(s.owners) e
      ), differ as (
        select h.owner from held h
         where h.deleted_at is null and h.owner is not null
           and not exists (
             select from named n where n.mirror = h.mirror and n.owner = h.owner)
        union
        select n.owner from named n
          join sync.link l on l.page_id = n.owner and l.table_name = %1$L
         where not exists (
             select from held h where h.mirror = n.mirror and h.owner = n.owner)
      )
      select jsonb_agg(jsonb_build_array(%1$L, d.owner) order by d.owner) from differ d
    $sql$, pair ->> 'table', held)
    into found using p_mirrors, pair ->> 'mirror', pair ->> 'link';
    answer := answer || coalesce(found, '[]'::jsonb);
  end loop;
  return answer;
end
$$;
comment on function sync.owners_v1(jsonb, jsonb) is
  'The records whose links differ from what the other side of a two-way relation shows.';

revoke execute on function sync.sighted_v1(jsonb, uuid[]) from public;
revoke execute on function sync.sight_v1(jsonb, jsonb) from public;
revoke execute on function sync.sight_rows_v1(jsonb, jsonb) from public;
revoke execute on function sync.rows_for_v1(jsonb, jsonb, jsonb) from public;
revoke execute on function sync.alive_v1(jsonb) from public;
revoke execute on function sync.linked_v1(jsonb, jsonb, jsonb) from public;
revoke execute on function sync.owners_v1(jsonb, jsonb) from public;
