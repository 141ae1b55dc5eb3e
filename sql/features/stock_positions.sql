-- about = "One article at one place with what is available there now, and what a unit of it earns where price and cost are known. Places as in daily_demand."
WITH levels AS (
    SELECT
        coalesce(products.sku, levels.sku) AS sku,
        CASE WHEN places.sku IS NULL THEN 'all' ELSE levels.warehouse END AS location,
        sum(coalesce(levels.available, levels.on_hand)) AS available
    FROM inventory_levels AS levels
    LEFT JOIN products
        ON levels.sku = products.stock_id
    LEFT JOIN stock_places AS places
        ON coalesce(products.sku, levels.sku) = places.sku
        AND levels.warehouse = places.warehouse
    WHERE coalesce(levels.available, levels.on_hand) IS NOT NULL
    GROUP BY coalesce(products.sku, levels.sku), CASE WHEN places.sku IS NULL THEN 'all' ELSE levels.warehouse END
)

SELECT
    levels.sku,
    levels.location,
    products.name,
    CAST(levels.available AS BIGINT) AS available,
    CAST(coalesce(usual_prices.usual_price, products.list_price) - products.cost_price AS DOUBLE) AS unit_margin,
    products.currency,
    coalesce(suppliers.name, products.supplier_id) AS supplier
FROM levels
LEFT JOIN products
    ON levels.sku = products.sku
LEFT JOIN usual_prices
    ON levels.sku = usual_prices.sku
    AND products.currency = usual_prices.currency
LEFT JOIN suppliers
    ON products.supplier_id = suppliers.supplier_id
ORDER BY levels.sku, levels.location
