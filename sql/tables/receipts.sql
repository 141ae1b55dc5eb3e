-- about     = "One line of goods received from a supplier."
-- domain    = "supply"
-- order_by  = ["received_at", "receipt_id", "line_id"]
-- retention = "business"
CREATE TABLE receipts (
    receipt_id          TEXT NOT NULL COMMENT 'The source''s own id: goods receipt, item receipt',
    line_id             TEXT NOT NULL COMMENT 'The source''s own id of the line',
    purchase_order_id   TEXT COMMENT 'purchase_orders.purchase_order_id',
    purchase_order_line TEXT COMMENT 'purchase_order_lines.line_id',
    supplier            TEXT COMMENT 'Name of the supplier',
    warehouse           TEXT COMMENT 'Where it was received',
    sku                 TEXT COMMENT 'products.sku',
    quantity            BIGINT COMMENT 'Units received',
    rejected_quantity   BIGINT COMMENT 'Units of these that were refused',
    received_at         TIMESTAMP NOT NULL COMMENT 'When they arrived',
    PRIMARY KEY (receipt_id, line_id)
);
