-- title      = "What the models have said"
-- about      = "Each run of each model: from which records, how much it forecast, what it would not say, and what it took."
-- order_by   = "issued_at"
-- descending = true
-- columns.model         = { title = "Model", unit = "text" }
-- columns.model_version = { title = "Version", unit = "text" }
-- columns.issued_at     = { title = "As of", unit = "time" }
-- columns.forecasts     = { title = "Forecasts", unit = "count" }
-- columns.fallbacks     = { title = "By something simpler", unit = "count" }
-- columns.abstained     = { title = "Said nothing because", unit = "text" }
-- columns.basis         = { title = "Records", unit = "text" }
-- columns.elapsed_s     = { title = "Seconds", unit = "count" }
SELECT
    model,
    model_version,
    issued_at,
    knowledge_time,
    forecasts,
    fallbacks,
    abstained,
    basis,
    elapsed_ms / 1000.0 AS elapsed_s,
    data_hash
FROM forecast_runs
