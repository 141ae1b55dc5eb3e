-- title   = "Rework rate"
-- about   = "Runs finished in the period that repeated a step or went back to an earlier one. Runs that only handle the failure of another are left out."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "lower"
-- owner   = "automation"
-- version = 2
SELECT
    finished_at AS at,
    concat(workflow, ' / ', run_id) AS record,
    workflow_name AS workflow,
    status,
    channel,
    department,
    is_reworked AS numerator,
    TRUE AS denominator
FROM business_runs
WHERE finished_at IS NOT NULL
    AND is_reworked IS NOT NULL
