-- about = "One line of an order to a supplier that has not arrived, with the units still due. It goes where orders to that country last arrived; all places are one where that is not known."
WITH arrived AS (
    SELECT
        purchase_order_id,
        purchase_order_line,
        sum(quantity) AS units
    FROM receipts
    WHERE received_at < now()
    GROUP BY purchase_order_id, purchase_order_line
),

destinations AS (
    SELECT
        lines.country,
        last_value(receipts.warehouse ORDER BY receipts.received_at, receipts.receipt_id) AS warehouse
    FROM receipts
    JOIN purchase_order_lines AS lines
        ON receipts.purchase_order_id = lines.purchase_order_id
        AND receipts.purchase_order_line = lines.line_id
    WHERE receipts.warehouse IS NOT NULL
        AND receipts.received_at < now()
    GROUP BY lines.country
)

SELECT
    lines.sku,
    CASE WHEN places.sku IS NULL THEN 'all' ELSE destinations.warehouse END AS location,
    lines.supplier,
    CAST(local_time(lines.promised_at) AS DATE) AS promised_on,
    CAST(lines.quantity * coalesce(lines.units_per_pack, 1) - coalesce(arrived.units, 0) AS BIGINT) AS units
FROM purchase_order_lines AS lines
LEFT JOIN purchase_orders AS orders
    ON lines.purchase_order_id = orders.purchase_order_id
LEFT JOIN arrived
    ON lines.purchase_order_id = arrived.purchase_order_id
    AND lines.line_id = arrived.purchase_order_line
LEFT JOIN destinations
    ON lines.country = destinations.country
LEFT JOIN stock_places AS places
    ON lines.sku = places.sku
    AND destinations.warehouse = places.warehouse
WHERE lines.sku IS NOT NULL
    AND lines.promised_at IS NOT NULL
    AND (lines.received_at IS NULL OR lines.received_at >= now())
    AND (lines.sent_at IS NULL OR lines.sent_at < now())
    AND coalesce(orders.status, 'open') = 'open'
    AND lines.quantity * coalesce(lines.units_per_pack, 1) > coalesce(arrived.units, 0)
ORDER BY lines.sku, location, promised_on, lines.supplier, units
