-- about     = "One step of a workflow run, in the order that the source wrote them."
-- domain    = "workflow"
-- order_by  = ["step_at", "workflow", "run_id", "step_number"]
-- retention = "telemetry"
CREATE TABLE workflow_steps (
    workflow     TEXT NOT NULL COMMENT 'workflow_runs.workflow',
    run_id       TEXT NOT NULL COMMENT 'workflow_runs.run_id',
    step_number  BIGINT NOT NULL COMMENT 'Position in the run, from 1: the order of the source, since many steps bear one time',
    step         TEXT NOT NULL COMMENT 'Name of the activity or node',
    transition   TEXT COMMENT 'Point of its life cycle: start, complete',
    status       TEXT COMMENT 'succeeded | rejected | held | failed',
    step_at      TIMESTAMP NOT NULL COMMENT 'When it happened; for a step with a span, when it ended',
    started_at   TIMESTAMP COMMENT 'When it began, where the source says',
    resource     TEXT COMMENT 'Who or what did it, as the source names them' OPTIONS (class = 'pii'),
    role         TEXT COMMENT 'Role or team of who did it',
    is_human     BOOLEAN COMMENT 'Whether a person did it; null when the source does not say who',
    is_repeat    BOOLEAN COMMENT 'Whether the same step was done before in the run',
    is_exception BOOLEAN COMMENT 'Whether it refuses, holds or fails',
    PRIMARY KEY (workflow, run_id, step_number)
);
