-- The model that the tables were made for, and what a migration needs so that all that is
-- remembered follows when a table, a field or its property gets another name.

create table sync.model (
  table_name text not null,
  field text not null default '',
  title text not null,
  type text not null default '',
  column_name text,
  link_table text,
  owner_column text,
  target_column text,
  target_table text,
  mirrors text,
  formerly text,
  primary key (table_name, field)
);
alter table sync.model enable row level security;
comment on table sync.model is
  'What the tables were made for: each Notion database (its field is empty) and each of its'
  ' properties, with the column or link table that holds it. Written by migrations alone.';
comment on column sync.model.table_name is 'The table of the database.';
comment on column sync.model.field is
  'The attribute of the model; empty where the row is about the database itself.';
comment on column sync.model.title is 'What the property, or the database, is called in Notion.';
comment on column sync.model.type is 'The type of the property.';
comment on column sync.model.column_name is 'The column with its values, where it has one.';
comment on column sync.model.link_table is 'The table with the links of a relation to many.';
comment on column sync.model.owner_column is 'In the link table, the row that has the property.';
comment on column sync.model.target_column is 'In the link table, the row that it points to.';
comment on column sync.model.target_table is 'The table that a relation points to.';
comment on column sync.model.mirrors is
  'The property that keeps the links, where this one is only its other side.';
comment on column sync.model.formerly is 'What it was called before, where the model said so.';

-- An object with another key in the place of one; null drops it.
create function sync.rekeyed_v1(p_object jsonb, p_old text, p_new text) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when p_object is null or not p_object ? p_old or p_old is not distinct from p_new then p_object
    when p_new is null then p_object - p_old
    else (p_object - p_old) || jsonb_build_object(p_new, p_object -> p_old)
  end
$$;
comment on function sync.rekeyed_v1(jsonb, text, text) is
  'An object with a key renamed, or without it where the new name is null.';

create function sync.rename_table_v1(p_old text, p_new text) returns void
language plpgsql
set search_path = ''
as $$
begin
  update sync.source set table_name = p_new where table_name = p_old;
  update sync.link set table_name = p_new where table_name = p_old;
  update sync.dirty set table_name = p_new where table_name = p_old;
  update sync.intent set table_name = p_new where table_name = p_old;
  update sync.stamp set table_name = p_new where table_name = p_old;
  update sync.waiting set table_name = p_new where table_name = p_old;
  update sync.waiting set target_table = p_new where target_table = p_old;
  update sync.waiting set link_table = p_new where link_table = p_old;
  update sync.conflicts set table_name = p_new where table_name = p_old;
  update sync.problem set table_name = p_new where table_name = p_old;
  update sync.changes set table_name = p_new where table_name = p_old;
end
$$;
comment on function sync.rename_table_v1(text, text) is
  'Lets all that is remembered of a table follow when it gets another name.';

-- The column has its new name already. A title that stays the same is given twice.
create function sync.rename_field_v1(
  p_table text, p_old text, p_new text, p_old_title text, p_new_title text
) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  update sync.link l set base = sync.rekeyed_v1(l.base, p_old, p_new)
   where l.table_name = p_table and l.base ? p_old and p_old <> p_new;
  update sync.waiting w set field = p_new
   where w.table_name = p_table and w.field = p_old and p_old <> p_new;
  update sync.intent i set intent = jsonb_set(i.intent, '{attempts}', (
      select jsonb_agg(a || jsonb_build_object(
          'changes', sync.rekeyed_v1(a -> 'changes', p_old, p_new)) order by n)
        from jsonb_array_elements(i.intent -> 'attempts') with ordinality e(a, n)))
   where i.table_name = p_table and p_old <> p_new
     and jsonb_array_length(i.intent -> 'attempts') > 0;
  update sync.dirty d set tombstone = jsonb_set(
      sync.rekeyed_v1(d.tombstone, p_old, p_new), '{notion_extra}',
      sync.rekeyed_v1(coalesce(d.tombstone -> 'notion_extra', '{}'), p_old_title, p_new_title))
   where d.table_name = p_table and d.tombstone is not null;
  update sync.changes c set field = p_new, property = p_new_title
   where c.table_name = p_table and c.field = p_old;
  update sync.conflicts c set property = p_new_title
   where c.table_name = p_table and c.property = p_old_title and p_old_title <> p_new_title;
  update sync.problem p set property = p_new_title
   where p.table_name = p_table and p.property = p_old_title and p_old_title <> p_new_title;
  update sync.source s set properties = coalesce((
      select jsonb_object_agg(e.key, case when e.value ->> 0 = p_old_title
          then jsonb_build_array(p_new_title, e.value -> 1) else e.value end)
        from jsonb_each(s.properties) e), '{}')
   where s.table_name = p_table and p_old_title <> p_new_title;
  if p_old_title <> p_new_title then
    execute format('update public.%I set notion_extra ='
      || ' sync.rekeyed_v1(notion_extra, $1, $2) where notion_extra ? $1', p_table)
      using p_old_title, p_new_title;
  end if;
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.rename_field_v1(text, text, text, text, text) is
  'Lets all that is remembered of a field follow when it, or its property, gets another name.';

-- What both sides held of the field was of another sort. It is agreed upon anew; its history
-- stays for people to read, under the name of the column that is put aside.
create function sync.retype_field_v1(p_table text, p_field text, p_aside text) returns void
language plpgsql
set search_path = ''
as $$
begin
  update sync.link l set base = l.base - p_field
   where l.table_name = p_table and l.base ? p_field;
  update sync.dirty d set tombstone = d.tombstone - p_field
   where d.table_name = p_table and d.tombstone ? p_field;
  update sync.intent i set intent = jsonb_set(i.intent, '{attempts}', (
      select jsonb_agg(a || jsonb_build_object('changes', (a -> 'changes') - p_field) order by n)
        from jsonb_array_elements(i.intent -> 'attempts') with ordinality e(a, n)))
   where i.table_name = p_table and jsonb_array_length(i.intent -> 'attempts') > 0;
  update sync.changes c set field = p_aside where c.table_name = p_table and c.field = p_field;
end
$$;
comment on function sync.retype_field_v1(text, text, text) is
  'Forgets what both sides held of a field that is of another type now.';

create function sync.declare_field_v1(p_table text, p_title text) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  update sync.link l set base = case
      when l.base -> '*' = jsonb_build_object(p_title, l.base -> '*' -> p_title)
      then jsonb_set(l.base, '{*}', 'null') else l.base #- array['*', p_title] end
   where l.table_name = p_table and l.base -> '*' ? p_title;
  execute format('update public.%I set notion_extra = notion_extra - $1'
    || ' where notion_extra -> $1 ? ''type''', p_table) using p_title;
  perform sync.walk_again_v1(p_table);
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.declare_field_v1(text, text) is
  'A property that was not declared is now: what notion_extra kept of it goes, and the next round'
  ' reads it into its column.';

-- Of several targets a foreign key holds the first; the pages of the others are in notion_extra. A
-- target that has no row yet goes on waiting, for the key where it is the first.
create function sync.many_to_one_v1(
  p_table text, p_field text, p_title text, p_column text,
  p_link text, p_owner text, p_target text, p_target_table text
) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  execute format($sql$
    with ends as materialized (
      select l.%2$I as owner, l.%3$I as target, x.notion_page_id as page_id, l.position
        from public.%1$I l join public.%4$I x on x.id = l.%3$I
      union all
      select w.row_id, null, w.target_page_id, w.position
        from sync.waiting w where w.table_name = %5$L and w.field = %6$L
    ), placed as (
      select e.*, row_number() over (
          partition by e.owner order by e.page_id is null, e.position, e.page_id, e.target) as n
        from ends e
    ), settled as (
      delete from sync.waiting w using placed p
       where w.table_name = %5$L and w.field = %6$L and w.row_id = p.owner
         and w.target_page_id = p.page_id and p.target is null and p.n > 1
    ), waits as (
      update sync.waiting w set link_table = null, position = 0 from placed p
       where w.table_name = %5$L and w.field = %6$L and w.row_id = p.owner
         and w.target_page_id = p.page_id and p.target is null and p.n = 1
    ), one as (
      select p.owner, max(p.target::text) filter (where p.n = 1) as target,
             jsonb_agg(p.page_id order by p.n) filter (where p.n > 1 and p.page_id is not null)
               as more
        from placed p group by p.owner
    )
    update public.%5$I t
       set %7$I = o.target::uuid,
           notion_extra = case when o.more is null then t.notion_extra
             else t.notion_extra || jsonb_build_object(%8$L, jsonb_build_object('more', o.more)) end
      from one o where t.id = o.owner
  $sql$, p_link, p_owner, p_target, p_target_table, p_table, p_field, p_column, p_title);
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.many_to_one_v1(text, text, text, text, text, text, text, text) is
  'Carries the links of a link table into a foreign key; the link table stays as it is.';

create function sync.one_to_many_v1(
  p_table text, p_field text, p_title text, p_column text,
  p_link text, p_owner text, p_target text, p_target_table text
) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  update sync.waiting w set link_table = p_link, position = 0
   where w.table_name = p_table and w.field = p_field;
  execute format($sql$
    with more as materialized (
      select t.id as owner, e.page::uuid as page_id, e.n::int as position, x.id as target
        from public.%5$I t
        cross join lateral jsonb_array_elements_text(t.notion_extra -> %8$L -> 'more')
          with ordinality e(page, n)
        left join public.%4$I x on x.notion_page_id = e.page::uuid
       where jsonb_typeof(t.notion_extra -> %8$L -> 'more') = 'array'
    ), waits as (
      insert into sync.waiting
        (table_name, row_id, field, target_table, target_page_id, position, link_table)
      select %5$L, m.owner, %6$L, %4$L, m.page_id, m.position, %1$L
        from more m where m.target is null
      on conflict do nothing
    )
    insert into public.%1$I (%2$I, %3$I, position)
    select e.owner, e.target, min(e.position) from (
      select t.id, t.%7$I, 0 from public.%5$I t where t.%7$I is not null
      union all
      select m.owner, m.target, m.position from more m where m.target is not null
    ) e(owner, target, position) group by e.owner, e.target
  $sql$, p_link, p_owner, p_target, p_target_table, p_table, p_field, p_column, p_title);
  execute format('update public.%I set notion_extra = notion_extra - $1 where notion_extra ? $1',
    p_table) using p_title;
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.one_to_many_v1(text, text, text, text, text, text, text, text) is
  'Carries a foreign key, and what notion_extra keeps of it, into a link table; the key stays.';

create function sync.undeclare_v1(p_table text, p_field text) returns void
language sql
set search_path = ''
as $$
  delete from sync.model where table_name = p_table and field = p_field
$$;
comment on function sync.undeclare_v1(text, text) is
  'A property, or a database with its empty field, is in the model no more.';

create function sync.extra_aside_v1(p_table text, p_title text, p_column text) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  execute format('update public.%1$I set %2$I = notion_extra -> $1, notion_extra = notion_extra - $1'
    || ' where notion_extra ? $1', p_table, p_column) using p_title;
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.extra_aside_v1(text, text, text) is
  'What notion_extra keeps of a property goes into a column that is put aside.';

create function sync.extra_back_v1(p_table text, p_title text, p_column text) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  execute format('update public.%1$I set notion_extra = notion_extra || jsonb_build_object($1::text,'
    || ' %2$I), %2$I = null where %2$I is not null', p_table, p_column) using p_title;
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.extra_back_v1(text, text, text) is
  'What was kept of a property in a column that was put aside goes back into notion_extra.';

create function sync.expel_v1(p_table text, p_column text, p_title text, p_bounds text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  execute format('update public.%1$I set notion_extra = notion_extra || jsonb_build_object('
    || '$1::text, jsonb_build_object(''value'', %2$I)), %2$I = null where not (%3$s)',
    p_table, p_column, p_bounds) using p_title;
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.expel_v1(text, text, text, text) is
  'Numbers outside of their bounds go into notion_extra; the column is empty then.';

create function sync.readmit_v1(p_table text, p_column text, p_title text) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  execute format('update public.%1$I set %2$I = (notion_extra -> $1 ->> ''value'')::numeric,'
    || ' notion_extra = notion_extra - $1 where %2$I is null'
    || ' and jsonb_typeof(notion_extra -> $1 -> ''value'') = ''number''', p_table, p_column)
    using p_title;
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.readmit_v1(text, text, text) is
  'Numbers that were outside of their bounds come back from notion_extra.';

create function sync.empty_dangling_v1(p_table text, p_column text, p_target text) returns void
language plpgsql
set search_path = ''
as $$
declare
  before text := current_setting('sync.applying', true);
begin
  perform set_config('sync.applying', 'on', true);
  execute format('update public.%1$I t set %2$I = null where t.%2$I is not null'
    || ' and not exists (select from public.%3$I x where x.id = t.%2$I)',
    p_table, p_column, p_target);
  perform set_config('sync.applying', coalesce(before, ''), true);
end
$$;
comment on function sync.empty_dangling_v1(text, text, text) is
  'A key to a row that is gone goes, where nothing watched over it meanwhile.';

create function sync.walk_again_v1(p_table text) returns void
language sql
set search_path = ''
as $$
  update sync.source set watermark = null, walked_to = null where table_name = p_table
$$;
comment on function sync.walk_again_v1(text) is
  'Has the next round read every page of a database, as the first one did.';

create function sync.fitted_v1(p_value text, p_type text) returns text
language plpgsql
set search_path = '' set timezone = 'UTC'
as $$
declare
  fitted text;
begin
  if p_type::regtype = 'timestamptz'::regtype and p_value !~ '^\s*\d' then
    return null;  -- "tomorrow" is a moment to Postgres, another one each day
  end if;
  execute format('select ($1::%s)::text', p_type::regtype) into fitted using trim(p_value);
  return case when p_type::regtype = 'numeric'::regtype and fitted !~ '\d' then null else fitted end;
exception when data_exception then
  return null;
end
$$;
comment on function sync.fitted_v1(text, text) is
  'A text as a value of a type, or null where it is none.';

revoke execute on function sync.rekeyed_v1(jsonb, text, text) from public;
revoke execute on function sync.rename_table_v1(text, text) from public;
revoke execute on function sync.rename_field_v1(text, text, text, text, text) from public;
revoke execute on function sync.retype_field_v1(text, text, text) from public;
revoke execute on function sync.declare_field_v1(text, text) from public;
revoke execute on function
  sync.many_to_one_v1(text, text, text, text, text, text, text, text) from public;
revoke execute on function
  sync.one_to_many_v1(text, text, text, text, text, text, text, text) from public;
revoke execute on function sync.walk_again_v1(text) from public;
revoke execute on function sync.undeclare_v1(text, text) from public;
revoke execute on function sync.extra_aside_v1(text, text, text) from public;
revoke execute on function sync.extra_back_v1(text, text, text) from public;
revoke execute on function sync.expel_v1(text, text, text, text) from public;
revoke execute on function sync.readmit_v1(text, text, text) from public;
revoke execute on function sync.empty_dangling_v1(text, text, text) from public;
revoke execute on function sync.fitted_v1(text, text) from public;
