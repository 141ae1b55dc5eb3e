-- about     = "Probability that one article at one place runs out by a day to come, as it was forecast, kept for ever."
-- domain    = "supply"
-- order_by  = ["issued_at", "sku", "location", "horizon_day"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_stockout (
    issued_at                  TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made: nothing later was known to it',
    model_version              TEXT NOT NULL COMMENT 'Version of the model''s code',
    sku                        TEXT NOT NULL COMMENT 'products.sku',
    location                   TEXT NOT NULL COMMENT 'The warehouse that units leave; all where sources do not tell it',
    horizon_day                BIGINT NOT NULL COMMENT 'Days after the last day known, from 1' OPTIONS (unit = 'days'),
    target_day                 DATE NOT NULL COMMENT 'The day that it is about, in the tenant''s zone',
    probability                DOUBLE COMMENT 'That nothing is available on a day until then, open orders counted',
    probability_without_orders DOUBLE COMMENT 'The same if nothing on order arrived',
    uncalibrated               DOUBLE COMMENT 'The first as it was before what had come of earlier forecasts corrected it',
    method                     TEXT NOT NULL COMMENT 'What computed it',
    fallback                   TEXT COMMENT 'Why something simpler was used; null where nothing was',
    confidence                 TEXT NOT NULL COMMENT 'high | medium | low: how much stands behind it',
    basis                      TEXT NOT NULL COMMENT 'known: only what had been learnt was used; happened: history was imported later, only what had happened was used',
    knowledge_time             TIMESTAMP COMMENT 'The newest landing that it knew of',
    data_hash                  TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    PRIMARY KEY (issued_at, model_version, sku, location, horizon_day)
);
