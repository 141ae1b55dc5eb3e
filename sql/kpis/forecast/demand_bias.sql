-- title   = "Demand: bias"
-- about   = "Units forecast less units asked for, as a share of those asked for. Above zero too much was forecast, below zero too little."
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
    CAST(round(mean - units, 4) AS DECIMAL(18, 4)) AS numerator,
    CAST(units AS DECIMAL(18, 4)) AS denominator
FROM matured_demand
WHERE mean IS NOT NULL
    AND matured_at <= now()
