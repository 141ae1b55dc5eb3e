-- about     = "One time at which a KPI did what it had not done before, by its own days before it. KPIs of all domains are in it: its domain, company, is none that records come in, so that only who sees every domain sees it."
-- domain    = "company"
-- order_by  = ["issued_at", "kpi", "currency_key", "from_day"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_anomalies (
    issued_at      TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made: nothing later was known to it',
    model_version  TEXT NOT NULL COMMENT 'Version of the model''s code',
    kpi            TEXT NOT NULL COMMENT 'The KPI',
    currency_key   TEXT NOT NULL COMMENT 'ISO 4217; empty where the KPI is no money',
    from_day       DATE NOT NULL COMMENT 'Its first day',
    to_day         DATE COMMENT 'The last day that was off',
    kind           TEXT COMMENT 'spike: it came back; shift: it stayed, and is the normal now; ongoing: whether it comes back is not known',
    direction      TEXT COMMENT 'above | below',
    seen           DOUBLE COMMENT 'Value of the day that was furthest off',
    expected       DOUBLE COMMENT 'What was expected of that day',
    low            DOUBLE COMMENT 'Values from here were as usual on that day',
    high           DOUBLE COMMENT 'Values to here were as usual on that day',
    score          DOUBLE COMMENT 'How far off it was, as a deviate of a normal distribution; of a slow shift how far the level moved in spreads',
    records        BIGINT COMMENT 'Records of that day',
    method         TEXT NOT NULL COMMENT 'What computed it',
    fallback       TEXT COMMENT 'Why something simpler was used; null where nothing was',
    confidence     TEXT NOT NULL COMMENT 'high | medium | low: how much stands behind it',
    basis          TEXT NOT NULL COMMENT 'known: only what had been learnt was used; happened: history was imported later, only what had happened was used',
    knowledge_time TIMESTAMP COMMENT 'The newest landing that it knew of',
    data_hash      TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    PRIMARY KEY (issued_at, model_version, kpi, currency_key, from_day)
);
