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
