-- title   = "Cancellation rate"
-- about   = "Cancellations among all documents of the period: orders, cancellations and adjustments. A cancellation counts when it is made, whenever the goods were ordered."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "lower"
-- owner   = "sales"
-- version = 1
SELECT
    ordered_at AS at,
    order_id AS record,
    country,
    channel,
    customer_id,
    kind = 'cancellation' OR cancelled_at IS NOT NULL AS numerator,
    TRUE AS denominator
FROM orders
