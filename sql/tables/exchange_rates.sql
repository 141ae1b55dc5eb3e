-- about     = "What one unit of a currency is worth in another, from a day on, by a named table of rates."
-- domain    = "finance"
-- order_by  = ["valid_from", "rate_table"]
-- retention = "business"
CREATE TABLE exchange_rates (
    rate_table    TEXT NOT NULL COMMENT 'Whose rates, such as ecb or budget',
    from_currency TEXT NOT NULL COMMENT 'ISO 4217',
    to_currency   TEXT NOT NULL COMMENT 'ISO 4217',
    valid_from    DATE NOT NULL COMMENT 'First day of the rate; it holds until the next, a week at most',
    rate          DECIMAL(24, 12) NOT NULL COMMENT 'Units of to_currency for one of from_currency, above zero',
    PRIMARY KEY (rate_table, from_currency, to_currency, valid_from)
);
