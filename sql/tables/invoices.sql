-- about     = "One invoice or credit note to a customer."
-- domain    = "finance"
-- order_by  = ["issued_at", "invoice_id"]
-- retention = "business"
CREATE TABLE invoices (
    invoice_id     TEXT NOT NULL COMMENT 'The source''s own id',
    invoice_number TEXT COMMENT 'The number printed on it',
    kind           TEXT NOT NULL COMMENT 'invoice | credit_note',
    order_id       TEXT COMMENT 'orders.order_id',
    customer_id    TEXT COMMENT 'customers.customer_id' OPTIONS (class = 'person'),
    country        TEXT COMMENT 'Country of the customer, as the source names it',
    issued_at      TIMESTAMP NOT NULL COMMENT 'Date of issue',
    due_at         TIMESTAMP COMMENT 'When it is to be paid',
    closed_at      TIMESTAMP COMMENT 'When it was paid in full or written off; null while open',
    net_value      DECIMAL(18, 4) COMMENT 'Before tax; negative on a credit note' OPTIONS (class = 'money', currency = 'currency'),
    tax_value      DECIMAL(18, 4) COMMENT 'Tax on it' OPTIONS (class = 'money', currency = 'currency'),
    open_value     DECIMAL(18, 4) COMMENT 'What is still to be paid, with tax' OPTIONS (class = 'money', currency = 'currency'),
    currency       TEXT COMMENT 'ISO 4217',
    status         TEXT COMMENT 'draft | open | paid | cancelled',
    PRIMARY KEY (invoice_id)
);
