-- title   = "Sold below usual price"
-- about   = "What lines sold for nothing, or below the usual price of their own article, would have brought more at that price. Usual is the median price of all its sales, given five of them; quantity discounts are in it. Cancellations and stock corrections are left out."
-- kind    = "sum"
-- unit    = "money"
-- better  = "lower"
-- owner   = "finance"
-- version = 1
SELECT
    order_lines.ordered_at AS at,
    concat(order_lines.order_id, ' / ', CAST(order_lines.line_number AS TEXT)) AS record,
    CASE
        WHEN order_lines.unit_price = 0 THEN 'for nothing'
        WHEN order_lines.unit_price * 2 < usual_prices.usual_price THEN 'below half'
        WHEN order_lines.unit_price * 10 < usual_prices.usual_price * 9 THEN 'below nine tenths'
        ELSE 'slightly below'
    END AS discount_band,
    order_lines.country,
    order_lines.channel,
    order_lines.sku,
    order_lines.customer_id,
    CAST((usual_prices.usual_price - order_lines.unit_price) * order_lines.quantity AS DECIMAL(18, 4)) AS value,
    order_lines.currency
FROM order_lines
JOIN usual_prices
    ON order_lines.sku = usual_prices.sku
    AND order_lines.currency = usual_prices.currency
WHERE order_lines.order_kind = 'order'
    AND order_lines.line_type = 'product'
    AND order_lines.quantity > 0
    AND order_lines.unit_price >= 0
    AND order_lines.unit_price < usual_prices.usual_price
