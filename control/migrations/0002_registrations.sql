-- Registrations of live sources: who may post to /ingest/{source}/{key}, and for whom. Instants as in 0001.

-- key_hash: SHA-256 of the key, in hexadecimal. currency null: amounts without one stay without.
CREATE TABLE registrations (
    id                TEXT NOT NULL PRIMARY KEY,
    tenant_id         TEXT NOT NULL REFERENCES tenants (id),
    source            TEXT NOT NULL,
    key_hash          TEXT NOT NULL UNIQUE,
    require_signature BOOLEAN NOT NULL,
    instance          TEXT NOT NULL,
    zone              TEXT NOT NULL,
    currency          TEXT,
    created_at        TEXT NOT NULL,
    revoked_at        TEXT
);

CREATE INDEX registrations_of_tenant ON registrations (tenant_id);

-- Secrets by which senders sign, readable as they are: a signature is checked by making it again. Whoever reads this table
-- can sign; it stands alone so that it can be guarded, and left out of what is shown or exported, as a whole.
-- secret: null once retired; at most one live row with the same secret a registration (null is like no other null).
CREATE TABLE registration_secrets (
    id              TEXT NOT NULL PRIMARY KEY,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    secret          TEXT,
    created_at      TEXT NOT NULL,
    retired_at      TEXT,
    UNIQUE (registration_id, secret)
);
