-- about     = "One case of a service desk: each version is the case as it stood after an event."
-- domain    = "service"
-- order_by  = ["opened_at", "ticket_id"]
-- retention = "business"
CREATE TABLE tickets (
    ticket_id          TEXT NOT NULL COMMENT 'The source''s own id or number',
    kind               TEXT COMMENT 'incident | request | problem | change',
    state              TEXT COMMENT 'State in the source''s own words; null when it wrote none',
    priority           TEXT COMMENT 'Priority in the source''s own words',
    impact             TEXT COMMENT 'Impact in the source''s own words',
    urgency            TEXT COMMENT 'Urgency in the source''s own words',
    channel            TEXT COMMENT 'How it came in: Phone, Email',
    category           TEXT COMMENT 'What it is about',
    subcategory        TEXT COMMENT 'The group below the category',
    location           TEXT COMMENT 'Where the requester is',
    assignment_group   TEXT COMMENT 'Team that has it',
    assignee           TEXT COMMENT 'Person who has it' OPTIONS (class = 'pii'),
    requester          TEXT COMMENT 'Person who asked' OPTIONS (class = 'pii'),
    resolution_code    TEXT COMMENT 'How it was resolved, in the source''s own code',
    opened_at          TIMESTAMP NOT NULL COMMENT 'When it was opened',
    resolved_at        TIMESTAMP COMMENT 'When it was last resolved, or closed where nobody resolved it; null while open',
    closed_at          TIMESTAMP COMMENT 'When it was closed for good; null before',
    sla_at             TIMESTAMP COMMENT 'The instant that its SLA clock is judged by: when it is due where the source says, else when it was closed; null before',
    sla_met            BOOLEAN COMMENT 'Whether the SLA was kept; null while the clock runs',
    reassignment_count BIGINT COMMENT 'How often another team or person took it over',
    reopen_count       BIGINT COMMENT 'How often it was opened again after being resolved',
    update_count       BIGINT COMMENT 'How often the source changed it',
    PRIMARY KEY (ticket_id)
);
