-- about     = "One customer as the source knows it now: a person, a household or a company that orders."
-- domain    = "commerce"
-- order_by  = ["customer_id"]
-- counted_on = ""
-- retention = "personal"
CREATE TABLE customers (
    customer_id TEXT NOT NULL COMMENT 'The source''s own id, as text' OPTIONS (class = 'person'),
    name        TEXT COMMENT 'Name of the person or company' OPTIONS (class = 'pii'),
    email       TEXT COMMENT 'Address that the source writes to' OPTIONS (class = 'pii'),
    phone       TEXT COMMENT 'Telephone number as the source writes it' OPTIONS (class = 'pii'),
    kind        TEXT COMMENT 'person | company',
    segment     TEXT COMMENT 'The source''s own grouping of customers',
    country     TEXT COMMENT 'Country of the latest order or address, as the source names it',
    currency    TEXT COMMENT 'ISO 4217: what the customer is billed in',
    status      TEXT COMMENT 'active | blocked | closed, where the source says so',
    created_at  TIMESTAMP COMMENT 'When the source made the record; null where it does not say',
    PRIMARY KEY (customer_id)
);
