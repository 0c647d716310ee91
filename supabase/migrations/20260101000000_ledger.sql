-- What the synchronisation keeps for itself, in a schema of its own.
-- Assembled from src/accord/supabase/sql; a change belongs there, not here.

-- == roles.sql

-- The three roles that Supabase's Data API acts as. Every Supabase project has them; a plain
-- Postgres gets them here, without a right to log in, if whoever runs this may create roles.
-- Where not, everything works all the same: what follows names a role only where it exists.

do $$
declare
  role_name text;
begin
  foreach role_name in array array['anon', 'authenticated', 'service_role'] loop
    continue when pg_catalog.to_regrole(role_name) is not null;
    begin
      execute pg_catalog.format(
        'create role %I nologin %s',
        role_name,
        case role_name when 'service_role' then 'bypassrls' else '' end
      );
    exception
      -- roles belong to the whole server: another database may be set up at this moment
      when duplicate_object or unique_violation then
        null;
      when insufficient_privilege then
        raise notice 'There is no role %, and % may not create it: the Data API will have no access.',
          role_name, current_user;
    end;
  end loop;
end
$$;


-- == ledger.sql

-- The ledger: what the synchronisation remembers, in a schema of its own.
-- Comes first: the functions and the tables of public use what is made here.

create schema sync;
comment on schema sync is
  'What the synchronisation with Notion remembers; nothing here is for people to edit.';

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
  seen_at timestamptz,
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
  by_whom text,
  why text,
  refused bigint,
  primary key (table_name, row_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
comment on table sync.dirty is
  'The rows that people changed (I, U) or deleted (D) and that Notion has not got yet; refused is'
  ' the version that Notion would not take.';

create table sync.intent (
  table_name text not null,
  row_id uuid not null,
  intent jsonb not null,
  primary key (table_name, row_id)
);
comment on table sync.intent is
  'The writes to Notion that were begun and of which nobody knows yet whether they arrived.';

create table sync.stamp (
  page_id uuid primary key,
  table_name text not null,
  row_id uuid,
  at timestamptz not null
);
create index stamp_at_idx on sync.stamp (at);
comment on table sync.stamp is
  'The pages into which it is still to be written how they stand with Supabase.';

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
  key uuid primary key generated always as (coalesce(page_id, row_id)) stored,
  page_id uuid,
  row_id uuid,
  table_name text not null,
  record text not null default '',
  property text not null default '',
  reason text not null,
  remedy text not null,
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  times int not null default 1,
  ignored boolean not null default false
);
comment on table sync.problem is 'The records that could not be brought into step, and why.';

create table sync.round (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  ended_at timestamptz,
  direction text not null,
  requests int not null default 0,
  counts jsonb not null default '{}'::jsonb,
  problems jsonb not null default '[]'::jsonb
);
comment on table sync.round is
  'The rounds that did something; one without an end was interrupted, or is under way.';

create table sync.changes (
  id bigint primary key generated always as identity,
  at timestamptz not null,
  round bigint,
  table_name text not null,
  row_id uuid not null,
  page_id uuid,
  property text not null,
  field text not null,
  old jsonb,
  new jsonb,
  source text not null,
  why text not null,
  by_whom text
);
create index changes_row_id_idx on sync.changes (row_id);
create index changes_at_idx on sync.changes using brin (at);
comment on table sync.changes is
  'Every change that was applied: of which field, from what to what, whose and why. Only added to.';

create table sync.lease (
  workspace text primary key default 'default',
  owner text not null,
  fence bigint not null,
  until timestamptz not null
) with (fillfactor = 50);
comment on table sync.lease is 'Who may write; the fence grows with each owner.';

alter table sync.source enable row level security;
alter table sync.link enable row level security;
alter table sync.dirty enable row level security;
alter table sync.intent enable row level security;
alter table sync.stamp enable row level security;
alter table sync.waiting enable row level security;
alter table sync.conflicts enable row level security;
alter table sync.problem enable row level security;
alter table sync.round enable row level security;
alter table sync.changes enable row level security;
alter table sync.lease enable row level security;

create type sync.record_v1 as (
  page_id uuid,         -- null where the row has no page yet
  row_id uuid,
  version bigint,       -- the row's version at its sighting
  ledger text,          -- the mark of the ledger's entry then, '' where there was none; or null
  fresh boolean,        -- the row is to be inserted
  needs_row boolean,    -- it cannot be written where there is no row
  revive boolean,       -- a row that a person deleted is to come back
  deleted boolean,      -- set or clear deleted_at; null leaves it
  in_step boolean,      -- nothing of it waits for Notion, so its mark goes; else it is marked
  refused boolean,      -- Notion does not take what the mark stands for
  created_at timestamptz,
  edited_at timestamptz,
  seen_at timestamptz,
  base jsonb,
  base_deleted boolean,
  columns jsonb,        -- column -> value
  extra jsonb,          -- {"set": {key: value}, "drop": [key], "only": [key]} for notion_extra
  links jsonb,          -- field -> page ids, in order
  targets jsonb,        -- field -> page id or null
  conflicts jsonb,      -- [{property, base, notion, supabase, policy, winner}]
  intent jsonb,         -- the write to Notion that is begun; null: none is under way
  stamp boolean,        -- the page's stamps become due, are written, or (null) stay
  history jsonb,        -- [{property, field, old, new, source, why, by}]
  round bigint,
  why text,             -- of an edit: why, and by whom
  by_whom text
);
comment on type sync.record_v1 is
  'One record to write, as sync.commit_v1 and sync.edit_v1 are given it.';

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


-- == commit.sql

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


-- == edit.sql

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


-- == find.sql

-- Finding a record by what a person knows of it: its page, its row, its title.

create function sync.find_v1(p_titles jsonb, p_key jsonb, p_title jsonb, p_part jsonb)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  wanted uuid := (p_key #>> '{}')::uuid;
  words text := lower(p_title #>> '{}');
  part boolean := (p_part #>> '{}')::boolean;
  one record;
  these jsonb;
  found_all jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(p_titles) = 'string' then p_titles := (p_titles #>> '{}')::jsonb; end if;
  for one in select t.key as home, t.value as title from jsonb_each_text(p_titles) t order by 1 loop
    execute format($q$
      select coalesce(jsonb_agg(jsonb_build_object('table', %1$L, 'row_id', k.id,
               'page_id', l.page_id,
               'title', coalesce(t.%2$I, d.tombstone ->> %2$L, ''),
               'deleted', t.id is null or t.deleted_at is not null) order by t.%2$I, k.id),
               '[]'::jsonb)
        from (
          select t.id from public.%1$I t
           where t.id = $1 or lower(t.%2$I) = $2
              or $3 and strpos(lower(t.%2$I), $2) > 0
          union
          select l.row_id from sync.link l
           where l.table_name = %1$L and (l.page_id = $1 or l.row_id = $1)
          union
          select d.row_id from sync.dirty d
           where d.table_name = %1$L
             and (d.row_id = $1 or lower(d.tombstone ->> %2$L) = $2
               or $3 and strpos(lower(d.tombstone ->> %2$L), $2) > 0)
          limit 100
        ) k
        left join public.%1$I t on t.id = k.id
        left join sync.link l on l.table_name = %1$L and l.row_id = k.id
        left join sync.dirty d on d.table_name = %1$L and d.row_id = k.id
      $q$, one.home, one.title) into these using wanted, words, part;
    found_all := found_all || these;
  end loop;
  return found_all;
end
$$;
comment on function sync.find_v1(jsonb, jsonb, jsonb, jsonb) is
  'The records with this page or row, or of this title, or with these words in it; the titles'' columns are given by table.';

revoke execute on function sync.find_v1(jsonb, jsonb, jsonb, jsonb) from public;


-- == history.sql

-- The history: who changed what, when and why; and how everything stood at a moment. The functions
-- without a number are for people who write SQL.

create function sync.changes_v1(
  p_rows jsonb, p_round jsonb, p_since jsonb, p_after jsonb, p_limit jsonb
) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  answer jsonb;
begin
  if jsonb_typeof(p_rows) = 'string' then p_rows := (p_rows #>> '{}')::jsonb; end if;
  -- Only what is asked for stands in the query, so that an index can answer it.
  execute 'select coalesce(jsonb_agg(to_jsonb(k) order by k.id), ''[]''::jsonb)'
    || ' from (select c.* from sync.changes c where c.id > $4'
    || case when p_rows #>> '{}' is null then '' else ' and c.row_id = any($1)' end
    || case when p_round #>> '{}' is null then '' else ' and c.round = $2' end
    || case when p_since #>> '{}' is null then '' else ' and c.at >= $3' end
    || ' order by c.id limit $5) k'
    into answer
    using array(
        select r::uuid from jsonb_array_elements_text(
          case when jsonb_typeof(p_rows) = 'array' then p_rows else '[]'::jsonb end) r),
      (p_round #>> '{}')::bigint, (p_since #>> '{}')::timestamptz, (p_after #>> '{}')::bigint,
      (p_limit #>> '{}')::int;
  return answer;
end
$$;
comment on function sync.changes_v1(jsonb, jsonb, jsonb, jsonb, jsonb) is
  'Remembered changes after one, of some rows, of a round, since a moment; oldest first.';

create function sync.forget_v1(p_before jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  gone bigint;
begin
  delete from sync.changes c where c.at < (p_before #>> '{}')::timestamptz;
  get diagnostics gone = row_count;
  return to_jsonb(gone);
end
$$;
comment on function sync.forget_v1(jsonb) is
  'Drops the history from before a moment, and answers how many entries went.';

create function sync.history(p_table text, p_id uuid)
returns table (
  at timestamptz, property text, old jsonb, new jsonb, source text, why text, by_whom text,
  round bigint
)
language sql stable
set search_path = ''
as $$
  select c.at, c.property, c.old, c.new, c.source, c.why, c.by_whom, c.round
    from sync.changes c
   where c.table_name = p_table and c.row_id = p_id
   order by c.id
$$;
comment on function sync.history(text, uuid) is
  'Every remembered change of a row, oldest first. An empty property'
  ' stands for the record as a whole. Example: select * from sync.history(''tasks'', ''...'');';

create function sync.blame(p_table text, p_id uuid, p_property text default null)
returns table (
  property text, value jsonb, at timestamptz, source text, why text, by_whom text, round bigint
)
language sql stable
set search_path = ''
as $$
  select b.* from (
    select distinct on (c.field) c.property, c.new, c.at, c.source, c.why, c.by_whom, c.round
      from sync.changes c
     where c.table_name = p_table and c.row_id = p_id
       and (p_property is null or c.property = p_property or c.field = p_property)
     order by c.field, c.id desc
  ) b order by b.property
$$;
comment on function sync.blame(text, uuid, text) is
  'Who last changed each property of a row, or one property of it (its title in Notion, or the'
  ' name of its field), and to what. A property without an entry is as the record began: see the'
  ' entry with an empty property.';

create function sync.as_of(p_table text, p_at timestamptz)
returns table (row_id uuid, page_id uuid, deleted boolean, "values" jsonb)
language sql stable
set search_path = ''
as $$
  with later as (
    -- Of each field, what it was before the first change that came after the moment.
    select distinct on (c.row_id, c.field) c.id, c.row_id, c.field, c.old
      from sync.changes c
     where c.table_name = p_table and c.at > p_at
     order by c.row_id, c.field, c.id
  ), undone as (
    select l.row_id,
           jsonb_object_agg(l.field, coalesce(l.old, 'null'::jsonb))
             filter (where l.field not in ('', 'deleted_at')) as "values",
           bool_or(l.old = 'true') filter (where l.field = 'deleted_at') as deleted,
           -- A record that was made anew, because it was lost, was there before.
           bool_or(l.field = '' and not exists (
             select from sync.changes e
              where e.row_id = l.row_id and e.table_name = p_table and e.id < l.id)) as unborn
      from later l group by l.row_id
  )
  select k.row_id, k.page_id, coalesce(u.deleted, k.deleted),
         coalesce(k.base, '{}'::jsonb) || coalesce(u."values", '{}'::jsonb)
    from sync.link k
    left join undone u on u.row_id = k.row_id
   where k.table_name = p_table and not coalesce(u.unborn, false)
$$;
comment on function sync.as_of(text, timestamptz) is
  'The records of a table as both sides held them at a moment: deleted says whether it was in the'
  ' trash; values are keyed by the names of the fields, as in the models. It reaches back as far'
  ' as the history is kept. Example: select * from sync.as_of(''tasks'', now() - interval ''1 day'');';

revoke execute on function sync.changes_v1(jsonb, jsonb, jsonb, jsonb, jsonb) from public;
revoke execute on function sync.forget_v1(jsonb) from public;
revoke execute on function sync.history(text, uuid) from public;
revoke execute on function sync.blame(text, uuid, text) from public;
revoke execute on function sync.as_of(text, timestamptz) from public;


-- == lease.sql

-- Who may write: one at a time, and one who was replaced without noticing writes nothing more.

create function sync.take_lease_v1(
  p_workspace jsonb, p_owner jsonb, p_seconds jsonb, p_instead_of jsonb
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  wanted text := p_owner #>> '{}';
  held sync.lease;
begin
  insert into sync.lease (workspace, owner, fence, until)
  values (p_workspace #>> '{}', '', 0, '-infinity')
  on conflict do nothing;
  select * into held from sync.lease l where l.workspace = p_workspace #>> '{}' for update;
  if held.owner = wanted or held.until <= clock_timestamp()
    or held.owner = p_instead_of #>> '{}'
  then
    update sync.lease l
       set owner = wanted,
           fence = case when held.owner = wanted then l.fence else l.fence + 1 end,
           until = clock_timestamp() + make_interval(secs => (p_seconds #>> '{}')::float)
     where l.workspace = held.workspace
    returning * into held;
  end if;
  return jsonb_build_object('owner', held.owner, 'fence', held.fence, 'until', held.until,
    'mine', held.owner = wanted);
end
$$;
comment on function sync.take_lease_v1(jsonb, jsonb, jsonb, jsonb) is
  'Makes one the owner who may write, where nobody else is, and answers who it is.';

create function sync.give_back_lease_v1(p_workspace jsonb, p_fence jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  update sync.lease l set owner = '', until = clock_timestamp()
   where l.workspace = p_workspace #>> '{}' and l.fence = (p_fence #>> '{}')::bigint;
  return to_jsonb(found);
end
$$;
comment on function sync.give_back_lease_v1(jsonb, jsonb) is
  'Lets others write, unless another has taken over already.';

create function sync.fenced_v1(
  p_workspace jsonb, p_fence jsonb, p_function jsonb, p_args jsonb
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  given text;
  answer jsonb;
begin
  if jsonb_typeof(p_args) = 'string' then p_args := (p_args #>> '{}')::jsonb; end if;
  -- The lock lasts as long as this transaction: whoever takes over waits for its end.
  perform from sync.lease l
   where l.workspace = p_workspace #>> '{}' and l.fence = (p_fence #>> '{}')::bigint
     for share;
  if not found then
    -- Over HTTP a code PTxyz is the status xyz; 409 is a conflict.
    raise exception 'another run has taken over' using errcode = 'PT409';
  end if;
  select coalesce(string_agg(format('$1 -> %s', n), ', ' order by n), '') into given
    from generate_series(0, jsonb_array_length(p_args) - 1) n;
  execute format('select sync.%I(%s)', p_function #>> '{}', given) into answer using p_args;
  return answer;
end
$$;
comment on function sync.fenced_v1(jsonb, jsonb, jsonb, jsonb) is
  'Calls a function of this schema, if the owner with this fence has not been replaced.';

revoke execute on function sync.take_lease_v1(jsonb, jsonb, jsonb, jsonb) from public;
revoke execute on function sync.give_back_lease_v1(jsonb, jsonb) from public;
revoke execute on function sync.fenced_v1(jsonb, jsonb, jsonb, jsonb) from public;


-- == marks.sql

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


-- == memory.sql

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


-- == model.sql

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


-- == outbound.sql

-- What waits to be told to Notion: rows that people changed, writes that were begun, stamps; and
-- the conflicts that wait for a person.

create function sync.dirty_v1(p_tables jsonb, p_refused jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_tables) = 'string' then p_tables := (p_tables #>> '{}')::jsonb; end if;
  return coalesce((
    select jsonb_agg(jsonb_build_array(d.table_name, d.row_id) order by d.version)
      from sync.dirty d
     where d.table_name in (select jsonb_array_elements_text(p_tables))
       and ((p_refused #>> '{}')::boolean or d.refused is distinct from d.version)),
    '[]'::jsonb);
end
$$;
comment on function sync.dirty_v1(jsonb, jsonb) is
  'The rows of these tables that people changed and Notion has not got, oldest change first.';

create function sync.intents_v1() returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('table', i.table_name, 'row_id', i.row_id,
      'page_id', l.page_id) order by i.table_name, i.row_id), '[]'::jsonb)
    from sync.intent i
    left join sync.link l on l.table_name = i.table_name and l.row_id = i.row_id
$$;
comment on function sync.intents_v1() is
  'The writes to Notion that were begun and of which nobody knows the end.';

create function sync.stamps_due_v1(p_tables jsonb, p_limit jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_tables) = 'string' then p_tables := (p_tables #>> '{}')::jsonb; end if;
  return coalesce((
    select jsonb_agg(jsonb_build_object('table', s.table_name, 'page_id', s.page_id,
        'row_id', s.row_id, 'at', s.at,
        'problem', case when p.key is not null then to_jsonb(p) end) order by s.at, s.page_id)
      from (
        select k.* from sync.stamp k
         where k.table_name in (select jsonb_array_elements_text(p_tables))
         order by k.at, k.page_id limit (p_limit #>> '{}')::int
      ) s
      left join sync.problem p on p.key = s.page_id), '[]'::jsonb);
end
$$;
comment on function sync.stamps_due_v1(jsonb, jsonb) is
  'The pages whose stamps are due, longest due first, with the problem that they have now.';

create function sync.stamps_waiting_v1(p_tables jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_tables) = 'string' then p_tables := (p_tables #>> '{}')::jsonb; end if;
  return coalesce((
    select jsonb_object_agg(c.table_name, c.pages)
      from (
        select s.table_name, count(*) as pages from sync.stamp s
         where s.table_name in (select jsonb_array_elements_text(p_tables))
         group by s.table_name
      ) c), '{}'::jsonb);
end
$$;
comment on function sync.stamps_waiting_v1(jsonb) is
  'How many pages there are whose stamps are due, by table.';

create function sync.stamped_v1(p_page_ids jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_page_ids) = 'string' then p_page_ids := (p_page_ids #>> '{}')::jsonb; end if;
  delete from sync.stamp s
   where s.page_id in (select p::uuid from jsonb_array_elements_text(p_page_ids) p);
  return 'null'::jsonb;
end
$$;
comment on function sync.stamped_v1(jsonb) is 'The stamps of these pages are no longer due.';

create function sync.conflicts_v1(p_waiting jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(c) order by c.id desc), '[]'::jsonb)
    from sync.conflicts c
   where not (p_waiting #>> '{}')::boolean or c.winner = 'held' and c.resolved_at is null
$$;
comment on function sync.conflicts_v1(jsonb) is
  'Conflicts, newest first; all, or those that a person has to decide.';

create function sync.resolve_v1(p_ids jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_ids) = 'string' then p_ids := (p_ids #>> '{}')::jsonb; end if;
  update sync.conflicts c set resolved_at = now()
   where c.resolved_at is null
     and c.id in (select i::bigint from jsonb_array_elements_text(p_ids) i);
  return 'null'::jsonb;
end
$$;
comment on function sync.resolve_v1(jsonb) is 'A person decided these conflicts.';

revoke execute on function sync.dirty_v1(jsonb, jsonb) from public;
revoke execute on function sync.intents_v1() from public;
revoke execute on function sync.stamps_due_v1(jsonb, jsonb) from public;
revoke execute on function sync.stamps_waiting_v1(jsonb) from public;
revoke execute on function sync.stamped_v1(jsonb) from public;
revoke execute on function sync.conflicts_v1(jsonb) from public;
revoke execute on function sync.resolve_v1(jsonb) from public;


-- == readers.sql

-- Who may read what at the Data API: readers, and the functions that give and take the right.
-- The policies of the tables ask; they are written from the models. What these functions answer
-- about others, nobody who signs in can ask: schema sync is closed to them.

create table sync.readers (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  row_id uuid,
  granted_at timestamptz not null default now(),
  granted_by text not null default sync.whoever_v1(),
  unique nulls not distinct (user_id, row_id)
);
comment on table sync.readers is
  'Who may read which record and all that belongs to it; a row_id of null is everything.';
alter table sync.readers enable row level security;

-- An id that is no uuid is that of somebody whom another service signed in: no reader of ours.
create function sync.reader_v1() returns uuid
language sql stable
set search_path = ''
as $$
  select case when c.claims ->> 'sub' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
              then (c.claims ->> 'sub')::uuid end
    from (
      select sync.try_json_v1(nullif(pg_catalog.current_setting('request.jwt.claims', true), ''))
    ) c(claims)
$$;
comment on function sync.reader_v1() is 'Who is signed in at the Data API; null: nobody is.';

create function sync.reads_all_v1() returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from sync.readers g where g.user_id = sync.reader_v1() and g.row_id is null)
$$;
comment on function sync.reads_all_v1() is
  'Whether whoever is signed in was given everything to read.';

create function sync.grant_reader(p_user uuid, p_row uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_user is null or p_row is null then
    raise exception 'Nobody was made a reader: the % is null',
      case when p_user is null then 'user' else 'record' end
      using errcode = 'null_value_not_allowed',
            hint = 'The user''s id is in auth.users, the record''s is its column "id". To let'
              ' somebody read everything: select sync.grant_reader_of_all(user).';
  end if;
  if not exists (select from sync.link l where l.row_id = p_row)
    and not exists (select from sync.dirty d where d.row_id = p_row)
  then
    raise exception 'Nobody was made a reader: no record has the id %', p_row
      using errcode = 'no_data_found',
            hint = 'The record''s id is its column "id", not notion_page_id.';
  end if;
  insert into sync.readers (user_id, row_id) values (p_user, p_row) on conflict do nothing;
end
$$;
comment on function sync.grant_reader(uuid, uuid) is
  'Lets a user read a record (by its row''s id) and all that belongs to it.';

create function sync.grant_reader_of_all(p_user uuid) returns void
language sql
set search_path = ''
as $$
  insert into sync.readers (user_id, row_id) values (p_user, null) on conflict do nothing
$$;
comment on function sync.grant_reader_of_all(uuid) is 'Lets a user read everything.';

create function sync.revoke_reader(p_user uuid, p_row uuid) returns boolean
language sql
set search_path = ''
as $$
  with gone as (
    delete from sync.readers g where g.user_id = p_user and g.row_id = p_row returning 1)
  select exists (select from gone)
$$;
comment on function sync.revoke_reader(uuid, uuid) is
  'Takes one record from a user again; whether there was anything to take.';

create function sync.revoke_reader_of_all(p_user uuid) returns boolean
language sql
set search_path = ''
as $$
  with gone as (
    delete from sync.readers g where g.user_id = p_user and g.row_id is null returning 1)
  select exists (select from gone)
$$;
comment on function sync.revoke_reader_of_all(uuid) is
  'Takes the right to read everything; records that were given one by one remain.';

revoke execute on function sync.reader_v1() from public;
revoke execute on function sync.reads_all_v1() from public;
revoke execute on function sync.grant_reader(uuid, uuid) from public;
revoke execute on function sync.grant_reader_of_all(uuid) from public;
revoke execute on function sync.revoke_reader(uuid, uuid) from public;
revoke execute on function sync.revoke_reader_of_all(uuid) from public;


-- == rest.sql

-- The door for the Data API: one function in an exposed schema, through which those of schema sync
-- are called. It runs as whoever calls it, and gives nobody a right that he has not got.

create function public.sync_call_v1(p_function text, p_args jsonb) returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
  given text;
  answer jsonb;
begin
  if jsonb_typeof(p_args) = 'string' then p_args := (p_args #>> '{}')::jsonb; end if;
  -- Only what is made for programs: a versioned function that takes and returns JSON.
  if jsonb_typeof(p_args) is distinct from 'array' or not exists (
    select from pg_catalog.pg_proc f
      join pg_catalog.pg_namespace n on n.oid = f.pronamespace
     where n.nspname = 'sync' and f.proname = p_function and f.proname ~ '_v[0-9]+$'
       and f.prokind = 'f' and not f.proretset
       and f.prorettype = 'pg_catalog.jsonb'::regtype
       and f.pronargs = jsonb_array_length(p_args)
       and 'pg_catalog.jsonb'::regtype = all (f.proargtypes::oid[])
  ) then
    raise exception 'there is no function sync.% for this', p_function
      using errcode = 'undefined_function';
  end if;
  select coalesce(string_agg(format('$1 -> %s', n), ', ' order by n), '') into given
    from generate_series(0, jsonb_array_length(p_args) - 1) n;
  execute format('select sync.%I(%s)', p_function, given) into answer using p_args;
  return answer;
end
$$;
comment on function public.sync_call_v1(text, jsonb) is
  'Calls a function of schema sync for the synchronisation with Notion; for service_role alone.';

-- A project may give every new function of public to everybody: by name, not to public alone.
revoke execute on function public.sync_call_v1(text, jsonb) from public;
do $$
declare
  role_name text;
begin
  foreach role_name in array array['anon', 'authenticated'] loop
    continue when pg_catalog.to_regrole(role_name) is null;
    execute pg_catalog.format(
      'revoke execute on function public.sync_call_v1(text, jsonb) from %I', role_name);
  end loop;
  if pg_catalog.to_regrole('service_role') is not null then
    grant execute on function public.sync_call_v1(text, jsonb) to service_role;
  end if;
end
$$;


-- == rows.sql

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


-- == settle.sql

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


-- == sight.sql

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


-- == comments.sql

-- What each column of the ledger holds, for those who look at it in the dashboard.

comment on column sync.source.table_name is 'The table that the data source is kept in.';
comment on column sync.source.database_id is 'The Notion database.';
comment on column sync.source.data_source_id is 'The data source in it.';
comment on column sync.source.properties is
  'The properties as last seen: id, type and title of each.';
comment on column sync.source.watermark is
  'Pages that were edited since then are yet to be read; null before the first load.';
comment on column sync.source.walked_to is
  'How far the first load came, as a page''s creation time; null when it is done.';

comment on column sync.link.page_id is 'The page.';
comment on column sync.link.table_name is 'The table of its row.';
comment on column sync.link.row_id is 'The row.';
comment on column sync.link.base is
  'The record that both sides last held; null before they agreed.';
comment on column sync.link.deleted is 'Whether both sides last held it to be in the trash.';
comment on column sync.link.edited_at is 'When the page had last been edited, as seen then.';
comment on column sync.link.seen_at is 'When the page was last seen.';

comment on column sync.dirty.table_name is 'The table of the row.';
comment on column sync.dirty.row_id is 'The row.';
comment on column sync.dirty.version is 'The number of the edit; a later edit has a greater one.';
comment on column sync.dirty.op is 'I: inserted, U: updated, D: deleted.';
comment on column sync.dirty.notion_page_id is 'The page of the row, as far as it is known.';
comment on column sync.dirty.at is 'When the row was changed.';
comment on column sync.dirty.tombstone is 'The last values of a row that was deleted.';
comment on column sync.dirty.by_whom is 'Who changed it.';
comment on column sync.dirty.why is 'Why, where somebody said so.';
comment on column sync.dirty.refused is 'The version that Notion would not take.';

comment on column sync.intent.table_name is 'The table of the row.';
comment on column sync.intent.row_id is 'The row.';
comment on column sync.intent.intent is 'What is about to be sent to Notion.';

comment on column sync.stamp.page_id is 'The page.';
comment on column sync.stamp.table_name is 'The table of its row.';
comment on column sync.stamp.row_id is 'Its row, where it has one.';
comment on column sync.stamp.at is 'Since when its stamps are due.';

comment on column sync.waiting.table_name is 'The table of the record that points.';
comment on column sync.waiting.row_id is 'The record that points.';
comment on column sync.waiting.field is 'The relation.';
comment on column sync.waiting.target_table is 'The table that it points into.';
comment on column sync.waiting.target_page_id is 'The page that it points to.';
comment on column sync.waiting.position is 'Notion''s order: 0, 1, ...';
comment on column sync.waiting.link_table is
  'The link table that the link belongs into; null where a foreign key waits.';

comment on column sync.conflicts.id is 'The number of the conflict.';
comment on column sync.conflicts.table_name is 'The table of the row.';
comment on column sync.conflicts.row_id is 'The row.';
comment on column sync.conflicts.page_id is 'Its page.';
comment on column sync.conflicts.property is 'The title of the property in Notion.';
comment on column sync.conflicts.base_value is 'What both sides last held.';
comment on column sync.conflicts.notion_value is 'What Notion has.';
comment on column sync.conflicts.supabase_value is 'What Supabase has.';
comment on column sync.conflicts.policy is 'The policy that decided.';
comment on column sync.conflicts.winner is
  'The side whose value was kept: notion or supabase; held: a person has to decide.';
comment on column sync.conflicts.detected_at is 'When it was found.';
comment on column sync.conflicts.resolved_at is 'When it was settled; null while it waits.';
comment on column sync.conflicts.fingerprint is
  'Tells the same conflict seen twice from another one.';

comment on column sync.problem.key is 'The page, or the row where there is no page.';
comment on column sync.problem.page_id is 'The page.';
comment on column sync.problem.row_id is 'The row.';
comment on column sync.problem.table_name is 'The table.';
comment on column sync.problem.record is 'The title of the record.';
comment on column sync.problem.property is 'The title of the property, where it is about one.';
comment on column sync.problem.reason is 'What is wrong.';
comment on column sync.problem.remedy is 'What to do about it.';
comment on column sync.problem.first_seen is 'When it was first met.';
comment on column sync.problem.last_seen is 'When it was last met.';
comment on column sync.problem.times is 'How often it was met.';
comment on column sync.problem.ignored is 'Whether a person said to leave it at that.';

comment on column sync.round.id is 'The number of the round.';
comment on column sync.round.started_at is 'When it began.';
comment on column sync.round.ended_at is
  'When it ended; null: it was interrupted, or is under way.';
comment on column sync.round.direction is 'Which way data was to flow.';
comment on column sync.round.requests is 'How many requests it sent to Notion.';
comment on column sync.round.counts is 'How many records met with what, by table.';
comment on column sync.round.problems is 'What could not be brought into step.';

comment on column sync.changes.id is 'The number of the change.';
comment on column sync.changes.at is 'When it was applied.';
comment on column sync.changes.round is 'The round that applied it.';
comment on column sync.changes.table_name is 'The table of the row.';
comment on column sync.changes.row_id is 'The row.';
comment on column sync.changes.page_id is 'Its page.';
comment on column sync.changes.property is 'The title of the property in Notion.';
comment on column sync.changes.field is 'The attribute of the model.';
comment on column sync.changes.old is 'What it was.';
comment on column sync.changes.new is 'What it became.';
comment on column sync.changes.source is 'The side that the change came from.';
comment on column sync.changes.why is 'create, edit, merge, conflict, trash, restore, computed, undo or resolve.';
comment on column sync.changes.by_whom is 'Who did it, where known.';

comment on column sync.lease.workspace is 'What the lease is for.';
comment on column sync.lease.owner is 'The run that holds it.';
comment on column sync.lease.fence is
  'Grows with each owner; a write with an older one is refused.';
comment on column sync.lease.until is 'Until when it holds unless it is renewed.';

comment on column sync.readers.id is 'The number of the entry.';
comment on column sync.readers.user_id is 'The user, as in auth.users.';
comment on column sync.readers.row_id is
  'The record that may be read, with all that belongs to it; null: everything.';
comment on column sync.readers.granted_at is 'When the right was given.';
comment on column sync.readers.granted_by is 'Who gave it.';


-- == access.sql

-- Who may use what lies in this schema. Comes last, so that it counts for all that was made; said
-- for each role, since a project need not give any right by default.

revoke all on schema sync from public;

do $$
declare
  role_name text;
begin
  foreach role_name in array array['anon', 'authenticated'] loop
    continue when pg_catalog.to_regrole(role_name) is null;
    execute pg_catalog.format('revoke all on schema sync from %I', role_name);
    execute pg_catalog.format('revoke all on all tables in schema sync from %I', role_name);
    execute pg_catalog.format('revoke all on all sequences in schema sync from %I', role_name);
    execute pg_catalog.format('revoke all on all functions in schema sync from %I', role_name);
  end loop;
  if pg_catalog.to_regrole('service_role') is not null then
    grant usage on schema sync to service_role;
    grant select, insert, update, delete on all tables in schema sync to service_role;
    grant usage, select on all sequences in schema sync to service_role;
    grant execute on all functions in schema sync to service_role;
  end if;
end
$$;
