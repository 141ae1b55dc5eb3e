-- about = "One forecast that one customer orders nothing within a number of days that are over, with whether they did."
WITH orders_by_day AS (
    SELECT
        customer_id,
        CAST(local_time(ordered_at) AS DATE) AS day,
        count(*) AS order_count
    FROM orders
    WHERE kind = 'order'
        AND customer_id IS NOT NULL
    GROUP BY customer_id, CAST(local_time(ordered_at) AS DATE)
)

SELECT
    forecasts.issued_at,
    forecasts.model_version,
    forecasts.customer_id,
    forecasts.horizon_days,
    forecasts.issued_at + forecasts.horizon_days * INTERVAL '1 day' AS matured_at,
    forecasts.probability,
    forecasts.expected_orders,
    forecasts.method,
    forecasts.confidence,
    coalesce(sum(orders_by_day.order_count), 0) AS order_count,
    coalesce(sum(orders_by_day.order_count), 0) = 0 AS happened
FROM forecast_churn AS forecasts
LEFT JOIN orders_by_day
    ON forecasts.customer_id = orders_by_day.customer_id
    AND orders_by_day.day > forecasts.target_day - CAST(forecasts.horizon_days AS INTEGER)
    AND orders_by_day.day <= forecasts.target_day
WHERE forecasts.target_day < CAST(local_time(now()) AS DATE)
GROUP BY
    forecasts.issued_at,
    forecasts.model_version,
    forecasts.customer_id,
    forecasts.horizon_days,
    forecasts.probability,
    forecasts.expected_orders,
    forecasts.method,
    forecasts.confidence
