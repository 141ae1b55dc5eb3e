-- about = "One product an item description, the only name that the source has for it; as the latest line tells it."
SELECT
    item AS sku,
    item AS name,
    'product' AS kind,
    last_value(product_group ORDER BY recorded_at, line_id) AS category,
    last_value(classification ORDER BY recorded_at, line_id) AS subcategory,
    last_value(brand ORDER BY recorded_at, line_id) AS brand,
    last_value(vendor ORDER BY recorded_at, line_id) AS supplier_id,
    'pack' AS unit,
    last_value(pack_price ORDER BY recorded_at, line_id) AS list_price,
    'USD' AS currency,
    max(recorded_at) AS _version
FROM raw
GROUP BY item
