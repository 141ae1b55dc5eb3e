-- about  = "Exchange rates, one a row: what one unit of a currency is worth in another from a day on, by a table's name."
-- source = "exchange_rates"
-- title  = "Exchange rates"
-- format = "csv"
-- zone   = "UTC"
CREATE TABLE raw (
    rate_table    TEXT NOT NULL COMMENT 'Whose rates, such as ecb or budget',
    from_currency TEXT NOT NULL COMMENT 'ISO 4217' OPTIONS (check = 'currency'),
    to_currency   TEXT NOT NULL COMMENT 'ISO 4217' OPTIONS (check = 'currency'),
    valid_from    DATE NOT NULL COMMENT 'First day of the rate' OPTIONS (format = '%Y-%m-%d'),
    rate          DECIMAL(24, 12) NOT NULL COMMENT 'Units of to_currency for one of from_currency',
    published_at  TIMESTAMP COMMENT 'When it was told: of two rates for one day the later counts' OPTIONS (format = '%Y-%m-%dT%H:%M:%S%#z | %Y-%m-%d %H:%M:%S | %Y-%m-%d')
);
