-- title      = "Customers who may not come back"
-- about      = "The probability that each customer orders nothing in the next 30, 60 and 90 days, what that would cost, and why, by the latest forecast."
-- order_by   = "value_at_risk"
-- descending = true
-- columns.customer_id    = { title = "Customer", unit = "text" }
-- columns.name           = { title = "Name", unit = "text" }
-- columns.last_order_on  = { title = "Last order", unit = "date" }
-- columns.within_30_days = { title = "None in 30 days", unit = "percent" }
-- columns.within_60_days = { title = "None in 60 days", unit = "percent" }
-- columns.within_90_days = { title = "None in 90 days", unit = "percent" }
-- columns.expected_orders = { title = "Orders expected", unit = "count" }
-- columns.value_at_risk  = { title = "Value at risk", unit = "money", currency = "currency" }
-- columns.reasons        = { title = "Why", unit = "text" }
-- columns.confidence     = { title = "Confidence", unit = "text" }
WITH by_horizon AS (
    SELECT
        customer_id,
        max(CASE WHEN horizon_days = 30 THEN probability END) AS within_30_days,
        max(CASE WHEN horizon_days = 60 THEN probability END) AS within_60_days,
        max(CASE WHEN horizon_days = 90 THEN probability END) AS within_90_days,
        max(CASE WHEN horizon_days = 90 THEN expected_orders END) AS expected_orders,
        max(CASE WHEN horizon_days = 90 THEN value_at_risk END) AS value_at_risk,
        max(CASE WHEN horizon_days = 90 THEN reasons END) AS reasons,
        max(currency) AS currency,
        max(last_order_on) AS last_order_on,
        max(CASE WHEN horizon_days = 90 THEN confidence END) AS confidence
    FROM forecast_churn
    WHERE issued_at = (SELECT max(issued_at) FROM forecast_churn)
    GROUP BY customer_id
)

SELECT
    by_horizon.customer_id,
    customers.name,
    by_horizon.last_order_on,
    by_horizon.within_30_days,
    by_horizon.within_60_days,
    by_horizon.within_90_days,
    by_horizon.expected_orders,
    by_horizon.value_at_risk,
    by_horizon.currency,
    by_horizon.reasons,
    by_horizon.confidence
FROM by_horizon
LEFT JOIN customers
    ON by_horizon.customer_id = customers.customer_id
