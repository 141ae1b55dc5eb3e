-- title   = "Churn: how often it happened"
-- about   = "The share of forecasts that a customer orders nothing that came true, of those whose days are over. By what was said it tells whether the probabilities can be believed: what was said with 70 to 80 percent should come true in 70 to 80 of 100."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "neutral"
-- owner   = "sales"
-- version = 1
-- needs   = ["forecast_churn"]
SELECT
    matured_at AS at,
    concat_ws(' / ', customer_id, CAST(issued_at AS VARCHAR), CAST(horizon_days AS VARCHAR)) AS record,
    concat(CAST(least(floor(probability * 10), 9) * 10 AS INTEGER), ' to ', CAST(least(floor(probability * 10), 9) * 10 + 10 AS INTEGER), ' %') AS said,
    concat(CAST(horizon_days AS VARCHAR), ' days') AS horizon,
    method,
    confidence,
    happened AS numerator,
    TRUE AS denominator
FROM matured_churn
WHERE probability IS NOT NULL
    AND matured_at <= now()
