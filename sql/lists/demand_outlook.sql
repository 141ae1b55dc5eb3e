-- title      = "Articles by what is expected of them"
-- about      = "Units expected in the next four weeks by the latest forecast, with the pattern of demand and what computed it."
-- order_by   = "expected_units"
-- descending = true
-- detail     = { list = "demand_course", by = ["sku", "location"] }
-- columns.sku            = { title = "Article", unit = "text" }
-- columns.location       = { title = "Place", unit = "text" }
-- columns.expected_units = { title = "Expected in 28 days", unit = "count" }
-- columns.last_units     = { title = "Last 28 days", unit = "count" }
-- columns.class          = { title = "Pattern", unit = "text" }
-- columns.method         = { title = "Method", unit = "text" }
-- columns.confidence     = { title = "Confidence", unit = "text" }
-- columns.fallback       = { title = "Why something simpler", unit = "text" }
WITH expected AS (
    SELECT
        sku,
        location,
        sum(mean) AS expected_units,
        min(target_day) AS origin,
        min(class) AS class,
        min(method) AS method,
        min(confidence) AS confidence,
        min(fallback) AS fallback
    FROM forecast_demand
    WHERE issued_at = (SELECT max(issued_at) FROM forecast_demand)
    GROUP BY sku, location
)

SELECT
    expected.sku,
    expected.location,
    expected.expected_units,
    CAST(coalesce(sum(demand.units), 0) AS DOUBLE) AS last_units,
    expected.class,
    expected.method,
    expected.confidence,
    expected.fallback
FROM expected
LEFT JOIN daily_demand AS demand
    ON expected.sku = demand.sku
    AND expected.location = demand.location
    AND demand.day < expected.origin
    AND demand.day >= expected.origin - 28
GROUP BY
    expected.sku,
    expected.location,
    expected.expected_units,
    expected.class,
    expected.method,
    expected.confidence,
    expected.fallback
