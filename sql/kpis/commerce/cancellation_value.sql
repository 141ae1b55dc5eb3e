-- title   = "Cancelled share of value"
-- about   = "Value of goods cancelled in the period, against the value of goods ordered in it. Postage, fees and adjustments are left out."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "lower"
-- owner   = "sales"
-- version = 1
SELECT
    ordered_at AS at,
    concat(order_id, ' / ', CAST(line_number AS TEXT)) AS record,
    country,
    channel,
    sku,
    customer_id,
    CASE WHEN order_kind = 'cancellation' THEN -net_value ELSE CAST(0 AS DECIMAL(18, 4)) END AS numerator,
    CASE WHEN order_kind = 'order' THEN net_value ELSE CAST(0 AS DECIMAL(18, 4)) END AS denominator,
    currency
FROM order_lines
WHERE line_type = 'product'
    AND order_kind IN ('order', 'cancellation')
