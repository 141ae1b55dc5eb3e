-- about     = "Probability that one customer orders nothing within a number of days, as it was forecast, with what is at stake and why; kept for ever."
-- domain    = "commerce"
-- order_by  = ["issued_at", "customer_id", "horizon_days"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_churn (
    issued_at       TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made: nothing later was known to it',
    model_version   TEXT NOT NULL COMMENT 'Version of the model''s code',
    customer_id     TEXT NOT NULL COMMENT 'customers.customer_id' OPTIONS (class = 'person'),
    horizon_days    BIGINT NOT NULL COMMENT 'Days after the last day known that it is about' OPTIONS (unit = 'days'),
    target_day      DATE NOT NULL COMMENT 'The last of these days, in the tenant''s zone',
    probability     DOUBLE COMMENT 'That they order nothing in these days',
    expected_orders DOUBLE COMMENT 'Orders expected of them in these days',
    expected_value  DECIMAL(18, 4) COMMENT 'Value expected of these orders, before tax' OPTIONS (class = 'money', currency = 'currency'),
    value_at_risk   DECIMAL(18, 4) COMMENT 'What they would order at their own pace, times the probability that they do not' OPTIONS (class = 'money', currency = 'currency'),
    currency        TEXT COMMENT 'ISO 4217: that of their latest order',
    reasons         TEXT COMMENT 'Why, in plain sentences, the weightiest first, parted by semicolons',
    last_order_on   DATE COMMENT 'The day of their latest order',
    method          TEXT NOT NULL COMMENT 'What computed it',
    fallback        TEXT COMMENT 'Why something simpler was used; null where nothing was',
    confidence      TEXT NOT NULL COMMENT 'high | medium | low: how much stands behind it',
    basis           TEXT NOT NULL COMMENT 'known: only what had been learnt was used; happened: history was imported later, only what had happened was used',
    knowledge_time  TIMESTAMP COMMENT 'The newest landing that it knew of',
    data_hash       TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    PRIMARY KEY (issued_at, model_version, customer_id, horizon_days)
);
