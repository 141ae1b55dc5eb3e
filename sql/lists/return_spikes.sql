-- title      = "Articles that come back more than they used to"
-- about      = "Articles sold from 60 to 30 days ago of which more came back within 30 days than their own past and their group's let expect, by the latest forecast."
-- order_by   = "value_at_stake"
-- descending = true
-- columns.sku             = { title = "Article", unit = "text" }
-- columns.name            = { title = "Name", unit = "text" }
-- columns.category        = { title = "Group", unit = "text" }
-- columns.units_sold      = { title = "Sold", unit = "count" }
-- columns.units_returned  = { title = "Came back", unit = "count" }
-- columns.expected_units  = { title = "Expected back", unit = "count" }
-- columns.return_rate     = { title = "Return rate", unit = "percent" }
-- columns.expected_rate   = { title = "Expected rate", unit = "percent" }
-- columns.false_discovery = { title = "False alarms among such", unit = "percent" }
-- columns.value_at_stake  = { title = "Value at stake", unit = "money", currency = "currency" }
-- columns.confidence      = { title = "Confidence", unit = "text" }
WITH latest AS (
    SELECT
        issued_at,
        model_version,
        data_hash
    FROM forecast_runs
    WHERE model = 'returns'
    ORDER BY issued_at DESC, ran_at DESC
    LIMIT 1
)

SELECT
    said.sku,
    products.name,
    said.category,
    said.units_sold,
    said.units_returned,
    said.expected_units,
    said.units_returned / said.units_sold AS return_rate,
    said.expected_rate,
    said.probability,
    said.false_discovery,
    said.value_at_stake,
    said.currency,
    said.confidence,
    said.fallback,
    said.issued_at
FROM forecast_return_spikes AS said
JOIN latest
    ON said.issued_at = latest.issued_at
    AND said.model_version = latest.model_version
    AND said.data_hash = latest.data_hash
LEFT JOIN products
    ON said.sku = products.sku
WHERE said.spike
