-- Links that waited for their target's row.

create function sync.settle_v1(p_shapes jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  shape jsonb;
  relation jsonb;
  before text := current_setting('sync.applying', true);
  settled int;
  counts jsonb := '{}'::jsonb;
begin
  if jsonb_typeof(p_shapes) = 'string' then p_shapes := (p_shapes #>> '{}')::jsonb; end if;
  if not exists (select from sync.waiting) then
    return counts;
  end if;
  perform set_config('sync.applying', 'on', true);
  for shape in
    select s from jsonb_array_elements(p_shapes) s
     where exists (select from sync.waiting w where w.table_name = s ->> 'table')
     order by s ->> 'table'
  loop
    perform pg_advisory_xact_lock(hashtextextended('sync.commit.' || (shape ->> 'table'), 0));
    -- What waited for a row that is gone itself waits no more.
    execute format(
      'delete from sync.waiting w where w.table_name = %1$L'
      || ' and not exists (select from public.%1$I t where t.id = w.row_id)', shape ->> 'table');
    for relation in select m from jsonb_array_elements(shape -> 'many') m loop
      execute format($sql$
        with arrived as (
          delete from sync.waiting w using public.%4$I x
           where w.table_name = $1 and w.field = $2 and x.notion_page_id = w.target_page_id
          returning w.row_id, x.id as target, w.position
        )
        insert into public.%1$I as l (%2$I, %3$I, position)
        select a.row_id, a.target, a.position from arrived a
        on conflict (%2$I, %3$I) do update set position = excluded.position
          where l.position is distinct from excluded.position
      $sql$, relation ->> 'table', relation ->> 'owner', relation ->> 'target',
        relation ->> 'target_table')
      using shape ->> 'table', relation ->> 'field';
      get diagnostics settled = row_count;
      counts := sync.counted_v1(counts, shape ->> 'table', settled);
    end loop;
    for relation in select o from jsonb_array_elements(shape -> 'one') o loop
      -- A person who chose another target meanwhile keeps it.
      execute format($sql$
        with arrived as (
          delete from sync.waiting w using public.%3$I x
           where w.table_name = $1 and w.field = $2 and x.notion_page_id = w.target_page_id
          returning w.row_id, x.id as target
        )
        update public.%1$I t set %2$I = a.target, updated_at = now(), last_synced_at = now()
          from arrived a
         where t.id = a.row_id and t.%2$I is null
      $sql$, shape ->> 'table', relation ->> 'column', relation ->> 'target_table')
      using shape ->> 'table', relation ->> 'field';
      get diagnostics settled = row_count;
      counts := sync.counted_v1(counts, shape ->> 'table', settled);
    end loop;
  end loop;
  perform set_config('sync.applying', coalesce(before, ''), true);
  return counts;
end
$$;
comment on function sync.settle_v1(jsonb) is
  'Sets the links and foreign keys whose target has arrived, and answers how many by table.';

create function sync.counted_v1(p_counts jsonb, p_table text, p_more int) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case when p_more = 0 then p_counts
    else p_counts || jsonb_build_object(p_table, coalesce((p_counts ->> p_table)::int, 0) + p_more)
  end
$$;
comment on function sync.counted_v1(jsonb, text, int) is 'Counts with some more for one table.';

revoke execute on function sync.settle_v1(jsonb) from public;
revoke execute on function sync.counted_v1(jsonb, text, int) from public;
