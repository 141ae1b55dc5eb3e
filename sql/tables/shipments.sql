-- about     = "One consignment to a customer, from order to delivery, with its freight."
-- domain    = "supply"
-- order_by  = ["promised_at", "shipment_id"]
-- counted_on = "shipped_at"
-- retention = "business"
CREATE TABLE shipments (
    shipment_id       TEXT NOT NULL COMMENT 'The source''s own id: delivery note, advance shipping notice',
    order_id          TEXT COMMENT 'orders.order_id, where it fulfils a customer''s order',
    purchase_order_id TEXT COMMENT 'purchase_orders.purchase_order_id, where it delivers a purchase',
    customer_id       TEXT COMMENT 'customers.customer_id' OPTIONS (class = 'person'),
    supplier          TEXT COMMENT 'Name of who supplied the goods',
    warehouse         TEXT COMMENT 'Where it was sent from; null for goods sent straight from the supplier',
    carrier           TEXT COMMENT 'Who carried it',
    mode              TEXT COMMENT 'How it was carried: Air, Ocean, Truck',
    channel           TEXT COMMENT 'How it was fulfilled: from stock, direct from the supplier, shop',
    country           TEXT COMMENT 'Country of destination, as the source names it',
    category          TEXT COMMENT 'Product group; null when it holds several',
    ordered_at        TIMESTAMP COMMENT 'When the goods were asked for: the order was placed, or the purchase order went to the supplier',
    promised_at       TIMESTAMP COMMENT 'First date promised; a later promise does not move it',
    shipped_at        TIMESTAMP COMMENT 'When it left',
    delivered_at      TIMESTAMP COMMENT 'When it arrived; null while under way',
    status            TEXT COMMENT 'open | delivered | cancelled',
    line_count        BIGINT COMMENT 'Number of lines in it',
    quantity          BIGINT COMMENT 'Sum of the lines'' quantities',
    goods_value       DECIMAL(18, 4) COMMENT 'Value of the goods in it' OPTIONS (class = 'money', currency = 'currency'),
    freight_cost      DECIMAL(18, 4) COMMENT 'What carrying it cost; null when it was not recorded apart' OPTIONS (class = 'money', currency = 'currency'),
    freight_terms     TEXT COMMENT 'charged | included in price | invoiced separately | not recorded',
    insurance_cost    DECIMAL(18, 4) COMMENT 'What insuring it cost' OPTIONS (class = 'money', currency = 'currency'),
    weight            DECIMAL(18, 4) COMMENT 'Gross weight; null when not recorded' OPTIONS (unit = 'kg'),
    currency          TEXT COMMENT 'ISO 4217',
    tracking_number   TEXT COMMENT 'Number by which the carrier knows it',
    PRIMARY KEY (shipment_id)
);
