-- about     = "One file that landed: what was read of it and what was set aside."
-- domain    = "system"
-- order_by  = ["started_at", "file"]
-- retention = "system"
CREATE TABLE loads (
    file             TEXT NOT NULL COMMENT 'Name of the file',
    file_hash        TEXT NOT NULL COMMENT 'SHA-256 of the file''s bytes, in hex',
    pack             TEXT NOT NULL COMMENT 'Mapping pack that read the file',
    bytes            BIGINT NOT NULL COMMENT 'Size of the file as it lay, compressed or not' OPTIONS (unit = 'bytes'),
    rows_read        BIGINT NOT NULL COMMENT 'Records found in it, with the quarantined ones',
    rows_quarantined BIGINT NOT NULL COMMENT 'Records of these that were set aside',
    started_at       TIMESTAMP NOT NULL COMMENT 'When the load began',
    PRIMARY KEY (file_hash, pack)
);
