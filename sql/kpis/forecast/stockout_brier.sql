-- title   = "Stockouts: Brier score"
-- about   = "Mean squared distance between the probability that an article runs out and what came of it, of forecasts whose days are over. 0 is perfect; 0.25 is saying one half each time."
-- kind    = "mean"
-- unit    = "score"
-- better  = "lower"
-- owner   = "supply chain"
-- version = 1
-- needs   = ["forecast_stock_risk"]
SELECT
    matured_at AS at,
    concat_ws(' / ', sku, location, CAST(issued_at AS VARCHAR), CAST(horizon_day AS VARCHAR)) AS record,
    concat(CAST(horizon_day AS VARCHAR), ' days') AS horizon,
    method,
    confidence,
    location,
    CAST(round(power(probability - CASE WHEN happened THEN 1.0 ELSE 0.0 END, 2), 6) AS DECIMAL(18, 6)) AS value
FROM matured_stockouts
WHERE probability IS NOT NULL
    AND matured_at <= now()
