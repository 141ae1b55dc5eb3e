-- title    = "Demand of an article"
-- about    = "Units asked for in the last eight weeks, and those forecast for the next four with how sure that is."
-- order_by = "day"
-- columns.day    = { title = "Day", unit = "date" }
-- columns.units  = { title = "Asked for", unit = "count" }
-- columns.mean   = { title = "Expected", unit = "count" }
-- columns.q0_05  = { title = "At least (95 %)", unit = "count" }
-- columns.q0_25  = { title = "At least (75 %)", unit = "count" }
-- columns.q0_75  = { title = "At most (75 %)", unit = "count" }
-- columns.q0_95  = { title = "At most (95 %)", unit = "count" }
-- chart.day    = "day"
-- chart.actual = "units"
-- chart.middle = "mean"
-- chart.bands  = [{ title = "90 %", from = "q0_05", to = "q0_95" }, { title = "50 %", from = "q0_25", to = "q0_75" }]
WITH latest AS (
    SELECT max(issued_at) AS issued_at FROM forecast_demand
)

SELECT
    sku,
    location,
    day,
    CAST(units AS DOUBLE) AS units,
    CAST(NULL AS DOUBLE) AS mean,
    CAST(NULL AS DOUBLE) AS q0_05,
    CAST(NULL AS DOUBLE) AS q0_25,
    CAST(NULL AS DOUBLE) AS q0_75,
    CAST(NULL AS DOUBLE) AS q0_95
FROM daily_demand
CROSS JOIN latest
WHERE day < CAST(local_time(latest.issued_at) AS DATE)
    AND day >= CAST(local_time(latest.issued_at) AS DATE) - 56
UNION ALL
SELECT
    sku,
    location,
    target_day AS day,
    CAST(NULL AS DOUBLE) AS units,
    mean,
    q0_05,
    q0_25,
    q0_75,
    q0_95
FROM forecast_demand
WHERE issued_at = (SELECT issued_at FROM latest)
