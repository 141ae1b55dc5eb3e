-- about = "One day on which units of one article were asked for at one place. The place is the warehouse they left where movements tell it; where they do not, all places are one."
WITH movements AS (
    SELECT
        sku,
        from_warehouse AS location,
        CAST(local_time(moved_at) AS DATE) AS day,
        quantity AS units,
        CAST(NULL AS DECIMAL(18, 4)) AS unit_price
    FROM inventory_movements
    WHERE kind = 'sale'
        AND from_warehouse IS NOT NULL
        AND quantity > 0
        AND moved_at < now()
),

sales AS (
    SELECT
        sku,
        'all' AS location,
        CAST(local_time(ordered_at) AS DATE) AS day,
        quantity AS units,
        unit_price
    FROM order_lines
    WHERE order_kind = 'order'
        AND line_type = 'product'
        AND sku IS NOT NULL
        AND quantity > 0
        AND ordered_at < now()
        AND sku NOT IN (SELECT sku FROM stock_places)
),

demand AS (
    SELECT sku, location, day, units, unit_price FROM movements
    UNION ALL
    SELECT sku, location, day, units, unit_price FROM sales
)

SELECT
    sku,
    location,
    day,
    sum(units) AS units,
    CAST(avg(unit_price) AS DOUBLE) AS mean_price
FROM demand
GROUP BY sku, location, day
