-- about     = "One order document as the source wrote it: the header of its lines."
-- domain    = "commerce"
-- order_by  = ["ordered_at", "order_id"]
-- retention = "business"
CREATE TABLE orders (
    order_id          TEXT NOT NULL COMMENT 'The source''s own id, as text',
    order_number      TEXT COMMENT 'The number that people use',
    kind              TEXT NOT NULL COMMENT 'order | cancellation | adjustment: a cancellation is a document of its own where the source credits by document; an adjustment moves books or stock and is no sale',
    status            TEXT COMMENT 'open | completed | cancelled',
    customer_id       TEXT COMMENT 'customers.customer_id; null when the source names none' OPTIONS (class = 'person'),
    country           TEXT COMMENT 'Country of the customer, as the source names it',
    channel           TEXT COMMENT 'Where it was sold: shop, marketplace, telephone',
    ordered_at        TIMESTAMP NOT NULL COMMENT 'When the document was made: for an order, when the customer placed it',
    promised_at       TIMESTAMP COMMENT 'First date promised to the customer; a later promise does not move it',
    cancelled_at      TIMESTAMP COMMENT 'When the order itself was cancelled, for sources that mark the order',
    line_count        BIGINT COMMENT 'Number of its lines',
    quantity          BIGINT COMMENT 'Sum of the lines'' quantities',
    net_value         DECIMAL(18, 4) COMMENT 'Sum of the lines'' net values; negative on a cancellation' OPTIONS (class = 'money', currency = 'currency'),
    discount_value    DECIMAL(18, 4) COMMENT 'Discounts already taken off net_value' OPTIONS (class = 'money', currency = 'currency'),
    tax_value         DECIMAL(18, 4) COMMENT 'Tax on top of net_value' OPTIONS (class = 'money', currency = 'currency'),
    shipping_value    DECIMAL(18, 4) COMMENT 'Freight charged to the customer outside the lines' OPTIONS (class = 'money', currency = 'currency'),
    currency          TEXT COMMENT 'ISO 4217',
    payment_status    TEXT COMMENT 'open | authorized | partly paid | paid | partly refunded | refunded | voided, where the source says so',
    fulfilment_status TEXT COMMENT 'open | partial | fulfilled | returned, where the source says so',
    PRIMARY KEY (order_id)
);
