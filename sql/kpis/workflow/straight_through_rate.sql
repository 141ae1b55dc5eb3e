-- title   = "Straight-through rate"
-- about   = "Runs finished in the period that nobody touched beyond the request and one final approval, without rework or exception. Runs that do not tell who did what are left out. Runs that only handle the failure of another are left out."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "higher"
-- owner   = "automation"
-- version = 2
SELECT
    finished_at AS at,
    concat(workflow, ' / ', run_id) AS record,
    workflow_name AS workflow,
    status,
    channel,
    department,
    is_straight_through AS numerator,
    TRUE AS denominator
FROM business_runs
WHERE finished_at IS NOT NULL
    AND is_straight_through IS NOT NULL
