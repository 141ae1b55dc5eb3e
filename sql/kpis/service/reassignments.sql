-- title   = "Reassignments per ticket"
-- about   = "How often a ticket resolved in the period went to another team or person, on average."
-- kind    = "mean"
-- unit    = "count"
-- better  = "lower"
-- owner   = "service"
-- version = 1
SELECT
    resolved_at AS at,
    ticket_id AS record,
    priority,
    category,
    assignment_group,
    channel,
    reassignment_count AS value
FROM tickets
WHERE resolved_at IS NOT NULL
    AND reassignment_count IS NOT NULL
