-- title   = "SLA attainment"
-- about   = "Tickets whose SLA clock was judged in the period and kept: judged when it is due, or on closing where the source gives no due time. What is due and still open is missed."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "higher"
-- owner   = "service"
-- version = 1
SELECT
    sla_at AS at,
    ticket_id AS record,
    priority,
    category,
    assignment_group,
    channel,
    coalesce(sla_met, FALSE) AS numerator,
    TRUE AS denominator
FROM tickets
WHERE sla_at <= now()
