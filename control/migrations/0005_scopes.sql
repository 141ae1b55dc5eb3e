-- What grants, tokens and tenants say beyond 0001. Yes and no are 1 and 0.

-- pii: whether the partner may see personal data at all. row_filters: a JSON array, see grant.rs.
ALTER TABLE grants ADD COLUMN pii BIGINT NOT NULL DEFAULT 1;
ALTER TABLE grants ADD COLUMN row_filters TEXT NOT NULL DEFAULT '[]';

-- created_by: the id of a person or token.
ALTER TABLE tokens ADD COLUMN domains TEXT NOT NULL DEFAULT '*';
ALTER TABLE tokens ADD COLUMN pii BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN created_by TEXT;
ALTER TABLE tokens ADD COLUMN last_used_at TEXT;

CREATE INDEX tokens_of_name ON tokens (name);

-- limits: the name of a set of limits in the configuration; null for the usual ones.
ALTER TABLE tenants ADD COLUMN limits TEXT;
