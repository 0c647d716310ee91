-- Changing rows as a person would: the triggers mark them, and Notion hears of it.

create function sync.edit_record_v1(p_shape jsonb, p_record sync.record_v1) returns text
language plpgsql
set search_path = ''
as $$
declare
  found_row boolean;
  mark sync.dirty;
  page uuid;
  waited jsonb;
  waits jsonb;
begin
  execute format('select exists (select from public.%I t where t.id = $1)', p_shape ->> 'table')
    into found_row using p_record.row_id;
  select * into mark from sync.dirty d
   where d.table_name = p_shape ->> 'table' and d.row_id = p_record.row_id;
  select l.page_id into page from sync.link l
   where l.table_name = p_shape ->> 'table' and l.row_id = p_record.row_id;
  if coalesce(mark.version, 0) <> p_record.version
    or not found_row and (p_record.deleted or p_record.deleted is null)
    or not found_row and mark.op is null and page is null
  then
    return 'stale';
  end if;
  if not found_row and not p_record.revive then
    return 'gone';
  end if;
  perform set_config('sync.why', coalesce(p_record.why, ''), true);
  perform set_config('sync.by', coalesce(p_record.by_whom, ''), true);
  select jsonb_agg(to_jsonb(w) order by w.*) into waited from sync.waiting w
   where w.table_name = p_shape ->> 'table' and w.row_id = p_record.row_id;
  p_record.page_id := page;
  if not found_row and mark.op = 'D' then
    perform sync.revive_rows_v1(p_shape, array[p_record]);
  elsif not found_row then
    perform sync.insert_rows_v1(p_shape, array[p_record]);
  end if;
  perform sync.update_rows_v1(p_shape, array[p_record]);
  perform sync.replace_targets_v1(p_shape, array[p_record]);
  perform sync.replace_links_v1(p_shape, array[p_record]);
  select jsonb_agg(to_jsonb(w) order by w.*) into waits from sync.waiting w
   where w.table_name = p_shape ->> 'table' and w.row_id = p_record.row_id;
  if waits is distinct from waited then  -- what only waits is in no table that has triggers
    insert into sync.dirty as d
      (table_name, row_id, version, op, notion_page_id, by_whom, why)
    values (p_shape ->> 'table', p_record.row_id, nextval('sync.version'), 'U', page,
      sync.whoever_v1(), p_record.why)
    on conflict (table_name, row_id) do update
      set version = excluded.version, at = excluded.at, by_whom = excluded.by_whom,
          why = excluded.why;
  end if;
  return 'done';
end
$$;
comment on function sync.edit_record_v1(jsonb, sync.record_v1) is
  'Changes one row as a person would, unless somebody changed it since it was seen.';

create function sync.edit_v1(p_shape jsonb, p_edits jsonb) returns jsonb
language plpgsql
set search_path = '' set timezone = 'UTC'
as $$
declare
  records sync.record_v1[];
  one sync.record_v1;
  results jsonb := '[]'::jsonb;
  verdict text;
  page uuid;
  before text := current_setting('sync.applying', true);
  state text;
  sentence text;
  about text;
  guard text;
begin
  if jsonb_typeof(p_shape) = 'string' then p_shape := (p_shape #>> '{}')::jsonb; end if;
  if jsonb_typeof(p_edits) = 'string' then p_edits := (p_edits #>> '{}')::jsonb; end if;
  select coalesce(array_agg(r order by r.row_id), '{}') into records
    from jsonb_populate_recordset(null::sync.record_v1, p_edits) r;
  perform set_config('sync.applying', '', true);
  perform pg_advisory_xact_lock(hashtextextended('sync.commit.' || (p_shape ->> 'table'), 0));
  execute format(
    'select 1 from public.%I where id = any($1) order by id for no key update',
    p_shape ->> 'table') using array(select r.row_id from unnest(records) r);
  foreach one in array records loop
    select (select l.page_id from sync.link l
      where l.table_name = p_shape ->> 'table' and l.row_id = one.row_id) into page;
    begin
      verdict := sync.edit_record_v1(p_shape, one);
      results := results || jsonb_build_object('row_id', one.row_id, 'page_id', page, 'result', verdict);
    exception when data_exception or integrity_constraint_violation or program_limit_exceeded
      or raise_exception or with_check_option_violation then
      get stacked diagnostics state = returned_sqlstate, sentence = message_text,
        about = column_name, guard = constraint_name;
      if about = '' and left(state, 2) in ('22', '54') then
        about := sync.unfit_column_v1(p_shape, one.columns);
      end if;
      results := results || jsonb_build_object('row_id', one.row_id, 'page_id', page,
        'result', 'refused', 'sqlstate', state, 'message', sentence, 'column', coalesce(about, ''),
        'constraint', coalesce(guard, ''));
    end;
  end loop;
  perform set_config('sync.why', '', true);
  perform set_config('sync.by', '', true);
  perform set_config('sync.applying', coalesce(before, ''), true);
  return results;
end
$$;
comment on function sync.edit_v1(jsonb, jsonb) is
  'Changes rows as a person would, each on its own merits, and answers what became of each.';

revoke execute on function sync.edit_record_v1(jsonb, sync.record_v1) from public;
revoke execute on function sync.edit_v1(jsonb, jsonb) from public;
