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

create view reports.agent_health with (security_invoker = on) as
select a.id,
       a.agent_name as agent,
       a.status,
       case when a.status is distinct from 'Deployed' then 'resting'
            when a.success_rate < 0.9 then 'failing'
            when a.last_execution is null or a.last_execution < now() - interval '7 days'
              then 'silent'
            else 'fine' end as health,
       round(100 * a.success_rate, 1) as success_percent,
       coalesce(a.execution_count, 0) as executions,
       a.last_execution,
       floor(extract(epoch from now() - a.last_execution) / 86400)::int as days_since_execution,
       i.integrations,
       i.broken_integrations,
       (select count(*)
          from public.agents_workflows l
          join public.workflows w on w.id = l.workflow_id
         where l.agent_id = a.id and w.deleted_at is null) as workflows
  from public.agents a
  cross join lateral (
    select count(*) as integrations,
           count(*) filter (where i.status in ('Deprecated', 'Planned')) as broken_integrations
      from public.agents_api_integrations l
      join public.api_integrations i on i.id = l.api_integration_id
     where l.agent_id = a.id and i.deleted_at is null
  ) i
 where a.deleted_at is null;
comment on view reports.agent_health is 'How each agent fares: whether it runs, how often it succeeds, and what it depends on.';
comment on column reports.agent_health.id is 'The agent''s row.';
comment on column reports.agent_health.agent is 'Its name.';
comment on column reports.agent_health.status is 'Its status, as staff set it.';
comment on column reports.agent_health.health is 'failing where under 90 in a hundred runs succeed; silent where it is deployed and did not run for 7 days, or never; else fine. Agents that are not deployed are resting.';
comment on column reports.agent_health.success_percent is 'How many runs in a hundred succeed, to one decimal.';
comment on column reports.agent_health.executions is 'How often it ran.';
comment on column reports.agent_health.last_execution is 'When it last ran.';
comment on column reports.agent_health.days_since_execution is 'How many whole days ago that was.';
comment on column reports.agent_health.integrations is 'How many services it uses.';
comment on column reports.agent_health.broken_integrations is 'How many of these are deprecated or only planned.';
comment on column reports.agent_health.workflows is 'How many workflows need it.';

create view reports.campaign_performance with (security_invoker = on) as
with campaign as (
  select c.*,
         case when c.end_date >= c.start_date then
           floor(extract(epoch from c.end_date - c.start_date) / 86400)::int + 1
         end as days
    from public.marketing_campaigns c
   where c.deleted_at is null
)
select c.id,
       c.campaign_name as campaign,
       b.name as business,
       c.campaign_type as type,
       c.status,
       case when c.start_date is null then 'undated'
            when now() < c.start_date then 'planned'
            when now() >= c.end_date + interval '1 day' then 'over'
            else 'running' end as phase,
       c.start_date,
       c.end_date,
       c.days,
       c.budget,
       round(c.budget / c.days, 2) as budget_a_day,
       (select count(*)
          from public.marketing_campaigns_related_products l
          join public.products_services p on p.id = l.product_service_id
         where l.marketing_campaign_id = c.id and p.deleted_at is null) as products,
       c.performance_metrics_json as metrics
  from campaign c
  left join public.business_entities b on b.id = c.business_entity_id and b.deleted_at is null;
comment on view reports.campaign_performance is 'Each campaign with its budget, its time, and where it stands.';
comment on column reports.campaign_performance.id is 'The campaign''s row.';
comment on column reports.campaign_performance.campaign is 'Its name.';
comment on column reports.campaign_performance.business is 'The business; null where it belongs to none.';
comment on column reports.campaign_performance.type is 'The type of the campaign.';
comment on column reports.campaign_performance.status is 'Its status, as staff set it.';
comment on column reports.campaign_performance.phase is 'Where its dates put it today: undated, planned, running or over.';
comment on column reports.campaign_performance.start_date is 'The first day.';
comment on column reports.campaign_performance.end_date is 'The last day.';
comment on column reports.campaign_performance.days is 'How many days it lasts, both ends counted; null where one of them is open.';
comment on column reports.campaign_performance.budget is 'The budget, in dollars.';
comment on column reports.campaign_performance.budget_a_day is 'The budget divided by its days, to the cent.';
comment on column reports.campaign_performance.products is 'How many products it is about.';
comment on column reports.campaign_performance.metrics is 'The figures that staff wrote down; null where they are no JSON.';

create view reports.community_engagement with (security_invoker = on) as
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
 group by b.id, b.name, m.membership_level;
comment on view reports.community_engagement is 'How many members the community has at each level, and how active they are.';
comment on column reports.community_engagement.business is 'The business whose community it is; null where members belong to none.';
comment on column reports.community_engagement.membership_level is 'The level; null where nobody set it.';
comment on column reports.community_engagement.members is 'How many there are, whatever their status.';
comment on column reports.community_engagement.active_members is 'How many have the status Active.';
comment on column reports.community_engagement.seen_30_days is 'How many were active within the last 30 days.';
comment on column reports.community_engagement.average_engagement is 'The mean of the engagement scores (0 to 100), to one decimal; null where none has a score.';
comment on column reports.community_engagement.latest_join is 'When the last one joined.';

create view reports.contact_pipeline with (security_invoker = on) as
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
 group by b.id, b.name, c.status;
comment on view reports.contact_pipeline is 'How many contacts each business has at each stage, and how long ago they were last heard from.';
comment on column reports.contact_pipeline.business is 'The business; null where contacts belong to none.';
comment on column reports.contact_pipeline.stage is 'The contacts'' Status; null where nobody set it.';
comment on column reports.contact_pipeline.contacts is 'How many there are.';
comment on column reports.contact_pipeline.vips is 'How many of them are tagged VIP.';
comment on column reports.contact_pipeline.quiet_30_days is 'How many were not in touch for 30 days, or never.';
comment on column reports.contact_pipeline.last_interaction is 'When one of them was last in touch.';

create view reports.data_quality with (security_invoker = on) as
select 'orphan' as kind, 'contacts_profiles' as table_name, t.id as row_id,
       t.full_name as record, 'It belongs to no business.' as finding
  from public.contacts_profiles t
 where t.deleted_at is null
   and t.business_entity_id is null
union all
select 'orphan' as kind, 'community_members' as table_name, t.id as row_id,
       t.member_name as record, 'It belongs to no business.' as finding
  from public.community_members t
 where t.deleted_at is null
   and t.business_entity_id is null
union all
select 'orphan' as kind, 'products_services' as table_name, t.id as row_id,
       t.name as record, 'It belongs to no business.' as finding
  from public.products_services t
 where t.deleted_at is null
   and t.business_entity_id is null
union all
select 'orphan' as kind, 'workflow_instances' as table_name, t.id as row_id,
       t.instance_name as record, 'It belongs to no business.' as finding
  from public.workflow_instances t
 where t.deleted_at is null
   and t.business_entity_id is null
union all
select 'orphan' as kind, 'marketing_campaigns' as table_name, t.id as row_id,
       t.campaign_name as record, 'It belongs to no business.' as finding
  from public.marketing_campaigns t
 where t.deleted_at is null
   and t.business_entity_id is null
union all
select 'orphan' as kind, 'feedback_surveys' as table_name, t.id as row_id,
       t.title as record, 'It belongs to no business.' as finding
  from public.feedback_surveys t
 where t.deleted_at is null
   and t.business_entity_id is null
union all
select 'orphan' as kind, 'rewards_bounties' as table_name, t.id as row_id,
       t.reward_name as record, 'It belongs to no business.' as finding
  from public.rewards_bounties t
 where t.deleted_at is null
   and t.business_entity_id is null
union all
select 'orphan' as kind, 'tasks' as table_name, t.id as row_id,
       t.task_name as record, 'It belongs to no business.' as finding
  from public.tasks t
 where t.deleted_at is null
   and t.related_business_entity_id is null
union all
select 'orphan' as kind, 'community_members' as table_name, t.id as row_id,
       t.member_name as record, 'It names no contact.' as finding
  from public.community_members t
 where t.deleted_at is null
   and t.contact_profile_id is null
union all
select 'orphan' as kind, 'workflow_instances' as table_name, t.id as row_id,
       t.instance_name as record, 'It names no workflow.' as finding
  from public.workflow_instances t
 where t.deleted_at is null
   and t.workflow_id is null
union all
select 'missing' as kind, 'contacts_profiles' as table_name, t.id as row_id,
       t.full_name as record, 'It has neither an e-mail address nor a telephone.' as finding
  from public.contacts_profiles t
 where t.deleted_at is null
   and t.email is null and t.phone is null
union all
select 'missing' as kind, 'products_services' as table_name, t.id as row_id,
       t.name as record, 'It is active and has no price.' as finding
  from public.products_services t
 where t.deleted_at is null
   and t.status = 'Active' and t.price is null
union all
select 'missing' as kind, 'workflow_instances' as table_name, t.id as row_id,
       t.instance_name as record, 'It is active and has no start date.' as finding
  from public.workflow_instances t
 where t.deleted_at is null
   and t.status = 'Active' and t.start_date is null
union all
select 'missing' as kind, 'tasks' as table_name, t.id as row_id,
       t.task_name as record, 'It is open and has no due date.' as finding
  from public.tasks t
 where t.deleted_at is null
   and t.status in ('To Do', 'In Progress') and t.due_date is null
union all
select 'missing' as kind, 'tasks' as table_name, t.id as row_id,
       t.task_name as record, 'It is open and assigned to nobody.' as finding
  from public.tasks t
 where t.deleted_at is null
   and t.status in ('To Do', 'In Progress') and cardinality(t.assigned_to) = 0
union all
select 'stale' as kind, 'contacts_profiles' as table_name, t.id as row_id,
       t.full_name as record, 'It is a lead that was not in touch for 180 days.' as finding
  from public.contacts_profiles t
 where t.deleted_at is null
   and t.status in ('Active Lead', 'Qualified Lead')
   and t.last_interaction < now() - interval '180 days'
union all
select 'stale' as kind, 'tasks' as table_name, t.id as row_id,
       t.task_name as record, 'It is open and was due more than 90 days ago.' as finding
  from public.tasks t
 where t.deleted_at is null
   and t.status in ('To Do', 'In Progress', 'On Hold')
   and t.due_date < now() - interval '90 days'
union all
select 'stale' as kind, 'marketing_campaigns' as table_name, t.id as row_id,
       t.campaign_name as record, 'It is active although its last day is over.' as finding
  from public.marketing_campaigns t
 where t.deleted_at is null
   and t.status = 'Active' and t.end_date < now() - interval '1 day'
union all
select 'duplicate', 'contacts_profiles', t.id, t.full_name,
       'Another record has the same e-mail address.'
  from public.contacts_profiles t
 where t.deleted_at is null
   and exists (
     select from public.contacts_profiles o
      where o.id <> t.id and o.deleted_at is null and lower(o.email) = lower(t.email))
union all
select 'duplicate', 'community_members', t.id, t.member_name,
       'Another record has the same e-mail address.'
  from public.community_members t
 where t.deleted_at is null
   and exists (
     select from public.community_members o
      where o.id <> t.id and o.deleted_at is null and lower(o.member_email) = lower(t.member_email));
comment on view reports.data_quality is 'The records that need a look: orphans, missing facts, stale ones, likely duplicates.';
comment on column reports.data_quality.kind is 'orphan, missing, stale or duplicate.';
comment on column reports.data_quality.table_name is 'The table of the record.';
comment on column reports.data_quality.row_id is 'Its row.';
comment on column reports.data_quality.record is 'Its title.';
comment on column reports.data_quality.finding is 'What is wrong, in a sentence.';

create view reports.feedback_over_time with (security_invoker = on) as
select date_trunc('month', f.date_received at time zone 'UTC')::date as month,
       b.name as business,
       count(*) as answers,
       round(avg(f.rating), 2) as average_rating,
       count(*) filter (where f.sentiment = 'Positive') as positive,
       count(*) filter (where f.sentiment = 'Neutral') as neutral,
       count(*) filter (where f.sentiment = 'Negative') as negative,
       count(*) filter (where f.sentiment = 'Mixed') as mixed,
       count(*) filter (where f.status in ('New', 'In Review')) as waiting,
       round(avg(extract(epoch from f.response_date - f.date_received)) / 86400, 1)
         as average_response_days
  from public.feedback_surveys f
  left join public.business_entities b on b.id = f.business_entity_id and b.deleted_at is null
 where f.deleted_at is null
 group by 1, b.id, b.name;
comment on view reports.feedback_over_time is 'How feedback, its ratings and its mood went, month by month.';
comment on column reports.feedback_over_time.month is 'The first day of the month (UTC); null where nobody noted when it was received.';
comment on column reports.feedback_over_time.business is 'The business; null where feedback belongs to none.';
comment on column reports.feedback_over_time.answers is 'How much there is.';
comment on column reports.feedback_over_time.average_rating is 'The mean of the ratings, to two decimals; null where there is none.';
comment on column reports.feedback_over_time.positive is 'How much of it is positive.';
comment on column reports.feedback_over_time.neutral is 'How much is neutral.';
comment on column reports.feedback_over_time.negative is 'How much is negative.';
comment on column reports.feedback_over_time.mixed is 'How much is mixed.';
comment on column reports.feedback_over_time.waiting is 'How much is new or in review.';
comment on column reports.feedback_over_time.average_response_days is 'After how many days we answered, to one decimal.';

create view reports.integrations_overdue with (security_invoker = on) as
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
   and (i.last_tested is null or i.last_tested < now() - interval '30 days');
comment on view reports.integrations_overdue is 'The integrations in use that were not tested for 30 days, or never.';
comment on column reports.integrations_overdue.id is 'The integration''s row.';
comment on column reports.integrations_overdue.integration is 'Its name.';
comment on column reports.integrations_overdue.api_platform is 'The service.';
comment on column reports.integrations_overdue.status is 'Its status, as staff set it.';
comment on column reports.integrations_overdue.last_tested is 'When it was last seen to work; null: never.';
comment on column reports.integrations_overdue.days_since_tested is 'How many whole days ago that was.';
comment on column reports.integrations_overdue.agents is 'How many agents use it.';
comment on column reports.integrations_overdue.businesses is 'How many businesses use it.';

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

create view reports.product_catalogue with (security_invoker = on) as
select b.name as business,
       p.type,
       count(*) as products,
       count(*) filter (where p.status = 'Active') as active,
       min(p.price) as lowest_price,
       round(avg(p.price), 2) as average_price,
       max(p.price) as highest_price,
       coalesce(sum(p.inventory_count), 0) as in_stock,
       coalesce(sum(p.price * p.inventory_count) filter (where p.status = 'Active'), 0)
         as revenue_potential
  from public.products_services p
  left join public.business_entities b on b.id = p.business_entity_id and b.deleted_at is null
 where p.deleted_at is null
 group by b.id, b.name, p.type;
comment on view reports.product_catalogue is 'What each business offers, at what prices, and what its stock would bring.';
comment on column reports.product_catalogue.business is 'The business; null where products belong to none.';
comment on column reports.product_catalogue.type is 'The type of the product or service.';
comment on column reports.product_catalogue.products is 'How many there are.';
comment on column reports.product_catalogue.active is 'How many can be had now.';
comment on column reports.product_catalogue.lowest_price is 'The lowest price, in dollars.';
comment on column reports.product_catalogue.average_price is 'The mean of the prices, to the cent.';
comment on column reports.product_catalogue.highest_price is 'The highest price.';
comment on column reports.product_catalogue.in_stock is 'How many pieces are in stock.';
comment on column reports.product_catalogue.revenue_potential is 'What the stock of active products would bring at its price; what has no price or no stock count brings nothing here.';

create view reports.rewards_redemption with (security_invoker = on) as
select r.id,
       r.reward_name as reward,
       b.name as business,
       r.reward_type as type,
       r.status,
       coalesce(r.redemption_count, 0) as redeemed,
       r.maximum_redemptions as maximum,
       case when r.maximum_redemptions is not null then
         greatest(r.maximum_redemptions - coalesce(r.redemption_count, 0), 0)
       end as remaining,
       round(100 * coalesce(r.redemption_count, 0) / nullif(r.maximum_redemptions, 0), 1)
         as redeemed_percent,
       r.points_value,
       r.monetary_value,
       coalesce(r.redemption_count, 0) * r.monetary_value as given_out,
       r.end_date
  from public.rewards_bounties r
  left join public.business_entities b on b.id = r.business_entity_id and b.deleted_at is null
 where r.deleted_at is null;
comment on view reports.rewards_redemption is 'How often each reward was redeemed, and how often it still can be.';
comment on column reports.rewards_redemption.id is 'The reward''s row.';
comment on column reports.rewards_redemption.reward is 'Its name.';
comment on column reports.rewards_redemption.business is 'The business; null where it belongs to none.';
comment on column reports.rewards_redemption.type is 'The type of the reward.';
comment on column reports.rewards_redemption.status is 'Its status, as staff set it.';
comment on column reports.rewards_redemption.redeemed is 'How often it was redeemed.';
comment on column reports.rewards_redemption.maximum is 'How often it can be redeemed at most; null: as often as one likes.';
comment on column reports.rewards_redemption.remaining is 'How often it still can be.';
comment on column reports.rewards_redemption.redeemed_percent is 'Redeemed in a hundred of the maximum, to one decimal.';
comment on column reports.rewards_redemption.points_value is 'What it costs in points.';
comment on column reports.rewards_redemption.monetary_value is 'What it is worth, in dollars.';
comment on column reports.rewards_redemption.given_out is 'What was given out so far, in dollars.';
comment on column reports.rewards_redemption.end_date is 'The last day.';

create view reports.sync_freshness with (security_invoker = on) as
with every as (
  select 'business_entities' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.business_entities t
  union all
  select 'contacts_profiles' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.contacts_profiles t
  union all
  select 'community_members' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.community_members t
  union all
  select 'products_services' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.products_services t
  union all
  select 'workflow_instances' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.workflow_instances t
  union all
  select 'marketing_campaigns' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.marketing_campaigns t
  union all
  select 'feedback_surveys' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.feedback_surveys t
  union all
  select 'rewards_bounties' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.rewards_bounties t
  union all
  select 'tasks' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.tasks t
  union all
  select 'agent_communication_patterns' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.agent_communication_patterns t
  union all
  select 'agents' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.agents t
  union all
  select 'api_integrations' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.api_integrations t
  union all
  select 'data_transformations' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.data_transformations t
  union all
  select 'notification_templates' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.notification_templates t
  union all
  select 'use_cases' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.use_cases t
  union all
  select 'workflows' as table_name,
         t.deleted_at, t.updated_at, t.last_synced_at
    from public.workflows t
),
-- A database without rows is told of too.
listed (place, database, table_name) as (
  values
    (1, 'Business Entities Registry', 'business_entities'),
    (2, 'Contacts & Profiles', 'contacts_profiles'),
    (3, 'Community Hub', 'community_members'),
    (4, 'Products & Services', 'products_services'),
    (5, 'Workflow Instances', 'workflow_instances'),
    (6, 'Marketing Campaigns', 'marketing_campaigns'),
    (7, 'Feedback & Surveys', 'feedback_surveys'),
    (8, 'Rewards & Bounties', 'rewards_bounties'),
    (9, 'Master Tasks Database', 'tasks'),
    (10, 'Agent Communication Patterns', 'agent_communication_patterns'),
    (11, 'Agent Registry', 'agents'),
    (12, 'API Integrations Catalog', 'api_integrations'),
    (13, 'Data Transformations Registry', 'data_transformations'),
    (14, 'Notifications Templates', 'notification_templates'),
    (15, 'Use Cases Library', 'use_cases'),
    (16, 'Workflows Library', 'workflows')
)
select l.database,
       l.table_name,
       count(e.updated_at) filter (where e.deleted_at is null) as rows,
       count(e.deleted_at) as in_trash,
       count(e.updated_at) filter (where e.last_synced_at is null) as never_synced,
       count(e.updated_at) filter (
         where e.last_synced_at is null or e.updated_at > e.last_synced_at
       ) as behind,
       max(e.updated_at) as last_change,
       max(e.last_synced_at) as last_synced_at
  from listed l
  left join every e on e.table_name = l.table_name
 group by l.place, l.database, l.table_name
 order by l.place;
comment on view reports.sync_freshness is 'How fresh each database is: how many rows there are, and which were not brought into step yet.';
comment on column reports.sync_freshness.database is 'The name of the database in Notion.';
comment on column reports.sync_freshness.table_name is 'Its table.';
comment on column reports.sync_freshness.rows is 'How many rows there are that are not in the trash.';
comment on column reports.sync_freshness.in_trash is 'How many are in the trash.';
comment on column reports.sync_freshness.never_synced is 'How many rows were never brought into step with their page.';
comment on column reports.sync_freshness.behind is 'How many rows changed since they were last brought into step, or never were.';
comment on column reports.sync_freshness.last_change is 'When a row last changed.';
comment on column reports.sync_freshness.last_synced_at is 'When a row was last brought into step.';

create view reports.task_load with (security_invoker = on) as
select u.name as person,
       t.priority,
       count(*) as open,
       count(*) filter (where t.due_date < now()) as overdue,
       count(*) filter (where t.due_date >= now() and t.due_date < now() + interval '7 days')
         as due_7_days,
       count(*) filter (where t.due_date is null) as undated,
       floor(extract(epoch from now() - min(t.due_date) filter (where t.due_date < now())) / 86400)
         ::int as most_overdue_days,
       coalesce(sum(t.estimated_time), 0) as estimated_time
  from public.tasks t
  left join lateral unnest(t.assigned_to) as a(user_id) on true
  left join public.notion_users u on u.id = a.user_id
 where t.deleted_at is null
   and t.status is distinct from 'Done' and t.status is distinct from 'Cancelled'
 group by a.user_id, u.name, t.priority;
comment on view reports.task_load is 'How much open work each person has, by priority, and how much of it is late.';
comment on column reports.task_load.person is 'Who it is assigned to; null where it is nobody. A task for two counts for both.';
comment on column reports.task_load.priority is 'The priority; null where nobody set it.';
comment on column reports.task_load.open is 'How many tasks are neither done nor cancelled.';
comment on column reports.task_load.overdue is 'How many of them should have been done by now.';
comment on column reports.task_load.due_7_days is 'How many are due within the next seven days.';
comment on column reports.task_load.undated is 'How many have no date.';
comment on column reports.task_load.most_overdue_days is 'By how many whole days the latest one is late.';
comment on column reports.task_load.estimated_time is 'What they are estimated to take together.';

create view reports.workflow_throughput with (security_invoker = on) as
with run as (
  select i.*,
         i.status is distinct from 'Completed' and i.status is distinct from 'Cancelled' as is_open,
         now() - i.start_date as age
    from public.workflow_instances i
   where i.deleted_at is null
)
select w.workflow_name as workflow,
       b.name as business,
       count(*) as runs,
       count(*) filter (where r.status = 'Completed') as completed,
       count(*) filter (where r.status = 'Error') as failed,
       count(*) filter (where r.is_open) as open,
       count(*) filter (
         where r.is_open
           and r.age > case r.priority when 'Urgent' then interval '2 days'
                                       when 'High' then interval '7 days'
                                       else interval '30 days' end
       ) as late,
       round(
         (avg(extract(epoch from r.end_date - r.start_date)) filter (where r.status = 'Completed'))
         / 86400, 1
       ) as average_days,
       floor(extract(epoch from max(r.age) filter (where r.is_open)) / 86400)::int
         as oldest_open_days
  from run r
  left join public.workflows w on w.id = r.workflow_id and w.deleted_at is null
  left join public.business_entities b on b.id = r.business_entity_id and b.deleted_at is null
 group by w.id, w.workflow_name, b.id, b.name;
comment on view reports.workflow_throughput is 'How many runs of each workflow are open, done or failed, how long they take, and which are late.';
comment on column reports.workflow_throughput.workflow is 'The workflow; null where runs name none.';
comment on column reports.workflow_throughput.business is 'The business of the runs; null where they belong to none.';
comment on column reports.workflow_throughput.runs is 'How many there are.';
comment on column reports.workflow_throughput.completed is 'How many were completed.';
comment on column reports.workflow_throughput.failed is 'How many ended in an error.';
comment on column reports.workflow_throughput.open is 'How many are neither completed nor cancelled.';
comment on column reports.workflow_throughput.late is 'How many of the open ones are older than promised: 2 days where they are urgent, 7 where their priority is high, else 30.';
comment on column reports.workflow_throughput.average_days is 'How long the completed ones took, in days, to one decimal.';
comment on column reports.workflow_throughput.oldest_open_days is 'The age of the oldest open one, in whole days.';

revoke all on
  reports.agent_health,
  reports.campaign_performance,
  reports.community_engagement,
  reports.contact_pipeline,
  reports.data_quality,
  reports.feedback_over_time,
  reports.integrations_overdue,
  reports.lead_sources,
  reports.product_catalogue,
  reports.rewards_redemption,
  reports.sync_freshness,
  reports.task_load,
  reports.workflow_throughput
from public;

do $$
begin
  if pg_catalog.to_regrole('anon') is not null then
    revoke all on
      reports.agent_health,
      reports.campaign_performance,
      reports.community_engagement,
      reports.contact_pipeline,
      reports.data_quality,
      reports.feedback_over_time,
      reports.integrations_overdue,
      reports.lead_sources,
      reports.product_catalogue,
      reports.rewards_redemption,
      reports.sync_freshness,
      reports.task_load,
      reports.workflow_throughput
    from anon;
  end if;
end
$$;

do $$
begin
  if pg_catalog.to_regrole('authenticated') is not null then
    revoke all on
      reports.agent_health,
      reports.campaign_performance,
      reports.community_engagement,
      reports.contact_pipeline,
      reports.data_quality,
      reports.feedback_over_time,
      reports.integrations_overdue,
      reports.lead_sources,
      reports.product_catalogue,
      reports.rewards_redemption,
      reports.sync_freshness,
      reports.task_load,
      reports.workflow_throughput
    from authenticated;
    grant select on
      reports.agent_health,
      reports.campaign_performance,
      reports.community_engagement,
      reports.contact_pipeline,
      reports.data_quality,
      reports.feedback_over_time,
      reports.integrations_overdue,
      reports.lead_sources,
      reports.product_catalogue,
      reports.rewards_redemption,
      reports.sync_freshness,
      reports.task_load,
      reports.workflow_throughput
    to authenticated;
  end if;
end
$$;

do $$
begin
  if pg_catalog.to_regrole('service_role') is not null then
    revoke all on
      reports.agent_health,
      reports.campaign_performance,
      reports.community_engagement,
      reports.contact_pipeline,
      reports.data_quality,
      reports.feedback_over_time,
      reports.integrations_overdue,
      reports.lead_sources,
      reports.product_catalogue,
      reports.rewards_redemption,
      reports.sync_freshness,
      reports.task_load,
      reports.workflow_throughput
    from service_role;
    grant select on
      reports.agent_health,
      reports.campaign_performance,
      reports.community_engagement,
      reports.contact_pipeline,
      reports.data_quality,
      reports.feedback_over_time,
      reports.integrations_overdue,
      reports.lead_sources,
      reports.product_catalogue,
      reports.rewards_redemption,
      reports.sync_freshness,
      reports.task_load,
      reports.workflow_throughput
    to service_role;
  end if;
end
$$;
