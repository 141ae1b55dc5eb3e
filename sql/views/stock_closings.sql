-- about = "One day on which the stock of one article at one place was told, with what was available at its end. Until the next such day it stays so."
WITH told AS (
    SELECT
        coalesce(products.sku, levels.sku) AS sku,
        levels.warehouse,
        CAST(local_time(levels.counted_at) AS DATE) AS day,
        last_value(coalesce(levels.available, levels.on_hand) ORDER BY levels.counted_at, levels._version, levels._sequence, levels._row) AS available
    FROM history.inventory_levels AS levels
    LEFT JOIN products
        ON levels.sku = products.stock_id
    WHERE levels.counted_at < now()
        AND coalesce(levels.available, levels.on_hand) IS NOT NULL
    GROUP BY coalesce(products.sku, levels.sku), levels.warehouse, CAST(local_time(levels.counted_at) AS DATE)
),

changes AS (
    SELECT
        told.sku,
        CASE WHEN places.sku IS NULL THEN 'all' ELSE told.warehouse END AS location,
        told.day,
        told.available - lag(told.available, 1, 0) OVER (PARTITION BY told.sku, told.warehouse ORDER BY told.day) AS change
    FROM told
    LEFT JOIN stock_places AS places
        ON told.sku = places.sku
        AND told.warehouse = places.warehouse
),

days AS (
    SELECT
        sku,
        location,
        day,
        sum(change) AS change
    FROM changes
    GROUP BY sku, location, day
)

SELECT
    sku,
    location,
    day,
    CAST(sum(change) OVER (PARTITION BY sku, location ORDER BY day) AS BIGINT) AS available
FROM days
