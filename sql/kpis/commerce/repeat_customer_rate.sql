-- title   = "Repeat customer rate"
-- about   = "Customers who ordered again within 90 days of their first order. A customer counts on the day those 90 days end, so that nobody is judged early. Who ordered before the records begin looks new."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "higher"
-- owner   = "sales"
-- version = 1
SELECT
    window_ends_at AS at,
    customer_id AS record,
    country,
    channel,
    ordered_again AS numerator,
    TRUE AS denominator
FROM first_orders
WHERE window_ends_at <= now()
