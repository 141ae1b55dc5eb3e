-- about     = "One data file that held what was erased: when another took its place, and when it was gone from storage."
-- domain    = "system"
-- order_by  = ["replaced_at", "file"]
-- retention = "system"
CREATE TABLE erased_files (
    file        TEXT NOT NULL COMMENT 'Table and path of the file',
    table_name  TEXT NOT NULL COMMENT 'The table',
    bytes       BIGINT NOT NULL COMMENT 'Its size' OPTIONS (unit = 'bytes'),
    rows_erased BIGINT NOT NULL COMMENT 'Rows of it that were removed or blanked',
    erasures    TEXT NOT NULL COMMENT 'The erasures that it was replaced for, by id, separated by commas',
    replaced_at TIMESTAMP NOT NULL COMMENT 'When no table named it any more',
    removed_at  TIMESTAMP COMMENT 'When it was gone from storage; null while readers that began before may still need it',
    PRIMARY KEY (file)
);
