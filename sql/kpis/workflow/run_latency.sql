-- title     = "Run latency"
-- about     = "Hours by the clock from the first step of a run to its end, of runs that finished in the period. Completed runs only: runs still going are not in it. Runs that only handle the failure of another are left out."
-- kind      = "quantile"
-- unit      = "hours"
-- better    = "lower"
-- owner     = "automation"
-- quantiles = [0.5, 0.95]
-- version   = 2
SELECT
    finished_at AS at,
    concat(workflow, ' / ', run_id) AS record,
    workflow_name AS workflow,
    status,
    channel,
    department,
    hours_between(started_at, finished_at) AS value
FROM business_runs
WHERE finished_at IS NOT NULL
    AND started_at IS NOT NULL
