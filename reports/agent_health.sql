-- How each agent fares: whether it runs, how often it succeeds, and what it depends on.
--
-- id: The agent's row.
-- agent: Its name.
-- status: Its status, as staff set it.
-- health: failing where under 90 in a hundred runs succeed; silent where it is deployed and did not
--   run for 7 days, or never; else fine. Agents that are not deployed are resting.
-- success_percent: How many runs in a hundred succeed, to one decimal.
-- executions: How often it ran.
-- last_execution: When it last ran.
-- days_since_execution: How many whole days ago that was.
-- integrations: How many services it uses.
-- broken_integrations: How many of these are deprecated or only planned.
-- workflows: How many workflows need it.

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
 where a.deleted_at is null
