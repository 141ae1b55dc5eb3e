-- about = "One workflow run a trace. A log tells of cases that ended; only a case whose last event waits for somebody is still running."
WITH events AS (
    SELECT
        _file,
        coalesce(log_name, regexp_replace(_file, '^.*/|\.xes(\.gz)?$', '', 'g')) AS workflow,
        coalesce(trace_name, concat('trace ', CAST(trace_index + 1 AS TEXT))) AS run_id,
        row_number() OVER (PARTITION BY _file, trace_index, event_name, transition ORDER BY event_index) > 1 AS is_repeat,
        regexp_like(event_name, '\b(reject|hold\b|fail|error|cancel|abort)', 'i') AS is_exception,
        resource IS NULL OR upper(resource) NOT IN ('SYSTEM', 'BATCH', 'ROBOT', 'WORKFLOW') AS is_human,
        event_index > 0 AND NOT regexp_like(event_name, '\bfinal_approved\b', 'i') AS is_beyond_decision,
        trace_variant,
        channel,
        department,
        deadline_at,
        event_index,
        event_name,
        event_at,
        resource,
        coalesce(declaration, request) AS document,
        coalesce(declared_amount, requested_amount) AS requested_value
    FROM raw
),
traces AS (
    SELECT
        workflow,
        run_id,
        max(trace_variant) AS variant,
        max(document) AS document,
        max(channel) AS channel,
        max(department) AS department,
        max(deadline_at) AS due_at,
        min(event_at) AS started_at,
        max(event_at) AS changed_at,
        first_value(event_name ORDER BY event_index) AS first_step,
        last_value(event_name ORDER BY event_index) AS last_step,
        count(*) AS step_count,
        sum(CASE WHEN is_repeat THEN 1 ELSE 0 END) AS repeated_step_count,
        sum(CASE WHEN is_exception THEN 1 ELSE 0 END) AS exception_count,
        sum(CASE WHEN is_human THEN 1 ELSE 0 END) AS human_step_count,
        sum(CASE WHEN is_human AND is_beyond_decision THEN 1 ELSE 0 END) AS touch_count,
        count(resource) > 0 AS tells_who,
        max(requested_value) AS requested_value
    FROM events
    GROUP BY _file, workflow, run_id
),
runs AS (
    SELECT
        workflow,
        run_id,
        variant,
        document,
        channel,
        department,
        CASE
            WHEN regexp_like(last_step, '\breject', 'i') THEN 'rejected'
            WHEN regexp_like(last_step, '\b(fail|error|abort)', 'i') THEN 'failed'
            WHEN regexp_like(last_step, '\bcancel', 'i') THEN 'cancelled'
            WHEN regexp_like(last_step, '\b(saved|submitted|approved|request payment)\b', 'i') THEN 'running'
            ELSE 'succeeded'
        END AS status,
        due_at,
        started_at,
        changed_at,
        first_step,
        last_step,
        step_count,
        repeated_step_count,
        exception_count,
        CASE WHEN tells_who THEN human_step_count END AS human_step_count,
        CASE WHEN tells_who THEN touch_count END AS touch_count,
        requested_value
    FROM traces
)
SELECT
    workflow,
    run_id,
    variant,
    document,
    channel,
    department,
    status,
    started_at,
    CASE WHEN status <> 'running' THEN changed_at END AS finished_at,
    due_at,
    first_step,
    last_step,
    step_count,
    repeated_step_count,
    exception_count,
    human_step_count,
    touch_count,
    exception_count > 0 OR status = 'failed' AS has_exception,
    repeated_step_count > 0 AS is_reworked,
    CASE
        WHEN touch_count IS NOT NULL THEN touch_count = 0 AND repeated_step_count = 0 AND exception_count = 0
    END AS is_straight_through,
    CAST(requested_value AS DECIMAL(18, 4)) AS requested_value,
    CASE WHEN requested_value IS NOT NULL THEN 'EUR' END AS currency,
    CAST(changed_at AS BIGINT) + step_count AS _version,
    changed_at AS _occurred_at
FROM runs
