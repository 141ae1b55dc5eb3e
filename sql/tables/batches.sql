-- about     = "A phase that a batch of rows reached: its rows are seen once it has landed."
-- domain    = "system"
-- order_by  = ["recorded_at", "batch_id"]
-- retention = "system"
CREATE TABLE batches (
    batch_id    TEXT NOT NULL COMMENT 'Name of the batch, made of what it holds',
    phase       TEXT NOT NULL COMMENT 'begun | landed',
    pack        TEXT COMMENT 'Mapping pack that made the rows',
    files       BIGINT COMMENT 'Files in it',
    rows        BIGINT COMMENT 'Rows in it, over all tables',
    recorded_at TIMESTAMP NOT NULL COMMENT 'When it reached the phase',
    PRIMARY KEY (batch_id, phase)
);
