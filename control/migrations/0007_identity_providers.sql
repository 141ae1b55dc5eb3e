-- Sign-in by OpenID Connect. Instants as in 0001.

-- client_secret: readable, since it is sent to the provider; null for a public client. email_domains: a JSON array.
-- first_sign_in: `known` for people who are there already, else the role that a new person gets.
CREATE TABLE identity_providers (
    partner_id    TEXT NOT NULL PRIMARY KEY REFERENCES partners (id),
    issuer        TEXT NOT NULL,
    client_id     TEXT NOT NULL,
    client_secret TEXT,
    redirect_url  TEXT NOT NULL,
    email_domains TEXT NOT NULL,
    first_sign_in TEXT NOT NULL
);

-- Whom a provider means by a subject: one person, who has no other subject there.
CREATE TABLE provider_subjects (
    issuer    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, person_id)
);

-- Sign-ins under way; a row is deleted when its browser comes back. Hashes are SHA-256, in hexadecimal.
CREATE TABLE provider_sign_ins (
    state_hash  TEXT NOT NULL PRIMARY KEY,
    cookie_hash TEXT NOT NULL,
    partner_id  TEXT NOT NULL REFERENCES partners (id),
    return_to   TEXT,
    expires_at  TEXT NOT NULL
);
