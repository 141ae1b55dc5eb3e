-- about     = "What is on hand of one article at one place: absolute, the latest version wins."
-- domain    = "supply"
-- order_by  = ["counted_at", "sku", "warehouse"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE inventory_levels (
    sku           TEXT NOT NULL COMMENT 'products.sku; products.stock_id where the source''s levels do not tell the sku',
    warehouse     TEXT NOT NULL COMMENT 'Where it lies',
    counted_at    TIMESTAMP NOT NULL COMMENT 'The instant the level is true for',
    on_hand       BIGINT COMMENT 'Units lying there; null when the source does not track the article',
    available     BIGINT COMMENT 'Units that may still be promised; null when untracked',
    reserved      BIGINT COMMENT 'Units promised to orders',
    incoming      BIGINT COMMENT 'Units on order',
    reorder_point BIGINT COMMENT 'Level at which the source orders again',
    PRIMARY KEY (sku, warehouse)
);
