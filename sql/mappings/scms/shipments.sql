-- about = "One shipment a delivery note. Freight and weight stand on one line of the note and count once."
SELECT
    shipment_number AS shipment_id,
    max(order_number) AS purchase_order_id,
    max(vendor) AS supplier,
    CASE WHEN max(fulfil_via) = 'From RDC' THEN 'Regional distribution centre' END AS warehouse,
    max(mode) AS mode,
    max(fulfil_via) AS channel,
    max(country) AS country,
    CASE WHEN count(DISTINCT product_group) = 1 THEN max(product_group) END AS category,
    min(sent_at) AS ordered_at,
    min(promised_at) AS promised_at,
    CASE WHEN count(delivered_at) = count(*) THEN max(delivered_at) END AS delivered_at,
    CASE WHEN count(delivered_at) = count(*) THEN 'delivered' ELSE 'open' END AS status,
    count(*) AS line_count,
    sum(quantity) AS quantity,
    sum(line_value) AS goods_value,
    sum(freight) AS freight_cost,
    CASE
        WHEN count(freight) > 0 THEN 'charged'
        WHEN bool_or(freight_text = 'Freight Included in Commodity Cost') THEN 'included in price'
        WHEN bool_or(freight_text = 'Invoiced Separately') THEN 'invoiced separately'
        ELSE 'not recorded'
    END AS freight_terms,
    sum(insurance) AS insurance_cost,
    sum(weight) AS weight,
    'USD' AS currency,
    max(recorded_at) AS _version
FROM raw
GROUP BY _file, shipment_number
