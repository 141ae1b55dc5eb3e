-- about     = "One change of a ticket, as the source logged it."
-- domain    = "service"
-- order_by  = ["event_at", "ticket_id", "event_id"]
-- retention = "business"
CREATE TABLE ticket_events (
    event_id         TEXT NOT NULL COMMENT 'The source''s own id of the event, or ticket, time and counter where it has none',
    ticket_id        TEXT NOT NULL COMMENT 'tickets.ticket_id',
    event_at         TIMESTAMP NOT NULL COMMENT 'When it happened',
    sequence         BIGINT COMMENT 'The source''s own counter of changes',
    kind             TEXT COMMENT 'created | updated | resolved | closed',
    state            TEXT COMMENT 'State after it, in the source''s own words',
    priority         TEXT COMMENT 'Priority after it',
    category         TEXT COMMENT 'What the ticket is about',
    assignment_group TEXT COMMENT 'Team that has the ticket after it',
    assignee         TEXT COMMENT 'Person who has the ticket after it' OPTIONS (class = 'pii'),
    actor            TEXT COMMENT 'Who made the change' OPTIONS (class = 'pii'),
    PRIMARY KEY (event_id)
);
