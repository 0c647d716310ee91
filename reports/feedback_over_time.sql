-- How feedback, its ratings and its mood went, month by month.
--
-- month: The first day of the month (UTC); null where nobody noted when it was received.
-- business: The business; null where feedback belongs to none.
-- answers: How much there is.
-- average_rating: The mean of the ratings, to two decimals; null where there is none.
-- positive: How much of it is positive.
-- neutral: How much is neutral.
-- negative: How much is negative.
-- mixed: How much is mixed.
-- waiting: How much is new or in review.
-- average_response_days: After how many days we answered, to one decimal.

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
 group by 1, b.id, b.name
