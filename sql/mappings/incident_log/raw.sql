-- about  = "UCI 498 incident log of a ServiceNow desk: a row is an incident as it stood after one update."
-- source = "incident_log"
-- title  = "Incident log"
-- format = "csv"
-- zone   = "UTC"
-- null   = ["?", "-100"]
CREATE TABLE raw (
    number             TEXT NOT NULL,
    incident_state     TEXT,
    active             TEXT,
    reassignment_count BIGINT,
    reopen_count       BIGINT,
    sys_mod_count      BIGINT NOT NULL COMMENT 'Counter of updates; a few repeat',
    made_sla           TEXT COMMENT 'True until the update that closes the incident says otherwise',
    caller_id          TEXT,
    opened_at          TIMESTAMP NOT NULL OPTIONS (format = '%d/%m/%Y %H:%M'),
    sys_updated_by     TEXT,
    sys_updated_at     TIMESTAMP NOT NULL OPTIONS (format = '%d/%m/%Y %H:%M'),
    contact_type       TEXT,
    location           TEXT,
    category           TEXT,
    subcategory        TEXT,
    impact             TEXT,
    urgency            TEXT,
    priority           TEXT,
    assignment_group   TEXT,
    assigned_to        TEXT,
    closed_code        TEXT,
    resolved_at        TIMESTAMP COMMENT 'The final one, on every row: also on those from before it' OPTIONS (format = '%d/%m/%Y %H:%M'),
    closed_at          TIMESTAMP COMMENT 'The final one, on every row: also on those from before it' OPTIONS (format = '%d/%m/%Y %H:%M')
);
