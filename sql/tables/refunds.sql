-- about     = "Money given back to a customer."
-- domain    = "finance"
-- order_by  = ["refunded_at", "refund_id"]
-- retention = "business"
CREATE TABLE refunds (
    refund_id   TEXT NOT NULL COMMENT 'The source''s own id',
    order_id    TEXT COMMENT 'orders.order_id',
    return_id   TEXT COMMENT 'returns.return_id; null when money went back without goods',
    payment_id  TEXT COMMENT 'payments.payment_id that it reverses',
    customer_id TEXT COMMENT 'customers.customer_id' OPTIONS (class = 'person'),
    country     TEXT COMMENT 'Country of the customer, as the source names it',
    channel     TEXT COMMENT 'Where it was sold',
    reason      TEXT COMMENT 'Why, in the source''s own words or code',
    agent       TEXT COMMENT 'Who granted it' OPTIONS (class = 'pii'),
    net_value   DECIMAL(18, 4) COMMENT 'Given back before tax, positive' OPTIONS (class = 'money', currency = 'currency'),
    tax_value   DECIMAL(18, 4) COMMENT 'Tax given back, positive' OPTIONS (class = 'money', currency = 'currency'),
    currency    TEXT COMMENT 'ISO 4217',
    status      TEXT COMMENT 'pending | succeeded | failed',
    refunded_at TIMESTAMP NOT NULL COMMENT 'When it was granted',
    PRIMARY KEY (refund_id)
);
