-- about     = "One supplier as the source knows it now."
-- domain    = "supply"
-- order_by  = ["supplier_id"]
-- retention = "business"
CREATE TABLE suppliers (
    supplier_id TEXT NOT NULL COMMENT 'The source''s own id, or its name for the supplier where it has none',
    name        TEXT COMMENT 'Name of the supplier',
    email       TEXT COMMENT 'Address for orders' OPTIONS (class = 'pii'),
    country     TEXT COMMENT 'Country of the supplier',
    currency    TEXT COMMENT 'ISO 4217: what it bills in',
    status      TEXT COMMENT 'active | blocked, where the source says so',
    PRIMARY KEY (supplier_id)
);
