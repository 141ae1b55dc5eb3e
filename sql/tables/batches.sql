-- about     = "A phase that a batch of rows reached: its rows are seen from the instant it landed until one, if any, that retracts it."
-- domain    = "system"
-- order_by  = ["recorded_at", "batch_id"]
-- retention = "system"
CREATE TABLE batches (
    batch_id    TEXT NOT NULL COMMENT 'Name of the batch, made of what it holds',
    phase       TEXT NOT NULL COMMENT 'landed | retracted: a mended mapping lands the same files again and retracts what the old one gave',
    pack        TEXT COMMENT 'Mapping pack, or the journal, that made the rows',
    files       BIGINT COMMENT 'Files or deliveries in it',
    rows        BIGINT COMMENT 'Rows in it, over all tables',
    begun_at    TIMESTAMP NOT NULL COMMENT 'When its landing began: the knowledge time of its rows',
    recorded_at TIMESTAMP NOT NULL COMMENT 'When it reached the phase',
    PRIMARY KEY (batch_id, phase)
);
