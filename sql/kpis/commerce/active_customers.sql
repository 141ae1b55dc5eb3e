-- title   = "Active customers"
-- about   = "Different customers who placed an order. Orders without a customer cannot tell whose they are and do not count."
-- kind    = "distinct"
-- unit    = "count"
-- better  = "higher"
-- owner   = "sales"
-- version = 1
SELECT
    ordered_at AS at,
    order_id AS record,
    country,
    channel,
    customer_id AS value
FROM orders
WHERE kind = 'order'
    AND customer_id IS NOT NULL
