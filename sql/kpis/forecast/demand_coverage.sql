-- title   = "Demand: within the upper bound"
-- about   = "Days on which demand stayed at or below what it was said to stay below with a probability of 95 percent. Well calibrated, it is 95 percent; more where most days have no demand at all."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "neutral"
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
    units <= q0_95 AS numerator,
    TRUE AS denominator
FROM matured_demand
WHERE q0_95 IS NOT NULL
    AND matured_at <= now()
