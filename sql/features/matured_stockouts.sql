-- about = "One forecast that an article runs out by a day, made in the last 90 days, as it was before it was corrected. What was out already is left out."
SELECT
    CAST(local_time(forecasts.issued_at) AS DATE) AS origin,
    forecasts.sku,
    forecasts.location,
    forecasts.horizon_day,
    forecasts.uncalibrated
FROM forecast_stockout AS forecasts
JOIN forecast_stock_risk AS risks
    ON forecasts.issued_at = risks.issued_at
    AND forecasts.model_version = risks.model_version
    AND forecasts.sku = risks.sku
    AND forecasts.location = risks.location
WHERE forecasts.issued_at < now()
    AND forecasts.issued_at >= now() - INTERVAL '90 days'
    AND forecasts.horizon_day IN (1, 3, 5, 7, 10, 14, 21, 28)
    AND risks.available > 0
    AND forecasts.uncalibrated IS NOT NULL
ORDER BY origin, forecasts.sku, forecasts.location, forecasts.horizon_day
