-- about     = "One article that can be sold, bought or stocked, as the source knows it now."
-- domain    = "commerce"
-- order_by  = ["sku"]
-- retention = "business"
CREATE TABLE products (
    sku          TEXT NOT NULL COMMENT 'Stock keeping unit: the source''s own article code, as it writes it',
    name         TEXT COMMENT 'Name of the article',
    kind         TEXT COMMENT 'product | voucher | service: what selling it means',
    category     TEXT COMMENT 'The source''s own product group',
    subcategory  TEXT COMMENT 'The group below the category',
    brand        TEXT COMMENT 'Brand on the article',
    supplier_id  TEXT COMMENT 'suppliers.supplier_id of the usual supplier',
    unit         TEXT COMMENT 'What a quantity of one means: piece, pack, kg',
    list_price   DECIMAL(18, 4) COMMENT 'Price of one unit before any discount' OPTIONS (class = 'money', currency = 'currency'),
    cost_price   DECIMAL(18, 4) COMMENT 'Cost of one unit' OPTIONS (class = 'money', currency = 'currency'),
    currency     TEXT COMMENT 'ISO 4217',
    weight       DECIMAL(18, 4) COMMENT 'Weight of one unit' OPTIONS (unit = 'kg'),
    status       TEXT COMMENT 'active | discontinued, where the source says so',
    product_id   TEXT COMMENT 'The source''s own id of the product that the article is a variant of',
    stock_id     TEXT COMMENT 'What the source''s stock levels name the article by, where that is not the sku',
    PRIMARY KEY (sku)
);
