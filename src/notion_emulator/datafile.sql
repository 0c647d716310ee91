-- The data file of a local Notion. Pages have columns for what puts them in order, so that a
-- start reads no values; everything else is JSON, by kind and id, first to last.
create table fact (
  name text primary key,
  value text not null
) without rowid;

create table thing (
  number integer primary key,
  kind text not null,
  id text not null,
  body text not null,
  unique (kind, id)
);

create table page (
  number integer primary key,
  id text not null unique,
  parent_kind text not null,
  parent_id text not null,
  sequence integer not null,
  created integer not null,
  edited integer not null,
  created_by text not null,
  edited_by text not null,
  in_trash integer not null,
  is_archived integer not null,
  is_locked integer not null,
  rest text,
  body blob not null
);
