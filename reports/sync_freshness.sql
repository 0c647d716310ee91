-- How fresh each database is: how many rows there are, and which were not brought into step yet.
--
-- database: The name of the database in Notion.
-- table_name: Its table.
-- rows: How many rows there are that are not in the trash.
-- in_trash: How many are in the trash.
-- never_synced: How many rows were never brought into step with their page.
-- behind: How many rows changed since they were last brought into step, or never were.
-- last_change: When a row last changed.
-- last_synced_at: When a row was last brought into step.

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
 order by l.place
