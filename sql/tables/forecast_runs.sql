-- about     = "One run of one model: what it was made of, how much it forecast, what it would not say and what it cost."
-- domain    = "system"
-- order_by  = ["issued_at", "model"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_runs (
    issued_at      TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made',
    model          TEXT NOT NULL COMMENT 'demand | stockout | churn | workload | returns | anomalies',
    model_version  TEXT NOT NULL COMMENT 'Version of the model''s code',
    data_hash      TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    basis          TEXT NOT NULL COMMENT 'known | happened',
    knowledge_time TIMESTAMP COMMENT 'The newest landing that it knew of',
    forecasts      BIGINT NOT NULL COMMENT 'What was forecast: articles and places, customers, kinds of work',
    fallbacks      BIGINT NOT NULL COMMENT 'Of these, by something simpler',
    row_count      BIGINT NOT NULL COMMENT 'Rows that it gave',
    abstained      TEXT COMMENT 'Why it said nothing; null where it did not abstain',
    parameters     TEXT COMMENT 'What it had learnt and was set to, as JSON',
    elapsed_ms     BIGINT COMMENT 'How long it took' OPTIONS (unit = 'ms'),
    ran_at         TIMESTAMP NOT NULL COMMENT 'When it ran, by the clock',
    PRIMARY KEY (issued_at, model, model_version, data_hash)
);
