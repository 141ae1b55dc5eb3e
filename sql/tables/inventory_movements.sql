-- about     = "Units of one article that moved into, out of or between places."
-- domain    = "supply"
-- order_by  = ["moved_at", "movement_id"]
-- retention = "business"
CREATE TABLE inventory_movements (
    movement_id    TEXT NOT NULL COMMENT 'The source''s own id',
    kind           TEXT NOT NULL COMMENT 'sale | return | receipt | transfer | adjustment | write_off',
    sku            TEXT NOT NULL COMMENT 'products.sku',
    from_warehouse TEXT COMMENT 'Place they left; null when they came from outside',
    to_warehouse   TEXT COMMENT 'Place they reached; null when they left for outside',
    quantity       BIGINT NOT NULL COMMENT 'Units, positive',
    cost_value     DECIMAL(18, 4) COMMENT 'Their cost at the time' OPTIONS (class = 'money', currency = 'currency'),
    currency       TEXT COMMENT 'ISO 4217',
    document       TEXT COMMENT 'Order, receipt or count that moved them',
    reason         TEXT COMMENT 'Why, in the source''s own words',
    moved_at       TIMESTAMP NOT NULL COMMENT 'When they moved',
    PRIMARY KEY (movement_id)
);
