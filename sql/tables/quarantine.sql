-- about     = "One raw row that did not fit, with the value at fault and why; the rest of its file landed."
-- domain    = "system"
-- order_by  = ["read_at", "file", "line"]
-- retention = "system"
CREATE TABLE quarantine (
    file        TEXT NOT NULL COMMENT 'Name of the file',
    file_hash   TEXT NOT NULL COMMENT 'SHA-256 of the file''s bytes, in hex',
    line        BIGINT NOT NULL COMMENT 'Line of the record in the file, from 1; ordinal of the event in a process log',
    column_name TEXT NOT NULL COMMENT 'The source''s own name of the column at fault; empty when the whole row is',
    value       TEXT COMMENT 'The text that did not fit' OPTIONS (class = 'pii'),
    record      TEXT COMMENT 'The whole row as it was read' OPTIONS (class = 'pii'),
    reason      TEXT NOT NULL COMMENT 'What is wrong with it, in words',
    pack        TEXT NOT NULL COMMENT 'Mapping pack that read the file',
    read_at     TIMESTAMP NOT NULL COMMENT 'When it was read',
    PRIMARY KEY (file_hash, line, column_name)
);
