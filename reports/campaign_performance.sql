-- Each campaign with its budget, its time, and where it stands.
--
-- id: The campaign's row.
-- campaign: Its name.
-- business: The business; null where it belongs to none.
-- type: The type of the campaign.
-- status: Its status, as staff set it.
-- phase: Where its dates put it today: undated, planned, running or over.
-- start_date: The first day.
-- end_date: The last day.
-- days: How many days it lasts, both ends counted; null where one of them is open.
-- budget: The budget, in dollars.
-- budget_a_day: The budget divided by its days, to the cent.
-- products: How many products it is about.
-- metrics: The figures that staff wrote down; null where they are no JSON.

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
  left join public.business_entities b on b.id = c.business_entity_id and b.deleted_at is null
