-- title   = "Reopen rate"
-- about   = "Tickets resolved in the period that had been opened again at least once before that resolution held."
-- kind    = "ratio"
-- unit    = "percent"
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
    coalesce(reopen_count, 0) > 0 AS numerator,
    TRUE AS denominator
FROM tickets
WHERE resolved_at IS NOT NULL
