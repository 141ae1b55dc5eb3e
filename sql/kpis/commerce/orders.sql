-- title   = "Orders"
-- about   = "Orders that customers placed. Cancellations and stock or book adjustments are documents of their own and do not count."
-- kind    = "sum"
-- unit    = "count"
-- better  = "higher"
-- owner   = "sales"
-- version = 1
SELECT
    ordered_at AS at,
    order_id AS record,
    country,
    channel,
    customer_id,
    1 AS value
FROM orders
WHERE kind = 'order'
