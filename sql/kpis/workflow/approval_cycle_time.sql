-- title     = "Approval cycle time"
-- about     = "Hours by the clock from handing in a request to the decision that ends it: the final approval or a rejection. Requests handed in during the period; those undecided count with their age so far."
-- kind      = "quantile"
-- unit      = "hours"
-- better    = "lower"
-- owner     = "finance"
-- quantiles = [0.5, 0.9]
-- version   = 1
SELECT
    requested_at AS at,
    concat(workflow, ' / ', approval_id) AS record,
    workflow,
    role,
    decision,
    hours_between(requested_at, least(coalesce(decided_at, now()), now())) AS value,
    coalesce(decided_at > now(), TRUE) AS open
FROM approvals
WHERE is_final
    AND requested_at <= now()
