-- What people change in the tables of public is noticed: the trigger functions, and who it was.

create function sync.whoever_v1() returns text
language sql stable
set search_path = ''
as $$
  select coalesce(
    nullif(pg_catalog.current_setting('sync.by', true), ''),
    c.claims ->> 'email', c.claims ->> 'sub', session_user::text)
    from (
      select sync.try_json_v1(nullif(pg_catalog.current_setting('request.jwt.claims', true), ''))
    ) c(claims)
$$;
comment on function sync.whoever_v1() is
  'Who changes a row: whom an edit names, the person signed in at the Data API, the database user.';

-- Before an update by a person: the row was changed now. Our own writes say so themselves.
create function sync.touch_v1() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(pg_catalog.current_setting('sync.applying', true), '') <> 'on' then
    new.updated_at := now();
  end if;
  return new;
end
$$;
comment on function sync.touch_v1() is 'Keeps updated_at; runs before each update of a row.';

-- Before a person gives a row a page: which page a row is, is in the ledger. A row that is linked
-- has that page and no other, also when it was deleted and is inserted again; one that is not may
-- name the page that it belongs to, unless that is another row's.
create function sync.keep_page_v1() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  own uuid;
  held boolean;
begin
  select l.page_id into own from sync.link l
   where l.table_name = tg_table_name::text and l.row_id = new.id;
  if own is not null then
    new.notion_page_id := own;
  elsif exists (select from sync.link l where l.page_id = new.notion_page_id) then
    -- Where the other row is there, the unique key says so, on which an upsert may rely.
    execute format('select exists (select from public.%I where notion_page_id = $1)', tg_table_name)
      into held using new.notion_page_id;
    if not held then
      new.notion_page_id := old.notion_page_id;
    end if;
  end if;
  return new;
end
$$;
comment on function sync.keep_page_v1() is
  'Has a linked row be its page, whatever a person writes there; runs before such a write.';

-- After a person inserted, updated or deleted a row: it is dirty, until Notion has it too. Which
-- columns count is said by the triggers.
create function sync.mark_row_v1() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  page uuid;
begin
  if coalesce(pg_catalog.current_setting('sync.applying', true), '') = 'on' then
    return null;
  end if;
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.id <> new.id) then
    select coalesce(
      (select l.page_id from sync.link l
        where l.table_name = tg_table_name::text and l.row_id = old.id),
      old.notion_page_id
    ) into page;
    if page is null and not exists (
      select from sync.intent i where i.table_name = tg_table_name::text and i.row_id = old.id)
    then  -- it never had a page, nor can one be on its way: there is nothing to tell
      delete from sync.dirty d where d.table_name = tg_table_name::text and d.row_id = old.id;
    else
      insert into sync.dirty as d
        (table_name, row_id, version, op, notion_page_id, tombstone, by_whom, why)
      values (tg_table_name, old.id, nextval('sync.version'), 'D', page, to_jsonb(old),
        sync.whoever_v1(), nullif(current_setting('sync.why', true), ''))
      on conflict (table_name, row_id) do update
        set version = excluded.version, op = 'D', notion_page_id = excluded.notion_page_id,
            at = excluded.at, tombstone = excluded.tombstone, by_whom = excluded.by_whom,
            why = excluded.why;
    end if;
  end if;
  if tg_op = 'INSERT' or tg_op = 'UPDATE' then
    insert into sync.dirty as d
      (table_name, row_id, version, op, notion_page_id, by_whom, why)
    values (
      tg_table_name, new.id, nextval('sync.version'),
      case when tg_op = 'INSERT' or old.id <> new.id then 'I'::"char" else 'U'::"char" end,
      new.notion_page_id, sync.whoever_v1(), nullif(current_setting('sync.why', true), '')
    )
    on conflict (table_name, row_id) do update
      set version = excluded.version,
          op = case when d.op = 'I' then d.op else excluded.op end,
          notion_page_id = excluded.notion_page_id, at = excluded.at, tombstone = null,
          by_whom = excluded.by_whom, why = excluded.why;
  end if;
  return null;
end
$$;
comment on function sync.mark_row_v1() is
  'Marks a row that a person inserted, updated or deleted; runs after each of these.';

-- After a person changed a link: the record that owns the link is dirty. Arguments: the table of
-- the owner, the column of the link table with the owner's id.
create function sync.mark_link_v1() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  owners uuid[] := '{}';
  owner_id uuid;
  there boolean;
begin
  if coalesce(pg_catalog.current_setting('sync.applying', true), '') = 'on' then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    owners := owners || (to_jsonb(old) ->> tg_argv[1])::uuid;
  end if;
  if tg_op <> 'DELETE' then
    owners := owners || (to_jsonb(new) ->> tg_argv[1])::uuid;
  end if;
  for owner_id in select distinct o from unnest(owners) o order by o loop
    -- A link that went with its owner tells nothing new: the deletion is marked already.
    execute format('select exists (select from %I.%I where id = $1)', tg_table_schema, tg_argv[0])
      into there using owner_id;
    continue when not there;
    insert into sync.dirty as d
      (table_name, row_id, version, op, notion_page_id, by_whom, why)
    values (
      tg_argv[0], owner_id, nextval('sync.version'), 'U',
      (select l.page_id from sync.link l
        where l.table_name = tg_argv[0] and l.row_id = owner_id),
      sync.whoever_v1(), nullif(current_setting('sync.why', true), '')
    )
    on conflict (table_name, row_id) do update
      set version = excluded.version, at = excluded.at, by_whom = excluded.by_whom,
          why = excluded.why;
  end loop;
  return null;
end
$$;
comment on function sync.mark_link_v1() is
  'Marks the owner of a link that a person changed; runs after each change of a link table.';

-- Before a truncate: refused, because row triggers would not see what it removes.
create function sync.refuse_truncate_v1() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception 'TRUNCATE of %.% is refused: the synchronisation with Notion would not notice',
    tg_table_schema, tg_table_name
    using hint = 'Use DELETE, which moves the pages to Notion''s trash.',
          errcode = 'object_not_in_prerequisite_state';
end
$$;
comment on function sync.refuse_truncate_v1() is
  'Refuses TRUNCATE, which would empty a table unnoticed; runs before it.';

revoke execute on function sync.whoever_v1() from public;
revoke execute on function sync.touch_v1() from public;
revoke execute on function sync.keep_page_v1() from public;
revoke execute on function sync.mark_row_v1() from public;
revoke execute on function sync.mark_link_v1() from public;
revoke execute on function sync.refuse_truncate_v1() from public;
