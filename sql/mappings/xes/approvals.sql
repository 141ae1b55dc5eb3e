-- about = "One approval an event that approves or rejects, since the latest submission; and the one still waited for."
WITH events AS (
    SELECT
        _file,
        coalesce(log_name, regexp_replace(_file, '^.*/|\.xes(\.gz)?$', '', 'g')) AS workflow,
        coalesce(trace_name, concat('trace ', CAST(trace_index + 1 AS TEXT))) AS run_id,
        trace_index,
        event_index,
        event_name,
        event_at,
        resource,
        role,
        coalesce(declaration, request) AS document,
        coalesce(declared_amount, requested_amount) AS requested_value,
        CASE WHEN regexp_like(event_name, '\bsubmitted\b', 'i') THEN event_at END AS submitted_at,
        CASE
            WHEN regexp_like(event_name, '\b(saved|submitted)\b|\brejected by employee\b', 'i') THEN 'requester'
            WHEN regexp_like(event_name, '\brejected\b', 'i') THEN 'rejected'
            WHEN regexp_like(event_name, '\bfinal_approved\b', 'i') THEN 'approved for good'
            WHEN regexp_like(event_name, '\bapproved\b', 'i') THEN 'approved'
        END AS act
    FROM raw
),
steps AS (
    SELECT
        workflow,
        run_id,
        event_index,
        event_name,
        event_at,
        resource,
        role,
        document,
        requested_value,
        submitted_at,
        act,
        max(submitted_at) OVER trace_so_far AS requested_at,
        lag(event_at) OVER (PARTITION BY _file, trace_index ORDER BY event_index) AS received_at,
        lead(event_index) OVER (PARTITION BY _file, trace_index ORDER BY event_index) IS NULL AS is_last
    FROM events
    WINDOW trace_so_far AS (PARTITION BY _file, trace_index ORDER BY event_index ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT
    concat(run_id, ' ', CAST(event_index + 1 AS TEXT)) AS approval_id,
    workflow,
    run_id,
    document,
    event_name AS step,
    role,
    resource AS approver,
    coalesce(requested_at, received_at, event_at) AS requested_at,
    coalesce(received_at, event_at) AS received_at,
    event_at AS decided_at,
    CASE WHEN act = 'rejected' THEN 'rejected' ELSE 'approved' END AS decision,
    act <> 'approved' AS is_final,
    CAST(requested_value AS DECIMAL(18, 4)) AS requested_value,
    CASE WHEN requested_value IS NOT NULL THEN 'EUR' END AS currency,
    event_at AS _version
FROM steps
WHERE act IN ('rejected', 'approved for good', 'approved')
UNION ALL
SELECT
    concat(run_id, ' ', CAST(event_index + 2 AS TEXT)) AS approval_id,
    workflow,
    run_id,
    document,
    event_name AS step,
    NULL AS role,
    NULL AS approver,
    coalesce(requested_at, event_at) AS requested_at,
    event_at AS received_at,
    NULL AS decided_at,
    NULL AS decision,
    TRUE AS is_final,
    CAST(requested_value AS DECIMAL(18, 4)) AS requested_value,
    CASE WHEN requested_value IS NOT NULL THEN 'EUR' END AS currency,
    event_at AS _version
FROM steps
WHERE is_last
    AND (submitted_at IS NOT NULL OR act = 'approved')
