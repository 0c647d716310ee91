-- The records that need a look: orphans, missing facts, stale ones, likely duplicates.
--
-- kind: orphan, missing, stale or duplicate.
-- table_name: The table of the record.
-- row_id: Its row.
-- record: Its title.
-- finding: What is wrong, in a sentence.

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
      where o.id <> t.id and o.deleted_at is null and lower(o.member_email) = lower(t.member_email))
