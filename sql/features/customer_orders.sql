-- about = "One order of a customer that the source names, with its value before tax."
SELECT
    customer_id,
    order_id,
    CAST(local_time(ordered_at) AS DATE) AS day,
    CAST(net_value AS DOUBLE) AS net_value,
    currency
FROM orders
WHERE kind = 'order'
    AND customer_id IS NOT NULL
    AND ordered_at < now()
ORDER BY customer_id, ordered_at, order_id
