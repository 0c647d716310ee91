-- How many members the community has at each level, and how active they are.
--
-- business: The business whose community it is; null where members belong to none.
-- membership_level: The level; null where nobody set it.
-- members: How many there are, whatever their status.
-- active_members: How many have the status Active.
-- seen_30_days: How many were active within the last 30 days.
-- average_engagement: The mean of the engagement scores (0 to 100), to one decimal; null where none
--   has a score.
-- latest_join: When the last one joined.

select b.name as business,
       m.membership_level,
       count(*) as members,
       count(*) filter (where m.membership_status = 'Active') as active_members,
       count(*) filter (where m.last_active_date >= now() - interval '30 days') as seen_30_days,
       round(avg(m.engagement_score), 1) as average_engagement,
       max(m.join_date) as latest_join
  from public.community_members m
  left join public.business_entities b on b.id = m.business_entity_id and b.deleted_at is null
 where m.deleted_at is null
 group by b.id, b.name, m.membership_level
