-- about = "One day of one forecast of a stockout that is at least 28 days old, as it was before it was corrected, with what was known to it."
SELECT
    CAST(local_time(forecasts.issued_at) AS DATE) AS origin,
    forecasts.sku,
    forecasts.location,
    forecasts.horizon_day,
    forecasts.uncalibrated,
    risks.cover_days,
    risks.cover_on_hand_days,
    risks.variation,
    risks.censored_share,
    risks.overdue_share
FROM forecast_stockout AS forecasts
JOIN forecast_stock_risk AS risks
    ON forecasts.issued_at = risks.issued_at
    AND forecasts.model_version = risks.model_version
    AND forecasts.sku = risks.sku
    AND forecasts.location = risks.location
WHERE forecasts.issued_at <= now() - INTERVAL '28 days'
    AND forecasts.issued_at > now() - INTERVAL '1 year'
    AND risks.available > 0
    AND forecasts.uncalibrated IS NOT NULL
ORDER BY origin, forecasts.sku, forecasts.location, forecasts.horizon_day
