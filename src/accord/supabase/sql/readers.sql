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
