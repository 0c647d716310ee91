-- What each business offers, at what prices, and what its stock would bring.
--
-- business: The business; null where products belong to none.
-- type: The type of the product or service.
-- products: How many there are.
-- active: How many can be had now.
-- lowest_price: The lowest price, in dollars.
-- average_price: The mean of the prices, to the cent.
-- highest_price: The highest price.
-- in_stock: How many pieces are in stock.
-- revenue_potential: What the stock of active products would bring at its price; what has no
--   price or no stock count brings nothing here.

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
 group by b.id, b.name, p.type
