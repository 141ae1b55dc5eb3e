-- about     = "What is at stake at one article and place, as it was forecast: when it runs out, what that loses, when to order how much."
-- domain    = "supply"
-- order_by  = ["issued_at", "sku", "location"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_stock_risk (
    issued_at             TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made: nothing later was known to it',
    model_version         TEXT NOT NULL COMMENT 'Version of the model''s code',
    sku                   TEXT NOT NULL COMMENT 'products.sku',
    location              TEXT NOT NULL COMMENT 'The warehouse that units leave; all where sources do not tell it',
    name                  TEXT COMMENT 'Name of the article',
    supplier              TEXT COMMENT 'Name of the usual supplier',
    available             DOUBLE COMMENT 'Units that may be promised',
    on_order              DOUBLE COMMENT 'Units on their way',
    next_receipt_on       DATE COMMENT 'The first day promised for them; null where nothing is on order',
    before_next_receipt   DOUBLE COMMENT 'Probability that nothing is left before they come',
    within_14_days        DOUBLE COMMENT 'Probability that nothing is left on a day of the next 14',
    within_28_days        DOUBLE COMMENT 'Probability that nothing is left on a day of the next 28',
    early_out_on          DATE COMMENT 'Day by which it has run out in one of ten draws; null beyond 28 days',
    out_on                DATE COMMENT 'Day by which it has run out in half of the draws; null beyond 28 days',
    late_out_on           DATE COMMENT 'Day by which it has run out in nine of ten draws; null beyond 28 days',
    lost_units            DOUBLE COMMENT 'Expected units asked for in 28 days that are not there',
    margin_at_risk        DECIMAL(18, 4) COMMENT 'What the lost units would have earned; null where price or cost is not known' OPTIONS (class = 'money', currency = 'currency'),
    currency              TEXT COMMENT 'ISO 4217',
    order_by_on           DATE COMMENT 'The last day to order for the service level; null where 28 days are safe',
    order_units           DOUBLE COMMENT 'Units to order for the service level',
    within_28_if_ordered  DOUBLE COMMENT 'Probability that nothing is left on a day of the next 28, had the order been placed',
    service_level         DOUBLE COMMENT 'Share of cycles without running out that the order is made for',
    days_observed         BIGINT COMMENT 'Days of demand that it rests on' OPTIONS (unit = 'days'),
    censored_share        DOUBLE COMMENT 'Share of these days on which more may have been asked for than was there',
    cover_days            DOUBLE COMMENT 'Days that what is available and on order lasts at mean demand' OPTIONS (unit = 'days'),
    cover_on_hand_days    DOUBLE COMMENT 'Days that what is available lasts at mean demand' OPTIONS (unit = 'days'),
    calibrated            BOOLEAN COMMENT 'Whether what had come of earlier forecasts corrected the probabilities',
    method                TEXT NOT NULL COMMENT 'What computed it',
    fallback              TEXT COMMENT 'Why something simpler was used; null where nothing was',
    confidence            TEXT NOT NULL COMMENT 'high | medium | low: how much stands behind it',
    basis                 TEXT NOT NULL COMMENT 'known: only what had been learnt was used; happened: history was imported later, only what had happened was used',
    knowledge_time        TIMESTAMP COMMENT 'The newest landing that it knew of',
    data_hash             TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    PRIMARY KEY (issued_at, model_version, sku, location)
);
