-- The role that the synchronisation works as. Safe to run again; run it again after a migration,
-- which may have brought tables or functions that the role has no rights on yet.
-- Then give it a password, which stands in no file:  \password accord_worker   (in psql)
-- and connect as it:  SUPABASE_DB_URL=postgresql://accord_worker:PASSWORD@HOST:5432/postgres

do $$
begin
  if pg_catalog.to_regrole('accord_worker') is null then
    create role accord_worker login noinherit;
  end if;
  if exists (
    select from pg_catalog.pg_roles r
     where r.rolname = 'accord_worker'
       and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication)
  ) then
    raise exception 'The role accord_worker may do more than a worker should'
      using hint = 'Take its attributes away: superuser, bypassrls, createrole, createdb,'
        ' replication.';
  end if;
end
$$;

-- The tables that are synchronised: rows, and nothing but rows.
revoke all on
  /* tables */
from accord_worker;
grant select, insert, update, delete on
  /* tables */
to accord_worker;
grant usage on schema public, sync to accord_worker;

-- The ledger, without the list of readers; the functions that the synchronisation calls.
do $$
declare
  found record;
begin
  for found in
    select c.oid::regclass as name, c.relkind as kind, c.relname from pg_catalog.pg_class c
     where c.relnamespace = 'sync'::regnamespace and c.relkind in ('r', 'S')
  loop
    execute pg_catalog.format('revoke all on %s from accord_worker', found.name);
    continue when found.relname like 'readers%';
    if found.kind = 'S' then
      execute pg_catalog.format('grant usage on sequence %s to accord_worker', found.name);
    elsif found.relname = 'model' then  -- written by migrations alone
      execute pg_catalog.format('grant select on %s to accord_worker', found.name);
    else
      execute pg_catalog.format(
        'grant select, insert, update, delete on %s to accord_worker', found.name);
    end if;
  end loop;
  for found in
    select p.oid::regprocedure as name from pg_catalog.pg_proc p
     where p.pronamespace = 'sync'::regnamespace and p.proname ~ '_v[0-9]+$'
       and not p.prosecdef and p.prorettype <> 'trigger'::regtype
  loop
    execute pg_catalog.format('grant execute on function %s to accord_worker', found.name);
  end loop;
end
$$;

-- Which migrations are applied, so that it can say when some are missing.
do $$
begin
  if pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null then
    grant usage on schema supabase_migrations to accord_worker;
    grant select on supabase_migrations.schema_migrations to accord_worker;
  end if;
end
$$;

-- Row level security holds for it too: these policies let it through, on these tables alone.
do $$
declare
  name text;
begin
  for name in
    select pg_catalog.unnest(array[
      /* names */
    ]::text[])
    union all
    select c.oid::regclass::text from pg_catalog.pg_class c
     where c.relnamespace = 'sync'::regnamespace and c.relkind = 'r' and c.relname <> 'readers'
  loop
    execute pg_catalog.format('drop policy if exists accord_worker on %s', name);
    execute pg_catalog.format(
      'create policy accord_worker on %s for all to accord_worker using (true) with check (true)', name);
  end loop;
end
$$;
