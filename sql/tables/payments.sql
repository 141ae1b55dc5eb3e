-- about     = "Money that came in from a customer or went out to a supplier."
-- domain    = "finance"
-- order_by  = ["paid_at", "payment_id"]
-- retention = "business"
CREATE TABLE payments (
    payment_id  TEXT NOT NULL COMMENT 'The source''s own id',
    direction   TEXT NOT NULL COMMENT 'in | out',
    order_id    TEXT COMMENT 'orders.order_id',
    invoice_id  TEXT COMMENT 'invoices.invoice_id, for money that came in',
    bill_id     TEXT COMMENT 'bills.bill_id, for money that went out',
    customer_id TEXT COMMENT 'customers.customer_id' OPTIONS (class = 'person'),
    supplier_id TEXT COMMENT 'suppliers.supplier_id',
    method      TEXT COMMENT 'card, transfer, wallet, cash, in the source''s words',
    status      TEXT COMMENT 'pending | succeeded | failed | reversed',
    paid_value  DECIMAL(18, 4) COMMENT 'Amount, positive' OPTIONS (class = 'money', currency = 'currency'),
    fee_value   DECIMAL(18, 4) COMMENT 'What the payment provider kept' OPTIONS (class = 'money', currency = 'currency'),
    currency    TEXT COMMENT 'ISO 4217',
    paid_at     TIMESTAMP NOT NULL COMMENT 'When it was made',
    PRIMARY KEY (payment_id)
);
