-- The ledger: what the synchronisation remembers, in a schema of its own, and the trigger
-- functions that notice what people change in the tables of public.
-- Comes first: the tables of public use sync.try_json_v1 and the trigger functions.

create schema sync;
comment on schema sync is
  'What the synchronisation with Notion remembers; nothing here is for people to edit.';

-- Everything created in this schema from here on is for the service role, where there is one.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    grant usage on schema sync to service_role;
    alter default privileges in schema sync
      grant select, insert, update, delete on tables to service_role;
    alter default privileges in schema sync grant usage, select on sequences to service_role;
    alter default privileges in schema sync grant execute on functions to service_role;
  end if;
end
$$;

create sequence sync.version as bigint;
comment on sequence sync.version is 'Numbers the edits that people make, one number an edit.';

create table sync.source (
  table_name text primary key,
  database_id uuid not null,
  data_source_id uuid not null,
  properties jsonb not null default '{}'::jsonb,
  watermark timestamptz,
  walked_to timestamptz
);
comment on table sync.source is 'What is remembered of each Notion data source.';

create table sync.link (
  page_id uuid primary key,
  table_name text not null,
  row_id uuid not null,
  base jsonb,
  deleted boolean not null default false,
  edited_at timestamptz,
  unique (table_name, row_id)
);
comment on table sync.link is
  'Which page is which row, and the base: what both sides last held of it.';

create table sync.dirty (
  table_name text not null,
  row_id uuid not null,
  version bigint not null,
  op "char" not null,
  notion_page_id uuid,
  at timestamptz not null default now(),
  tombstone jsonb,
  primary key (table_name, row_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
comment on table sync.dirty is
  'The rows that people changed (I, U) or deleted (D) and that Notion has not got yet.';

create table sync.waiting (
  table_name text not null,
  row_id uuid not null,
  field text not null,
  target_table text not null,
  target_page_id uuid not null,
  position int not null default 0,
  link_table text,
  primary key (table_name, row_id, field, target_page_id)
);
create index waiting_target_page_id_idx on sync.waiting (target_page_id);
comment on table sync.waiting is
  'Ends of links whose target has no row yet; link_table is null where a foreign key waits.';

create table sync.conflicts (
  id bigint generated always as identity primary key,
  table_name text not null,
  row_id uuid not null,
  page_id uuid,
  property text not null,
  base_value jsonb,
  notion_value jsonb,
  supabase_value jsonb,
  policy text not null,
  winner text not null,
  detected_at timestamptz not null default now(),
  resolved_at timestamptz,
  fingerprint text not null generated always as (
    md5(
      coalesce(base_value::text, 'never') || chr(31) || coalesce(notion_value::text, 'none')
      || chr(31) || coalesce(supabase_value::text, 'none') || chr(31) || winner
    )
  ) stored,
  unique (table_name, row_id, property, fingerprint)
);
comment on table sync.conflicts is
  'Every value that lost to an edit of the same field on the other side, or that is held.';

create table sync.problem (
  page_id uuid primary key,
  table_name text not null,
  record text not null default '',
  property text not null default '',
  reason text not null,
  remedy text not null,
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  times int not null default 1
);
comment on table sync.problem is 'The records that could not be brought into step, and why.';

create table sync.round (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  direction text not null,
  requests int not null default 0,
  counts jsonb not null default '{}'::jsonb,
  problems jsonb not null default '[]'::jsonb
);
comment on table sync.round is 'The rounds that did something.';

alter table sync.source enable row level security;
alter table sync.link enable row level security;
alter table sync.dirty enable row level security;
alter table sync.waiting enable row level security;
alter table sync.conflicts enable row level security;
alter table sync.problem enable row level security;
alter table sync.round enable row level security;

-- A text as JSON, or null where it is not valid JSON. Open to all: a generated column runs it
-- as whoever writes the row.
create function sync.try_json_v1(document text) returns jsonb
language plpgsql immutable strict
set search_path = ''
as $$
begin
  return document::jsonb;
exception
  -- not JSON, an escape that jsonb cannot hold, a number out of range, nested too deep
  when data_exception or statement_too_complex or program_limit_exceeded then
    return null;
end
$$;
comment on function sync.try_json_v1(text) is
  'A text as JSON, or null where it is not valid JSON.';

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
    if page is null then  -- it never had a page, so there is nothing to tell
      delete from sync.dirty d where d.table_name = tg_table_name::text and d.row_id = old.id;
    else
      insert into sync.dirty as d (table_name, row_id, version, op, notion_page_id, tombstone)
      values (tg_table_name, old.id, nextval('sync.version'), 'D', page, to_jsonb(old))
      on conflict (table_name, row_id) do update
        set version = excluded.version, op = 'D', notion_page_id = excluded.notion_page_id,
            at = excluded.at, tombstone = excluded.tombstone;
    end if;
  end if;
  if tg_op = 'INSERT' or tg_op = 'UPDATE' then
    insert into sync.dirty as d (table_name, row_id, version, op, notion_page_id)
    values (
      tg_table_name, new.id, nextval('sync.version'),
      case when tg_op = 'INSERT' or old.id <> new.id then 'I'::"char" else 'U'::"char" end,
      new.notion_page_id
    )
    on conflict (table_name, row_id) do update
      set version = excluded.version,
          op = case when d.op = 'I' then d.op else excluded.op end,
          notion_page_id = excluded.notion_page_id, at = excluded.at, tombstone = null;
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
    insert into sync.dirty as d (table_name, row_id, version, op, notion_page_id)
    values (
      tg_argv[0], owner_id, nextval('sync.version'), 'U',
      (select l.page_id from sync.link l
        where l.table_name = tg_argv[0] and l.row_id = owner_id)
    )
    on conflict (table_name, row_id) do update
      set version = excluded.version, at = excluded.at;
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

revoke execute on function sync.touch_v1() from public;
revoke execute on function sync.mark_row_v1() from public;
revoke execute on function sync.mark_link_v1() from public;
revoke execute on function sync.refuse_truncate_v1() from public;
