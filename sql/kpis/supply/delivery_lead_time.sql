-- title     = "Delivery lead time"
-- about     = "Days from order to arrival, of shipments due in the period. What has not arrived counts with its age so far. Shipments without a known order date, such as those from stock, are left out."
-- kind      = "quantile"
-- unit      = "days"
-- better    = "lower"
-- owner     = "operations"
-- scor      = "RS.1.1"
-- quantiles = [0.5, 0.9]
-- version   = 1
SELECT
    promised_at AS at,
    shipment_id AS record,
    mode,
    carrier,
    warehouse,
    channel,
    country,
    supplier,
    category,
    days_between(ordered_at, least(coalesce(delivered_at, now()), now())) AS value,
    coalesce(delivered_at > now(), TRUE) AS open
FROM shipments
WHERE promised_at <= now()
    AND ordered_at <= coalesce(delivered_at, now())
    AND coalesce(status, 'open') <> 'cancelled'
