-- How many contacts each business has at each stage, and how long ago they were last heard from.
--
-- business: The business; null where contacts belong to none.
-- stage: The contacts' Status; null where nobody set it.
-- contacts: How many there are.
-- vips: How many of them are tagged VIP.
-- quiet_30_days: How many were not in touch for 30 days, or never.
-- last_interaction: When one of them was last in touch.

select b.name as business,
       c.status as stage,
       count(*) as contacts,
       count(*) filter (where 'VIP' = any (c.tags)) as vips,
       count(*) filter (
         where c.last_interaction is null or c.last_interaction < now() - interval '30 days'
       ) as quiet_30_days,
       max(c.last_interaction) as last_interaction
  from public.contacts_profiles c
  left join public.business_entities b on b.id = c.business_entity_id and b.deleted_at is null
 where c.deleted_at is null
 group by b.id, b.name, c.status
