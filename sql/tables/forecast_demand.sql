-- about     = "Demand of one article at one place on one day to come, as it was forecast: its mean and quantiles, kept for ever."
-- domain    = "supply"
-- order_by  = ["issued_at", "sku", "location", "target_day"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_demand (
    issued_at      TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made: nothing later was known to it',
    model_version  TEXT NOT NULL COMMENT 'Version of the model''s code',
    sku            TEXT NOT NULL COMMENT 'products.sku',
    location       TEXT NOT NULL COMMENT 'The warehouse that units leave; all where sources do not tell it',
    target_day     DATE NOT NULL COMMENT 'The day that it is about, in the tenant''s zone',
    horizon_days   BIGINT NOT NULL COMMENT 'Days from the last day known to the target day' OPTIONS (unit = 'days'),
    mean           DOUBLE COMMENT 'Expected units',
    q0_005    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.005',
    q0_025    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.025',
    q0_05    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.05',
    q0_1    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.1',
    q0_165    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.165',
    q0_25    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.25',
    q0_5    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.5',
    q0_75    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.75',
    q0_835    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.835',
    q0_9    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.9',
    q0_95    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.95',
    q0_975    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.975',
    q0_995    DOUBLE COMMENT 'Units that demand stays at or below with probability 0.995',
    naive_mean     DOUBLE COMMENT 'Units of the same weekday before, which a model must beat',
    class          TEXT COMMENT 'smooth | erratic | intermittent | lumpy | sparse: how often and how unevenly units are asked for',
    method         TEXT NOT NULL COMMENT 'What computed it',
    fallback       TEXT COMMENT 'Why something simpler was used; null where nothing was',
    confidence     TEXT NOT NULL COMMENT 'high | medium | low: how much stands behind it',
    basis          TEXT NOT NULL COMMENT 'known: only what had been learnt was used; happened: history was imported later, only what had happened was used',
    knowledge_time TIMESTAMP COMMENT 'The newest landing that it knew of',
    data_hash      TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    PRIMARY KEY (issued_at, model_version, sku, location, target_day)
);
