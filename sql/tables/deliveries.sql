-- about     = "One message as a source sent it, byte for byte, before it was read; a retry of it is a row of its own."
-- domain    = "system"
-- order_by  = ["arrived_at", "position"]
-- retention = "raw"
CREATE TABLE deliveries (
    journal     TEXT NOT NULL COMMENT 'The journal that it waited in',
    position    BIGINT NOT NULL COMMENT 'Its place in the journal',
    delivery_id TEXT NOT NULL COMMENT 'What the sender repeats on a retry; the hash of the bytes where it sends no such thing',
    topic       TEXT COMMENT 'What the source says it is about',
    headers     TEXT COMMENT 'Headers that matter, as JSON; never credentials' OPTIONS (class = 'pii'),
    body        BINARY COMMENT 'Its exact bytes' OPTIONS (class = 'pii'),
    body_bytes  BIGINT NOT NULL COMMENT 'Length of the body' OPTIONS (unit = 'bytes'),
    body_hash   TEXT NOT NULL COMMENT 'SHA-256 of the body, in hex',
    outcome     TEXT NOT NULL COMMENT 'read | partly read | unreadable | unknown | no records',
    marks       TEXT COMMENT 'What else it says: unknown topics, records to fetch, requests to erase',
    row_count   BIGINT NOT NULL COMMENT 'Rows that it told',
    wrong_count BIGINT NOT NULL COMMENT 'Records in it that did not fit and are in quarantine',
    arrived_at  TIMESTAMP NOT NULL COMMENT 'When it arrived',
    PRIMARY KEY (journal, position)
);
