-- What was done, by whom: rows are added, never changed. Instants as in 0001.

-- who_id: of a person or token; names are not in it, for a name may have to be forgotten. detail: a JSON object. hash: SHA-256
-- over the row and previous_hash, in hexadecimal, see audit/chain.rs.
CREATE TABLE audit (
    seq           BIGINT NOT NULL PRIMARY KEY,
    at            TEXT NOT NULL,
    who_kind      TEXT NOT NULL,
    who_id        TEXT NOT NULL,
    action        TEXT NOT NULL,
    tenant_id     TEXT,
    detail        TEXT NOT NULL,
    duration_us   BIGINT,
    row_count     BIGINT,
    byte_count    BIGINT,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
);

CREATE INDEX audit_of_tenant ON audit (tenant_id, at, seq);
CREATE INDEX audit_of_time ON audit (at, seq);

-- One row: the last of the chain. Whoever adds takes this row first.
CREATE TABLE audit_head (
    id   BIGINT NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);

INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');
