-- title   = "Freight share"
-- about   = "Freight as a share of the value of the goods it carried, by date of arrival. Only shipments whose freight was recorded apart count, on both sides."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "lower"
-- owner   = "finance"
-- version = 1
SELECT
    delivered_at AS at,
    shipment_id AS record,
    mode,
    carrier,
    warehouse,
    channel,
    country,
    supplier,
    category,
    freight_cost AS numerator,
    goods_value AS denominator,
    currency
FROM shipments
WHERE delivered_at IS NOT NULL
    AND freight_cost IS NOT NULL
    AND goods_value > 0
