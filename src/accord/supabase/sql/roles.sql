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
