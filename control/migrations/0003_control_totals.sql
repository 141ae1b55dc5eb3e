-- What sources say that they hold, for reconciliation. Days are ISO 8601 text, sums are decimals as text, instants as in 0001.

-- currency: '' for the records of every currency. column_name: '' for a count alone, and then sum is null.
CREATE TABLE control_totals (
    tenant_id   TEXT NOT NULL REFERENCES tenants (id),
    day         TEXT NOT NULL,
    source      TEXT NOT NULL,
    instance    TEXT NOT NULL,
    table_name  TEXT NOT NULL,
    currency    TEXT NOT NULL,
    column_name TEXT NOT NULL,
    row_count   BIGINT NOT NULL,
    sum         TEXT,
    posted_at   TEXT NOT NULL,
    PRIMARY KEY (tenant_id, day, source, instance, table_name, currency, column_name)
);
