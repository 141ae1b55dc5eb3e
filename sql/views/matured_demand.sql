-- about = "One forecast of the demand of one article at one place on a day that is over, beside the units that were asked for. None asked for is 0."
SELECT
    forecasts.issued_at,
    forecasts.model_version,
    forecasts.sku,
    forecasts.location,
    forecasts.target_day,
    forecasts.horizon_days,
    forecasts.issued_at + forecasts.horizon_days * INTERVAL '1 day' AS matured_at,
    forecasts.mean,
    forecasts.naive_mean,
    forecasts.q0_05,
    forecasts.q0_5,
    forecasts.q0_95,
    forecasts.class,
    forecasts.method,
    forecasts.confidence,
    coalesce(demand.units, 0) AS units
FROM forecast_demand AS forecasts
LEFT JOIN daily_demand AS demand
    ON forecasts.sku = demand.sku
    AND forecasts.location = demand.location
    AND forecasts.target_day = demand.day
WHERE forecasts.target_day < CAST(local_time(now()) AS DATE)
