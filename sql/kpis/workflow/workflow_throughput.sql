-- title   = "Runs finished"
-- about   = "Workflow runs that came to an end in the period, whatever the end. Runs that only handle the failure of another are left out."
-- kind    = "sum"
-- unit    = "count"
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
    1 AS value
FROM business_runs
WHERE finished_at IS NOT NULL
