-- title   = "Exception rate"
-- about   = "Runs finished in the period in which a step refused, held or failed."
-- kind    = "ratio"
-- unit    = "percent"
-- better  = "lower"
-- owner   = "automation"
-- version = 1
SELECT
    finished_at AS at,
    concat(workflow, ' / ', run_id) AS record,
    workflow,
    status,
    channel,
    department,
    coalesce(has_exception, FALSE) AS numerator,
    TRUE AS denominator
FROM workflow_runs
WHERE finished_at IS NOT NULL
