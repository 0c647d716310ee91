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
