-- about = "One workflow step an event, in the order of the file: many events bear one time."
WITH events AS (
    SELECT
        coalesce(log_name, regexp_replace(_file, '^.*/|\.xes(\.gz)?$', '', 'g')) AS workflow,
        coalesce(trace_name, concat('trace ', CAST(trace_index + 1 AS TEXT))) AS run_id,
        row_number() OVER (PARTITION BY _file, trace_index, event_name, transition ORDER BY event_index) > 1 AS is_repeat,
        regexp_like(event_name, '\breject', 'i') AS is_rejection,
        regexp_like(event_name, '\bhold\b', 'i') AS is_hold,
        regexp_like(event_name, '\b(fail|error|cancel|abort)', 'i') AS is_failure,
        event_index,
        event_name,
        transition,
        event_at,
        resource,
        role,
        team
    FROM raw
)
SELECT
    concat(workflow, ' / ', run_id, ' / ', CAST(event_index + 1 AS TEXT)) AS step_id,
    workflow,
    run_id,
    event_index + 1 AS step_number,
    event_name AS step,
    transition,
    CASE
        WHEN is_rejection THEN 'rejected'
        WHEN is_hold THEN 'held'
        WHEN is_failure THEN 'failed'
        ELSE 'succeeded'
    END AS status,
    event_at AS step_at,
    resource,
    coalesce(role, team) AS role,
    upper(resource) NOT IN ('SYSTEM', 'BATCH', 'ROBOT', 'WORKFLOW') AS is_human,
    is_repeat,
    is_rejection OR is_hold OR is_failure AS is_exception,
    event_at AS _version
FROM events
