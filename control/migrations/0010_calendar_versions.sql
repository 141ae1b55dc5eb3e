-- Calendars keep every edition: a number that was reported is told again by the hours known then. What was there is taken as always known.
CREATE TABLE calendar_versions (
    tenant_id      TEXT NOT NULL REFERENCES tenants (id),
    name           TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    recorded_at    TEXT NOT NULL,
    zone           TEXT NOT NULL,
    hours          TEXT NOT NULL,
    holidays       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, name, effective_from, recorded_at)
);

INSERT INTO calendar_versions (tenant_id, name, effective_from, recorded_at, zone, hours, holidays)
SELECT tenant_id, name, effective_from, '1970-01-01T00:00:00.000000Z', zone, hours, holidays
FROM calendars;

DROP TABLE calendars;
