-- about     = "One line of an order to a supplier, with the few header fields that numbers are sliced by."
-- domain    = "supply"
-- order_by  = ["promised_at", "purchase_order_id", "line_id"]
-- counted_on = "sent_at"
-- retention = "business"
CREATE TABLE purchase_order_lines (
    purchase_order_id TEXT NOT NULL COMMENT 'purchase_orders.purchase_order_id',
    line_id           TEXT NOT NULL COMMENT 'The source''s own id of the line',
    shipment_id       TEXT COMMENT 'shipments.shipment_id that brought it',
    supplier          TEXT COMMENT 'Name of the supplier',
    manufacturer      TEXT COMMENT 'Site that made the goods',
    country           TEXT COMMENT 'Country of destination, as the source names it',
    category          TEXT COMMENT 'Product group',
    subcategory       TEXT COMMENT 'The group below the category',
    sku               TEXT COMMENT 'products.sku',
    product_name      TEXT COMMENT 'Text of the line as the source wrote it',
    first_line        BOOLEAN COMMENT 'Whether the source marks it as first-line designation',
    quantity          BIGINT COMMENT 'Packs ordered',
    units_per_pack    BIGINT COMMENT 'Units in a pack',
    pack_price        DECIMAL(18, 4) COMMENT 'Price of one pack' OPTIONS (class = 'money', currency = 'currency'),
    unit_price        DECIMAL(18, 4) COMMENT 'Price of one unit, as rounded by the source' OPTIONS (class = 'money', currency = 'currency'),
    net_value         DECIMAL(18, 4) COMMENT 'Value of the line' OPTIONS (class = 'money', currency = 'currency'),
    insurance_cost    DECIMAL(18, 4) COMMENT 'What insuring the line cost' OPTIONS (class = 'money', currency = 'currency'),
    currency          TEXT COMMENT 'ISO 4217',
    sent_at           TIMESTAMP COMMENT 'When the order went to the supplier',
    promised_at       TIMESTAMP COMMENT 'First date promised for the line',
    received_at       TIMESTAMP COMMENT 'When it arrived; null while open',
    PRIMARY KEY (purchase_order_id, line_id)
);
