-- about = "One run that counts, once: without runs that only handle the failure of another, and without spans of a run that another source tells too."
SELECT
    workflow,
    run_id,
    coalesce(workflow_name, workflow) AS workflow_name,
    mode,
    channel,
    department,
    status,
    retry_of,
    queued_at,
    started_at,
    finished_at,
    has_exception,
    is_reworked,
    is_straight_through
FROM workflow_runs
WHERE (mode IS NULL OR mode <> 'error')
    AND told_by IS NULL
UNION ALL
SELECT
    workflow,
    run_id,
    coalesce(workflow_name, workflow) AS workflow_name,
    mode,
    channel,
    department,
    status,
    retry_of,
    queued_at,
    started_at,
    finished_at,
    has_exception,
    is_reworked,
    is_straight_through
FROM workflow_runs AS spans
WHERE (mode IS NULL OR mode <> 'error')
    AND told_by = 'span'
    AND NOT EXISTS (
        SELECT 1
        FROM workflow_runs AS told
        WHERE told.told_by IS NULL
            AND told.workflow = spans.workflow
            AND told.run_id = spans.run_id
    )
