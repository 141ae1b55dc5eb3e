-- about = "One article and currency, with the price that it usually sells for: the median over the lines sold at a price, given five such lines."
SELECT
    sku,
    currency,
    CAST(median(unit_price) AS DECIMAL(18, 4)) AS usual_price,
    count(*) AS line_count
FROM order_lines
WHERE order_kind = 'order'
    AND line_type = 'product'
    AND quantity > 0
    AND unit_price > 0
GROUP BY sku, currency
HAVING count(*) >= 5
