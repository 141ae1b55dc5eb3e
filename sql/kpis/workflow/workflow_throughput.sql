-- title   = "Runs finished"
-- about   = "Workflow runs that came to an end in the period, whatever the end."
-- kind    = "sum"
-- unit    = "count"
-- better  = "higher"
-- owner   = "automation"
-- version = 1
SELECT
    finished_at AS at,
    concat(workflow, ' / ', run_id) AS record,
    workflow,
    status,
    channel,
    department,
    1 AS value
FROM workflow_runs
WHERE finished_at IS NOT NULL
