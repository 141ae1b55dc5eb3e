-- title   = "Exception rate"
-- about   = "Runs finished in the period in which a step refused, held or failed. Runs that only handle the failure of another are left out."
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
    coalesce(has_exception, status = 'failed') AS numerator,
    TRUE AS denominator
FROM business_runs
WHERE finished_at IS NOT NULL
