-- The integrations in use that were not tested for 30 days, or never.
--
-- id: The integration's row.
-- integration: Its name.
-- api_platform: The service.
-- status: Its status, as staff set it.
-- last_tested: When it was last seen to work; null: never.
-- days_since_tested: How many whole days ago that was.
-- agents: How many agents use it.
-- businesses: How many businesses use it.

select i.id,
       i.integration_name as integration,
       i.api_platform,
       i.status,
       i.last_tested,
       floor(extract(epoch from now() - i.last_tested) / 86400)::int as days_since_tested,
       (select count(*)
          from public.agents_api_integrations l
          join public.agents a on a.id = l.agent_id
         where l.api_integration_id = i.id and a.deleted_at is null) as agents,
       (select count(*)
          from public.api_integrations_business_entities l
          join public.business_entities b on b.id = l.business_entity_id
         where l.api_integration_id = i.id and b.deleted_at is null) as businesses
  from public.api_integrations i
 where i.deleted_at is null
   and i.status in ('Active', 'Under Test')
   and (i.last_tested is null or i.last_tested < now() - interval '30 days')
