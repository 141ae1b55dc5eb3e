-- title   = "Net sales"
-- about   = "Value of all lines invoiced, less cancellations, before tax. Postage, fees, discounts and adjustments are in it; slice by line type to leave them out."
-- kind    = "sum"
-- unit    = "money"
-- better  = "higher"
-- owner   = "sales"
-- version = 1
SELECT
    ordered_at AS at,
    concat(order_id, ' / ', CAST(line_number AS TEXT)) AS record,
    line_type,
    order_kind,
    country,
    channel,
    sku,
    customer_id,
    net_value AS value,
    currency
FROM order_lines
