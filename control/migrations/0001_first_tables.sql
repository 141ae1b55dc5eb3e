-- The transactional state of a Quarterdeck installation. Plain enough for SQLite and PostgreSQL alike: instants are
-- RFC 3339 text in UTC with microseconds (they sort as they read), dates are ISO 8601 text, decimals are text.

CREATE TABLE partners (
    id   TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE brands (
    partner_id  TEXT NOT NULL PRIMARY KEY REFERENCES partners (id),
    name        TEXT NOT NULL,
    accent      TEXT NOT NULL,
    accent_dark TEXT NOT NULL,
    logo        TEXT
);

CREATE TABLE tenants (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    currency   TEXT NOT NULL,
    zone       TEXT NOT NULL,
    locale     TEXT NOT NULL,
    week_start TEXT NOT NULL,
    today      TEXT,
    small_n    BIGINT NOT NULL
);

-- domains: '*' for every process domain, or a JSON array of domain names.
CREATE TABLE grants (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    domains    TEXT NOT NULL,
    PRIMARY KEY (partner_id, tenant_id)
);

-- hours and holidays: JSON, see calendar.rs.
CREATE TABLE calendars (
    tenant_id      TEXT NOT NULL REFERENCES tenants (id),
    name           TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    zone           TEXT NOT NULL,
    hours          TEXT NOT NULL,
    holidays       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, name, effective_from)
);

-- slice: '' for the whole KPI, else `dimension:value`.
CREATE TABLE targets (
    tenant_id      TEXT NOT NULL REFERENCES tenants (id),
    kpi            TEXT NOT NULL,
    slice          TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    value          TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kpi, slice, effective_from)
);

-- tenant_id null: every tenant that the partner is granted. secret_hash: SHA-256 of the secret, in hexadecimal.
CREATE TABLE tokens (
    id          TEXT NOT NULL PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    name        TEXT NOT NULL,
    role        TEXT NOT NULL,
    partner_id  TEXT NOT NULL REFERENCES partners (id),
    tenant_id   TEXT REFERENCES tenants (id),
    created_at  TEXT NOT NULL,
    expires_at  TEXT,
    revoked_at  TEXT
);

CREATE INDEX tokens_of_partner ON tokens (partner_id, name);

CREATE TABLE receipts (
    id         TEXT NOT NULL PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    body       TEXT NOT NULL,
    created_at TEXT NOT NULL
);
