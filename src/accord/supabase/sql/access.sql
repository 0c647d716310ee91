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
