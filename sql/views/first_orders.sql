-- about = "One customer, with the first order known of them and whether another followed within 90 days. The window starts with the first order."
WITH customer_orders AS (
    SELECT
        customer_id,
        order_id,
        country,
        channel,
        ordered_at,
        min(ordered_at) OVER (PARTITION BY customer_id) AS first_ordered_at
    FROM orders
    WHERE kind = 'order'
        AND customer_id IS NOT NULL
)
SELECT
    customer_id,
    first_value(country ORDER BY ordered_at, order_id) AS country,
    first_value(channel ORDER BY ordered_at, order_id) AS channel,
    min(first_ordered_at) AS first_ordered_at,
    min(first_ordered_at) + INTERVAL '90 days' AS window_ends_at,
    bool_or(ordered_at > first_ordered_at AND ordered_at <= first_ordered_at + INTERVAL '90 days') AS ordered_again
FROM customer_orders
GROUP BY customer_id
