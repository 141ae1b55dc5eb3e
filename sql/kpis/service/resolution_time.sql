-- title     = "Resolution time"
-- about     = "Hours by the clock from opening to the last resolution, of tickets opened in the period. Open tickets count with their age so far, so a young period reads low."
-- kind      = "quantile"
-- unit      = "hours"
-- better    = "lower"
-- owner     = "service"
-- quantiles = [0.5, 0.9]
-- version   = 1
SELECT
    opened_at AS at,
    ticket_id AS record,
    priority,
    category,
    assignment_group,
    channel,
    hours_between(opened_at, least(coalesce(resolved_at, now()), now())) AS value,
    coalesce(resolved_at > now(), TRUE) AS open
FROM tickets
WHERE opened_at <= now()
