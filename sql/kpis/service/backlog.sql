-- title   = "Backlog"
-- about   = "Tickets open at the end of the period: opened, and not resolved by then. Its age is how long they have been open."
-- kind    = "level"
-- unit    = "count"
-- better  = "lower"
-- owner   = "service"
-- version = 1
SELECT
    opened_at AS at,
    resolved_at AS until,
    ticket_id AS record,
    priority,
    category,
    assignment_group,
    channel,
    1 AS value
FROM tickets
