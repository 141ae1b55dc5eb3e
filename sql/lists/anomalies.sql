-- title      = "Out of the ordinary"
-- about      = "Times in the last 90 days at which a KPI did what it had not done before, by the latest look. Of several days the one that was furthest off is shown."
-- order_by   = "to_day"
-- descending = true
-- columns.kpi          = { title = "KPI", unit = "text" }
-- columns.currency_key = { title = "Currency", unit = "text" }
-- columns.from_day     = { title = "From", unit = "date" }
-- columns.to_day       = { title = "To", unit = "date" }
-- columns.kind         = { title = "What it was", unit = "text" }
-- columns.direction    = { title = "Than expected", unit = "text" }
-- columns.seen         = { title = "Seen", unit = "count" }
-- columns.expected     = { title = "Expected", unit = "count" }
-- columns.low          = { title = "Usual from", unit = "count" }
-- columns.high         = { title = "Usual to", unit = "count" }
-- columns.records      = { title = "Records", unit = "count" }
-- columns.confidence   = { title = "Confidence", unit = "text" }
WITH latest AS (
    SELECT
        issued_at,
        model_version,
        data_hash
    FROM forecast_runs
    WHERE model = 'anomalies'
    ORDER BY issued_at DESC, ran_at DESC
    LIMIT 1
)

SELECT
    said.kpi,
    said.currency_key,
    said.from_day,
    said.to_day,
    said.kind,
    said.direction,
    said.seen,
    said.expected,
    said.low,
    said.high,
    said.score,
    said.records,
    said.confidence,
    said.fallback,
    said.issued_at
FROM forecast_anomalies AS said
JOIN latest
    ON said.issued_at = latest.issued_at
    AND said.model_version = latest.model_version
    AND said.data_hash = latest.data_hash
