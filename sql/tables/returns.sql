-- about     = "One line of goods that a customer sends back: the goods, not the money."
-- domain    = "commerce"
-- order_by  = ["requested_at", "return_id", "line_number"]
-- retention = "business"
CREATE TABLE returns (
    return_id     TEXT NOT NULL COMMENT 'The source''s own id: return authorisation',
    line_number   BIGINT NOT NULL COMMENT 'Position in the document, from 1',
    order_id      TEXT COMMENT 'orders.order_id',
    order_line    BIGINT COMMENT 'order_lines.line_number',
    customer_id   TEXT COMMENT 'customers.customer_id' OPTIONS (class = 'person'),
    country       TEXT COMMENT 'Country of the customer, as the source names it',
    channel       TEXT COMMENT 'Where it was sold',
    sku           TEXT COMMENT 'products.sku',
    quantity      BIGINT COMMENT 'Units sent back, positive',
    net_value     DECIMAL(18, 4) COMMENT 'What the units were sold for, before tax' OPTIONS (class = 'money', currency = 'currency'),
    currency      TEXT COMMENT 'ISO 4217',
    reason        TEXT COMMENT 'Why, in the source''s own words or code',
    disposition   TEXT COMMENT 'What became of the goods: restocked, scrapped, returned to supplier',
    status        TEXT COMMENT 'requested | received | resolved | rejected',
    requested_at  TIMESTAMP NOT NULL COMMENT 'When the customer asked',
    received_at   TIMESTAMP COMMENT 'When the goods came back',
    resolved_at   TIMESTAMP COMMENT 'When money, goods or repair was given',
    order_line_id TEXT COMMENT 'order_lines.line_id, where the source names the line by its id',
    PRIMARY KEY (return_id, line_number)
);
