-- about = "One product an article code, named as in its latest sale. Remarks on stock corrections name no product."
SELECT
    stock_code AS sku,
    last_value(description ORDER BY invoiced_at, description) AS name,
    CASE
        WHEN stock_code >= '0' AND stock_code < 'A' THEN 'product'
        WHEN left(stock_code, 5) = 'gift_' THEN 'voucher'
        WHEN left(stock_code, 4) IN ('DCGS', 'PADS') THEN 'product'
        ELSE 'service'
    END AS kind,
    'piece' AS unit,
    'GBP' AS currency,
    max(invoiced_at) AS _version
FROM raw
WHERE description IS NOT NULL
    AND unit_price > 0
    AND quantity > 0
GROUP BY stock_code
