-- Browsers that were signed in by a token. The cookie's hash is SHA-256, in hexadecimal; a row is deleted when its browser signs out.
CREATE TABLE token_sessions (
    cookie_hash TEXT NOT NULL PRIMARY KEY,
    token_id    TEXT NOT NULL REFERENCES tokens (id),
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL
);
