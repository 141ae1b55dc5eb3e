-- about     = "One request to erase a person or an installation, and the proof of what went; whom it was about is kept as a hash alone."
-- domain    = "system"
-- order_by  = ["asked_at", "erasure_id"]
-- retention = "system"
CREATE TABLE erasures (
    erasure_id       TEXT NOT NULL COMMENT 'Made of what was asked: asking twice is one erasure',
    subject_table    TEXT COMMENT 'Table of the record that it is about; null for all of an installation',
    subject_hash     TEXT NOT NULL COMMENT 'SHA-256 of tenant, source, installation, table and key: later copies of the record are known by it and erased too',
    asked_by         TEXT NOT NULL COMMENT 'The delivery that asked, or who did it by hand',
    reason           TEXT NOT NULL COMMENT 'Why, in words',
    asked_at         TIMESTAMP NOT NULL COMMENT 'What happened later is not erased: it is a new record',
    state            TEXT NOT NULL COMMENT 'begun | erased | proven: proven once no file that held it is left',
    erased_at        TIMESTAMP COMMENT 'When no reader could find it any more',
    proven_at        TIMESTAMP COMMENT 'When the last file that had held it was gone from storage',
    rows_removed     BIGINT COMMENT 'Rows that went',
    rows_blanked     BIGINT COMMENT 'Rows of which personal columns or the link to the person went; their amounts stay',
    messages_blanked BIGINT COMMENT 'Of these, messages and rows set aside of which the text went',
    found_after      BIGINT COMMENT 'Traces found when every file was read again afterwards; 0, or it is not proven',
    PRIMARY KEY (erasure_id)
);
