-- title   = "On-time delivery"
-- about   = "Shipments due in the period that arrived by the first date promised. What is due and has not arrived is late; what is not due yet does not count."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "higher"
-- owner   = "operations"
-- scor    = "RL.2.2"
-- version = 1
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
    coalesce(delivered_at <= promised_at, FALSE) AS numerator,
    TRUE AS denominator
FROM shipments
WHERE promised_at <= now()
    AND coalesce(status, 'open') <> 'cancelled'
