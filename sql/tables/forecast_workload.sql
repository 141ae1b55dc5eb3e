-- about     = "Work that arrives in one hour to come, as it was forecast: its mean and quantiles, kept for ever."
-- domain    = "service"
-- order_by  = ["issued_at", "work", "target_hour"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_workload (
    issued_at      TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made: nothing later was known to it',
    model_version  TEXT NOT NULL COMMENT 'Version of the model''s code',
    work           TEXT NOT NULL COMMENT 'tickets | orders',
    target_hour    TIMESTAMP NOT NULL COMMENT 'The hour that it is about, by its beginning',
    horizon_hours  BIGINT NOT NULL COMMENT 'Hours from the last hour known to the target hour' OPTIONS (unit = 'hours'),
    mean           DOUBLE COMMENT 'Expected arrivals',
    q0_05          DOUBLE COMMENT 'Arrivals that the hour stays at or below with probability 0.05',
    q0_1           DOUBLE COMMENT 'Arrivals that the hour stays at or below with probability 0.1',
    q0_25          DOUBLE COMMENT 'Arrivals that the hour stays at or below with probability 0.25',
    q0_5           DOUBLE COMMENT 'Arrivals that the hour stays at or below with probability 0.5',
    q0_75          DOUBLE COMMENT 'Arrivals that the hour stays at or below with probability 0.75',
    q0_9           DOUBLE COMMENT 'Arrivals that the hour stays at or below with probability 0.9',
    q0_95          DOUBLE COMMENT 'Arrivals that the hour stays at or below with probability 0.95',
    naive_mean     DOUBLE COMMENT 'Arrivals in the same hour of the week before, which a model must beat',
    method         TEXT NOT NULL COMMENT 'What computed it',
    fallback       TEXT COMMENT 'Why something simpler was used; null where nothing was',
    confidence     TEXT NOT NULL COMMENT 'high | medium | low: how much stands behind it',
    basis          TEXT NOT NULL COMMENT 'known: only what had been learnt was used; happened: history was imported later, only what had happened was used',
    knowledge_time TIMESTAMP COMMENT 'The newest landing that it knew of',
    data_hash      TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    PRIMARY KEY (issued_at, model_version, work, target_hour)
);
