-- title     = "Run latency"
-- about     = "Hours by the clock from the first step of a run to its end, of runs that finished in the period. Completed runs only: runs still going are not in it."
-- kind      = "quantile"
-- unit      = "hours"
-- better    = "lower"
-- owner     = "automation"
-- quantiles = [0.5, 0.95]
-- version   = 1
SELECT
    finished_at AS at,
    concat(workflow, ' / ', run_id) AS record,
    workflow,
    status,
    channel,
    department,
    hours_between(started_at, finished_at) AS value
FROM workflow_runs
WHERE finished_at IS NOT NULL
