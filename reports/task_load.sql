-- How much open work each person has, by priority, and how much of it is late.
--
-- person: Who it is assigned to; null where it is nobody. A task for two counts for both.
-- priority: The priority; null where nobody set it.
-- open: How many tasks are neither done nor cancelled.
-- overdue: How many of them should have been done by now.
-- due_7_days: How many are due within the next seven days.
-- undated: How many have no date.
-- most_overdue_days: By how many whole days the latest one is late.
-- estimated_time: What they are estimated to take together.

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
 group by a.user_id, u.name, t.priority
