-- title   = "Churn: Brier score"
-- about   = "Mean squared distance between the probability that a customer orders nothing and what came of it, of forecasts whose days are over. 0 is perfect; 0.25 is saying one half each time."
-- kind    = "mean"
-- unit    = "score"
-- better  = "lower"
-- owner   = "sales"
-- version = 1
-- needs   = ["forecast_churn"]
SELECT
    matured_at AS at,
    concat_ws(' / ', customer_id, CAST(issued_at AS VARCHAR), CAST(horizon_days AS VARCHAR)) AS record,
    concat(CAST(horizon_days AS VARCHAR), ' days') AS horizon,
    method,
    confidence,
    CAST(round(power(probability - CASE WHEN happened THEN 1.0 ELSE 0.0 END, 2), 6) AS DECIMAL(18, 6)) AS value
FROM matured_churn
WHERE probability IS NOT NULL
    AND matured_at <= now()
