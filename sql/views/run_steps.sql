-- about = "One step with its run. A span names only its parent and its trace: its run is the one whose span is its parent, else the only run of its trace. Of several tellings of a run's steps one is taken: spans, else the API, else the log."
WITH traced_runs AS (
    SELECT
        trace_id,
        span_id,
        max(workflow) AS workflow,
        max(run_id) AS run_id
    FROM workflow_runs
    WHERE trace_id IS NOT NULL
    GROUP BY trace_id, span_id
),
lone_runs AS (
    SELECT
        trace_id,
        max(workflow) AS workflow,
        max(run_id) AS run_id
    FROM traced_runs
    GROUP BY trace_id
    HAVING count(*) = 1
),
placed_steps AS (
    SELECT
        steps.step_id,
        coalesce(steps.workflow, parents.workflow, lone_runs.workflow) AS workflow,
        coalesce(steps.run_id, parents.run_id, lone_runs.run_id) AS run_id,
        steps.step_number,
        steps.step,
        steps.step_kind,
        steps.transition,
        steps.status,
        steps.step_at,
        steps.started_at,
        steps.resource,
        steps.role,
        steps.is_human,
        steps.is_repeat,
        steps.is_exception,
        steps.error,
        steps.told_by,
        CASE steps.told_by WHEN 'log' THEN 3 WHEN 'api' THEN 2 ELSE 1 END AS telling
    FROM workflow_steps AS steps
    LEFT JOIN traced_runs AS parents
        ON steps.trace_id = parents.trace_id AND steps.parent_span_id = parents.span_id
    LEFT JOIN lone_runs
        ON steps.trace_id = lone_runs.trace_id
),
ranked_steps AS (
    SELECT
        step_id,
        workflow,
        run_id,
        step_number,
        step,
        step_kind,
        transition,
        status,
        step_at,
        started_at,
        resource,
        role,
        is_human,
        is_repeat,
        is_exception,
        error,
        told_by,
        rank() OVER (PARTITION BY workflow, run_id ORDER BY telling) AS place
    FROM placed_steps
)
SELECT
    step_id,
    workflow,
    run_id,
    step_number,
    step,
    step_kind,
    transition,
    status,
    step_at,
    started_at,
    resource,
    role,
    is_human,
    is_repeat,
    is_exception,
    error,
    told_by
FROM ranked_steps
WHERE place = 1
