-- about = "One article with the units of it that were sold lately (from 60 to 30 days ago) and earlier (from 395 to 60 days ago), and how many of them customers sent back within 30 days of the sale, so that both had as long to come back; what became of a return does not matter, and one whose order and article were not sold counts nowhere. Documents that cancel orders are none: most take back what never left. Earlier sales count from the day on which something first came back."
WITH first_return AS (
    SELECT min(requested_at) AS at FROM returns
),

sales AS (
    SELECT
        order_id,
        sku,
        min(ordered_at) AS sold_at,
        sum(quantity) AS units
    FROM order_lines
    WHERE order_kind = 'order'
        AND line_type = 'product'
        AND sku IS NOT NULL
        AND quantity > 0
        AND ordered_at >= now() - INTERVAL '395 days'
        AND ordered_at < now() - INTERVAL '30 days'
    GROUP BY order_id, sku
),

came_back AS (
    SELECT
        sales.order_id,
        sales.sku,
        sum(returns.quantity) AS units
    FROM sales
    JOIN returns
        ON sales.order_id = returns.order_id
        AND sales.sku = returns.sku
    WHERE returns.quantity > 0
        AND returns.requested_at < now()
        AND returns.requested_at < sales.sold_at + INTERVAL '30 days'
    GROUP BY sales.order_id, sales.sku
),

counted AS (
    SELECT
        sales.sku,
        sales.sold_at AS at,
        sales.units AS sold,
        least(coalesce(came_back.units, 0), sales.units) AS returned
    FROM sales
    LEFT JOIN came_back
        ON sales.order_id = came_back.order_id
        AND sales.sku = came_back.sku
),

placed AS (
    SELECT
        counted.sku,
        counted.sold,
        counted.returned,
        counted.at >= now() - INTERVAL '60 days' AS is_recent
    FROM counted
    CROSS JOIN first_return
    WHERE counted.at >= now() - INTERVAL '60 days'
        OR counted.at >= first_return.at
),

windows AS (
    SELECT
        sku,
        sum(CASE WHEN is_recent THEN 0 ELSE sold END) AS earlier_sold,
        sum(CASE WHEN is_recent THEN 0 ELSE returned END) AS earlier_returned,
        sum(CASE WHEN is_recent THEN sold ELSE 0 END) AS recent_sold,
        sum(CASE WHEN is_recent THEN returned ELSE 0 END) AS recent_returned
    FROM placed
    GROUP BY sku
),

prices AS (
    SELECT
        sku,
        first_value(usual_price ORDER BY line_count DESC, currency) AS usual_price,
        first_value(currency ORDER BY line_count DESC, currency) AS currency
    FROM usual_prices
    GROUP BY sku
)

SELECT
    windows.sku,
    coalesce(products.category, 'all') AS category,
    windows.earlier_sold,
    windows.earlier_returned,
    windows.recent_sold,
    windows.recent_returned,
    CAST(coalesce(prices.usual_price, products.list_price) AS DOUBLE) AS unit_price,
    CASE WHEN prices.usual_price IS NULL THEN products.currency ELSE prices.currency END AS currency
FROM windows
LEFT JOIN products
    ON windows.sku = products.sku
LEFT JOIN prices
    ON windows.sku = prices.sku
ORDER BY windows.sku
