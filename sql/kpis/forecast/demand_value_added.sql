-- title   = "Demand: better than naive"
-- about   = "How much smaller the errors of daily demand forecasts were than those of the same weekday a week before, as a share of the latter. Below zero the naive forecast was better. Counted on the days that were forecast, once over."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "higher"
-- owner   = "supply chain"
-- version = 1
-- needs   = ["forecast_demand"]
SELECT
    matured_at AS at,
    concat_ws(' / ', sku, location, CAST(issued_at AS VARCHAR), CAST(target_day AS VARCHAR)) AS record,
    class,
    method,
    confidence,
    location,
    CASE WHEN horizon_days <= 7 THEN '1 to 7 days' WHEN horizon_days <= 14 THEN '8 to 14 days' ELSE '15 to 28 days' END AS horizon,
    CAST(round(abs(naive_mean - units) - abs(mean - units), 4) AS DECIMAL(18, 4)) AS numerator,
    CAST(round(abs(naive_mean - units), 4) AS DECIMAL(18, 4)) AS denominator
FROM matured_demand
WHERE mean IS NOT NULL
    AND naive_mean IS NOT NULL
    AND matured_at <= now()
