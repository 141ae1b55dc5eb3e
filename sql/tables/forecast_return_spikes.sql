-- about     = "One article that came back of late, with how many of it were to be expected and how likely chance alone brings back as many. Lately is sold from 60 to 30 days before the forecast; what came back within 30 days of its sale counts."
-- domain    = "commerce"
-- order_by  = ["issued_at", "sku"]
-- counted_on = ""
-- retention = "business"
CREATE TABLE forecast_return_spikes (
    issued_at       TIMESTAMP NOT NULL COMMENT 'The tenant''s now of which it was made: nothing later was known to it',
    model_version   TEXT NOT NULL COMMENT 'Version of the model''s code',
    sku             TEXT NOT NULL COMMENT 'products.sku',
    category        TEXT COMMENT 'products.category, whose rate the article''s own is drawn to; all where it has none',
    units_sold      DOUBLE COMMENT 'Units sold lately',
    units_returned  DOUBLE COMMENT 'Units of these that came back',
    expected_units  DOUBLE COMMENT 'Units of these that were to be expected back, by the article''s year before and its group',
    expected_rate   DOUBLE COMMENT 'Expected units as a share of the units sold',
    probability     DOUBLE COMMENT 'Probability that chance alone brings back as many or more',
    false_discovery DOUBLE COMMENT 'Share of false alarms among all articles that stand out as much or more',
    spike           BOOLEAN COMMENT 'Whether it stands out: 5 % of false alarms at most, half as many again as expected, three units or more',
    value_at_stake  DECIMAL(18, 4) COMMENT 'Units beyond the expected times their usual price, 0 where there are none; null where no price is known' OPTIONS (class = 'money', currency = 'currency'),
    currency        TEXT COMMENT 'ISO 4217',
    method          TEXT NOT NULL COMMENT 'What computed it',
    fallback        TEXT COMMENT 'Why something simpler was used; null where nothing was',
    confidence      TEXT NOT NULL COMMENT 'high | medium | low: how much stands behind it',
    basis           TEXT NOT NULL COMMENT 'known: only what had been learnt was used; happened: history was imported later, only what had happened was used',
    knowledge_time  TIMESTAMP COMMENT 'The newest landing that it knew of',
    data_hash       TEXT NOT NULL COMMENT 'SHA-256 of all rows that it was made of, in hex',
    PRIMARY KEY (issued_at, model_version, sku)
);
