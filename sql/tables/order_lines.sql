-- about     = "One line of an order document, with the few header fields that numbers are sliced by."
-- domain    = "commerce"
-- order_by  = ["ordered_at", "order_id", "line_number"]
-- retention = "business"
CREATE TABLE order_lines (
    order_id       TEXT NOT NULL COMMENT 'orders.order_id',
    line_number    BIGINT NOT NULL COMMENT 'Position in the document, from 1; equal lines stay separate lines',
    order_kind     TEXT NOT NULL COMMENT 'orders.kind: order | cancellation | adjustment',
    line_type      TEXT NOT NULL COMMENT 'product | voucher | sample | postage | fee | discount | adjustment | write_off | stock_found',
    ordered_at     TIMESTAMP NOT NULL COMMENT 'When the line was made',
    customer_id    TEXT COMMENT 'customers.customer_id; null when the source names none' OPTIONS (class = 'person'),
    country        TEXT COMMENT 'Country of the customer, as the source names it',
    channel        TEXT COMMENT 'Where it was sold: shop, marketplace, telephone',
    sku            TEXT COMMENT 'products.sku',
    product_name   TEXT COMMENT 'Text of the line as the source wrote it',
    quantity       BIGINT NOT NULL COMMENT 'Units; negative when they go back or are written off',
    unit_price     DECIMAL(18, 4) COMMENT 'Price of one unit after discounts, before tax' OPTIONS (class = 'money', currency = 'currency'),
    discount_value DECIMAL(18, 4) COMMENT 'Discount already taken off net_value' OPTIONS (class = 'money', currency = 'currency'),
    net_value      DECIMAL(18, 4) NOT NULL COMMENT 'Quantity times unit price, before tax' OPTIONS (class = 'money', currency = 'currency'),
    currency       TEXT COMMENT 'ISO 4217',
    line_id        TEXT COMMENT 'The source''s own id of the line',
    PRIMARY KEY (order_id, line_number)
);
