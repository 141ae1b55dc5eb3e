-- about = "One order line a row. Lines are numbered in the order of the file, so that equal lines stay apart."
WITH documents AS (
    SELECT
        _file,
        invoice_no,
        min(_line) AS first_line,
        CASE
            WHEN left(invoice_no, 1) = 'C' THEN 'cancellation'
            WHEN left(invoice_no, 1) = 'A' THEN 'adjustment'
            WHEN max(abs(unit_price)) = 0 AND max(customer_id) IS NULL THEN 'stock correction'
            ELSE 'order'
        END AS kind
    FROM raw
    GROUP BY _file, invoice_no
)
SELECT
    lines.invoice_no AS order_id,
    lines._line - documents.first_line + 1 AS line_number,
    CASE WHEN documents.kind = 'stock correction' THEN 'adjustment' ELSE documents.kind END AS order_kind,
    CASE
        WHEN documents.kind = 'stock correction' AND lines.quantity < 0 THEN 'write_off'
        WHEN documents.kind = 'stock correction' THEN 'stock_found'
        WHEN lines.stock_code >= '0' AND lines.stock_code < 'A' THEN 'product'
        WHEN lines.stock_code IN ('POST', 'DOT', 'C2') THEN 'postage'
        WHEN lines.stock_code IN ('BANK CHARGES', 'AMAZONFEE', 'CRUK') THEN 'fee'
        WHEN lines.stock_code = 'D' THEN 'discount'
        WHEN lines.stock_code = 'S' THEN 'sample'
        WHEN lines.stock_code IN ('M', 'm', 'B') THEN 'adjustment'
        WHEN left(lines.stock_code, 5) = 'gift_' THEN 'voucher'
        ELSE 'product'
    END AS line_type,
    lines.invoiced_at AS ordered_at,
    CASE
        WHEN right(lines.customer_id, 2) = '.0' THEN substr(lines.customer_id, 1, length(lines.customer_id) - 2)
        ELSE lines.customer_id
    END AS customer_id,
    lines.country,
    lines.stock_code AS sku,
    lines.description AS product_name,
    lines.quantity,
    lines.unit_price,
    lines.quantity * lines.unit_price AS net_value,
    'GBP' AS currency,
    lines.invoiced_at AS _version
FROM raw AS lines
JOIN documents
    ON lines._file = documents._file
    AND lines.invoice_no = documents.invoice_no
