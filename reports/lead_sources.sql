-- How many contacts each source brought, and how many of them became clients.
--
-- business: The business of the contacts; null where they belong to none.
-- lead_source: How the person first came to us; null where nobody noted it.
-- contacts: How many came that way.
-- clients: How many of them are or were clients.
-- conversion_percent: Clients in a hundred contacts, to one decimal.
-- latest: When the last of them became known to us.

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
 group by b.id, b.name, c.lead_source
