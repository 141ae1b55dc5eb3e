-- about = "One order a document number. A document without any price or customer corrects the stock: an adjustment, no sale."
WITH documents AS (
    SELECT
        invoice_no,
        max(CASE WHEN right(customer_id, 2) = '.0' THEN substr(customer_id, 1, length(customer_id) - 2) ELSE customer_id END) AS customer_id,
        max(country) AS country,
        min(invoiced_at) AS ordered_at,
        max(invoiced_at) AS changed_at,
        count(*) AS line_count,
        sum(quantity) AS quantity,
        sum(quantity * unit_price) AS net_value,
        max(abs(unit_price)) = 0 AND max(customer_id) IS NULL AS corrects_stock
    FROM raw
    GROUP BY _file, invoice_no
)
SELECT
    invoice_no AS order_id,
    invoice_no AS order_number,
    CASE
        WHEN left(invoice_no, 1) = 'C' THEN 'cancellation'
        WHEN left(invoice_no, 1) = 'A' OR corrects_stock THEN 'adjustment'
        ELSE 'order'
    END AS kind,
    CASE WHEN left(invoice_no, 1) = 'C' THEN 'cancelled' ELSE 'completed' END AS status,
    customer_id,
    country,
    ordered_at,
    line_count,
    quantity,
    net_value,
    'GBP' AS currency,
    changed_at AS _version,
    ordered_at AS _occurred_at
FROM documents
