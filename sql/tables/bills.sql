-- about     = "One invoice or credit note from a supplier."
-- domain    = "finance"
-- order_by  = ["billed_at", "bill_id"]
-- retention = "business"
CREATE TABLE bills (
    bill_id           TEXT NOT NULL COMMENT 'The source''s own id',
    bill_number       TEXT COMMENT 'The supplier''s number',
    kind              TEXT NOT NULL COMMENT 'bill | credit_note',
    supplier_id       TEXT COMMENT 'suppliers.supplier_id',
    supplier          TEXT COMMENT 'Name of the supplier',
    purchase_order_id TEXT COMMENT 'purchase_orders.purchase_order_id',
    shipment_id       TEXT COMMENT 'shipments.shipment_id, for a freight bill',
    billed_at         TIMESTAMP NOT NULL COMMENT 'Date of the bill',
    due_at            TIMESTAMP COMMENT 'When it is to be paid',
    closed_at         TIMESTAMP COMMENT 'When it was paid in full; null while open',
    net_value         DECIMAL(18, 4) COMMENT 'Before tax; negative on a credit note' OPTIONS (class = 'money', currency = 'currency'),
    tax_value         DECIMAL(18, 4) COMMENT 'Tax on it' OPTIONS (class = 'money', currency = 'currency'),
    open_value        DECIMAL(18, 4) COMMENT 'What is still to be paid, with tax' OPTIONS (class = 'money', currency = 'currency'),
    currency          TEXT COMMENT 'ISO 4217',
    status            TEXT COMMENT 'draft | open | paid | disputed | cancelled',
    PRIMARY KEY (bill_id)
);
