-- How many runs of each workflow are open, done or failed, how long they take, and which are late.
--
-- workflow: The workflow; null where runs name none.
-- business: The business of the runs; null where they belong to none.
-- runs: How many there are.
-- completed: How many were completed.
-- failed: How many ended in an error.
-- open: How many are neither completed nor cancelled.
-- late: How many of the open ones are older than promised: 2 days where they are urgent, 7 where
--   their priority is high, else 30.
-- average_days: How long the completed ones took, in days, to one decimal.
-- oldest_open_days: The age of the oldest open one, in whole days.

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
 group by w.id, w.workflow_name, b.id, b.name
