-- title   = "Average order value"
-- about   = "Net value of an order as it was placed, on average. Later cancellations do not lower it; cancellations and adjustments are no orders."
-- kind    = "mean"
-- unit    = "money"
-- better  = "higher"
-- owner   = "sales"
-- version = 1
SELECT
    ordered_at AS at,
    order_id AS record,
    country,
    channel,
    customer_id,
    net_value AS value,
    currency
FROM orders
WHERE kind = 'order'
    AND net_value IS NOT NULL
