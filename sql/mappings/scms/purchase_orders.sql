-- about = "One purchase order an order number: lines of one order share supplier, country and terms."
SELECT
    order_number AS purchase_order_id,
    max(project) AS project,
    max(vendor) AS supplier_id,
    max(vendor) AS supplier,
    max(managed_by) AS buyer,
    max(fulfil_via) AS channel,
    max(country) AS country,
    max(incoterm) AS incoterm,
    min(quoted_at) AS quoted_at,
    min(sent_at) AS sent_at,
    min(promised_at) AS promised_at,
    CASE WHEN count(delivered_at) = count(*) THEN max(delivered_at) END AS received_at,
    CASE WHEN count(delivered_at) = count(*) THEN 'received' ELSE 'open' END AS status,
    count(*) AS line_count,
    sum(line_value) AS net_value,
    'USD' AS currency,
    max(recorded_at) AS _version
FROM raw
GROUP BY _file, order_number
