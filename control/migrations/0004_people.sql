-- People, how they sign in, and what they may do. Instants as in 0001; yes and no are 1 and 0.

-- What one installation keeps for itself, by name: see installation.rs.
CREATE TABLE installation (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Both null: the installation's own. login: in small letters, so that it is one person's whatever its case.
CREATE TABLE people (
    id          TEXT NOT NULL PRIMARY KEY,
    login       TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    partner_id  TEXT REFERENCES partners (id),
    tenant_id   TEXT REFERENCES tenants (id),
    locale      TEXT,
    created_at  TEXT NOT NULL,
    disabled_at TEXT,
    CHECK (partner_id IS NULL OR tenant_id IS NULL)
);

-- place: `installation`, `partner:<id>` or `tenant:<id>`, as the other two columns say it. domains as in grants.
CREATE TABLE memberships (
    person_id  TEXT NOT NULL REFERENCES people (id),
    place      TEXT NOT NULL,
    partner_id TEXT REFERENCES partners (id),
    tenant_id  TEXT REFERENCES tenants (id),
    role       TEXT NOT NULL,
    domains    TEXT NOT NULL,
    pii        BIGINT NOT NULL,
    PRIMARY KEY (person_id, place)
);

-- hash: argon2id, as a PHC string. must_change: good for choosing another alone.
CREATE TABLE passwords (
    person_id   TEXT NOT NULL PRIMARY KEY REFERENCES people (id),
    hash        TEXT NOT NULL,
    must_change BIGINT NOT NULL,
    changed_at  TEXT NOT NULL
);

-- What a server needs to check a password or token by SCRAM-SHA-256, in hexadecimal. Whoever reads this table can sign in to
-- the SQL door without knowing the password; it stands alone so that it can be guarded, and left out of what is shown or
-- exported, as a whole. subject_id: a person or a token.
CREATE TABLE scram_secrets (
    subject_id      TEXT NOT NULL PRIMARY KEY,
    salt            TEXT NOT NULL,
    salted_password TEXT NOT NULL,
    iterations      BIGINT NOT NULL
);

-- The cookie's hash is SHA-256, in hexadecimal.
CREATE TABLE sessions (
    id           TEXT NOT NULL PRIMARY KEY,
    cookie_hash  TEXT NOT NULL UNIQUE,
    person_id    TEXT NOT NULL REFERENCES people (id),
    client       TEXT,
    created_at   TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    ended_at     TEXT
);

CREATE INDEX sessions_of_person ON sessions (person_id);

-- Who tried to sign in, by SHA-256 of a login, an address, or both; instants are milliseconds since 1970.
CREATE TABLE sign_in_attempts (
    kind             TEXT NOT NULL,
    subject          TEXT NOT NULL,
    failures         BIGINT NOT NULL,
    failed_at_ms     BIGINT NOT NULL,
    blocked_until_ms BIGINT NOT NULL,
    succeeded_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
