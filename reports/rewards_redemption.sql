-- How often each reward was redeemed, and how often it still can be.
--
-- id: The reward's row.
-- reward: Its name.
-- business: The business; null where it belongs to none.
-- type: The type of the reward.
-- status: Its status, as staff set it.
-- redeemed: How often it was redeemed.
-- maximum: How often it can be redeemed at most; null: as often as one likes.
-- remaining: How often it still can be.
-- redeemed_percent: Redeemed in a hundred of the maximum, to one decimal.
-- points_value: What it costs in points.
-- monetary_value: What it is worth, in dollars.
-- given_out: What was given out so far, in dollars.
-- end_date: The last day.

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
 where r.deleted_at is null
