-- about = "One forecast that one article at one place runs out by a day that is over, with whether it did. What was out already when it was made is left out; a place whose stock was told no more after it is unknown."
WITH forecasts AS (
    SELECT
        forecast_stockout.issued_at,
        forecast_stockout.model_version,
        forecast_stockout.sku,
        forecast_stockout.location,
        forecast_stockout.horizon_day,
        forecast_stockout.target_day,
        forecast_stockout.probability,
        forecast_stockout.method,
        forecast_stockout.confidence,
        CAST(local_time(forecast_stockout.issued_at) AS DATE) AS origin
    FROM forecast_stockout
    JOIN forecast_stock_risk
        ON forecast_stockout.issued_at = forecast_stock_risk.issued_at
        AND forecast_stockout.model_version = forecast_stock_risk.model_version
        AND forecast_stockout.sku = forecast_stock_risk.sku
        AND forecast_stockout.location = forecast_stock_risk.location
    WHERE forecast_stockout.target_day < CAST(local_time(now()) AS DATE)
        AND forecast_stockout.horizon_day IN (7, 14, 28)
        AND forecast_stock_risk.available > 0
)

SELECT
    forecasts.issued_at,
    forecasts.model_version,
    forecasts.sku,
    forecasts.location,
    forecasts.horizon_day,
    forecasts.target_day,
    forecasts.issued_at + forecasts.horizon_day * INTERVAL '1 day' AS matured_at,
    forecasts.probability,
    forecasts.method,
    forecasts.confidence,
    coalesce(bool_or(days.available <= 0 AND days.day <= forecasts.target_day), FALSE) AS happened
FROM forecasts
JOIN stock_closings AS days
    ON forecasts.sku = days.sku
    AND forecasts.location = days.location
    AND days.day >= forecasts.origin
GROUP BY
    forecasts.issued_at,
    forecasts.model_version,
    forecasts.sku,
    forecasts.location,
    forecasts.horizon_day,
    forecasts.target_day,
    forecasts.probability,
    forecasts.method,
    forecasts.confidence
