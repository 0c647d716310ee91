-- The reports: views that anybody who reads the tables may read.
-- Assembled from the project's reports; a change belongs there, not here.

create schema if not exists reports;
comment on schema reports is
  'Reports on the synchronised tables; each shows what its reader may read.';
revoke all on schema reports from public;
do $$
declare
  role_name text;
begin
  foreach role_name in array array['authenticated', 'service_role'] loop
    if pg_catalog.to_regrole(role_name) is not null then
      execute pg_catalog.format('grant usage on schema reports to %I', role_name);
    end if;
  end loop;
  if pg_catalog.to_regrole('anon') is not null then
    revoke all on schema reports from anon;
  end if;
end
$$;

create view reports.lead_sources with (security_invoker = on) as
select b.name as business,
       c.lead_source,
       count(*) as contacts,
       count(*) filter (where c.status in ('Active Client', 'Former Client')) as clients,
       round(
         100.0 * count(*) filter (where c.status in ('Active Client', 'Former Client'))
         / count(*), 1
       ) as conversion_percent,
       max(c.date_added) as latest
  from public.contacts_profiles c
  left join public.business_entities b on b.id = c.business_entity_id and b.deleted_at is null
 where c.deleted_at is null
 group by b.id, b.name, c.lead_source;
comment on view reports.lead_sources is 'How many contacts each source brought, and how many of them became clients.';
comment on column reports.lead_sources.business is 'The business of the contacts; null where they belong to none.';
comment on column reports.lead_sources.lead_source is 'How the person first came to us; null where nobody noted it.';
comment on column reports.lead_sources.contacts is 'How many came that way.';
comment on column reports.lead_sources.clients is 'How many of them are or were clients.';
comment on column reports.lead_sources.conversion_percent is 'Clients in a hundred contacts, to one decimal.';
comment on column reports.lead_sources.latest is 'When the last of them became known to us.';

revoke all on
  reports.lead_sources
from public;

do $$
begin
  if pg_catalog.to_regrole('anon') is not null then
    revoke all on
      reports.lead_sources
    from anon;
  end if;
end
$$;

do $$
begin
  if pg_catalog.to_regrole('authenticated') is not null then
    revoke all on
      reports.lead_sources
    from authenticated;
    grant select on
      reports.lead_sources
    to authenticated;
  end if;
end
$$;

do $$
begin
  if pg_catalog.to_regrole('service_role') is not null then
    revoke all on
      reports.lead_sources
    from service_role;
    grant select on
      reports.lead_sources
    to service_role;
  end if;
end
$$;
