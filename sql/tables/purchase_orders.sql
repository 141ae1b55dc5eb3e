-- about     = "One order to a supplier: the header of its lines."
-- domain    = "supply"
-- order_by  = ["promised_at", "purchase_order_id"]
-- counted_on = "sent_at"
-- retention = "business"
CREATE TABLE purchase_orders (
    purchase_order_id TEXT NOT NULL COMMENT 'The source''s own id',
    project           TEXT COMMENT 'Programme, project or cost centre that buys',
    supplier_id       TEXT COMMENT 'suppliers.supplier_id',
    supplier          TEXT COMMENT 'Name of the supplier',
    buyer             TEXT COMMENT 'Team that manages the order',
    channel           TEXT COMMENT 'How it is fulfilled: from stock, direct from the supplier',
    country           TEXT COMMENT 'Country of destination, as the source names it',
    incoterm          TEXT COMMENT 'Incoterms code, where one was agreed',
    quoted_at         TIMESTAMP COMMENT 'When the quotation went to the customer',
    sent_at           TIMESTAMP COMMENT 'When the order went to the supplier; null where there was none or it was not captured',
    promised_at       TIMESTAMP COMMENT 'First date promised for any of its lines',
    received_at       TIMESTAMP COMMENT 'When the last line arrived; null while some are open',
    status            TEXT COMMENT 'open | received | cancelled',
    line_count        BIGINT COMMENT 'Number of its lines',
    net_value         DECIMAL(18, 4) COMMENT 'Sum of the lines'' values' OPTIONS (class = 'money', currency = 'currency'),
    currency          TEXT COMMENT 'ISO 4217',
    PRIMARY KEY (purchase_order_id)
);
