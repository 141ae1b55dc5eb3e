-- Tenants that were ended: all that is left of each. Instants as in 0001.

-- What went is counted over all rounds; proven_at: a round after the others found nothing.
CREATE TABLE tenant_erasures (
    tenant_id    TEXT NOT NULL PRIMARY KEY,
    asked_by     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    asked_at     TEXT NOT NULL,
    control_rows BIGINT NOT NULL,
    files        BIGINT NOT NULL,
    file_bytes   BIGINT NOT NULL,
    messages     BIGINT NOT NULL,
    proven_at    TEXT
);
