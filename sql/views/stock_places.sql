-- about = "One article at one warehouse that its sales leave from, as movements tell it. Articles that are not in it are counted over all places together."
SELECT DISTINCT
    sku,
    from_warehouse AS warehouse
FROM inventory_movements
WHERE kind = 'sale'
    AND from_warehouse IS NOT NULL
