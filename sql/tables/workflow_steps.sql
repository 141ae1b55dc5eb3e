-- about     = "One step of a workflow run. The view run_steps adds the run of steps that do not know theirs, and takes one telling of each run."
-- domain    = "workflow"
-- order_by  = ["step_at", "step_id"]
-- retention = "telemetry"
CREATE TABLE workflow_steps (
    step_id        TEXT NOT NULL COMMENT 'The source''s own id of the step; run and position where it has none',
    workflow       TEXT COMMENT 'workflow_runs.workflow; null while the step does not know its run',
    run_id         TEXT COMMENT 'workflow_runs.run_id; null while the step does not know its run',
    step_number    BIGINT COMMENT 'Position in the run, from 1: the order of the source, since many steps bear one time; null where steps come one by one',
    step           TEXT NOT NULL COMMENT 'Name of the activity or node',
    transition     TEXT COMMENT 'Point of its life cycle: start, complete',
    status         TEXT COMMENT 'succeeded | rejected | held | failed',
    step_at        TIMESTAMP NOT NULL COMMENT 'When it happened; for a step with a span, when it ended',
    started_at     TIMESTAMP COMMENT 'When it began, where the source says',
    resource       TEXT COMMENT 'Who or what did it, as the source names them' OPTIONS (class = 'pii'),
    role           TEXT COMMENT 'Role or team of who did it',
    is_human       BOOLEAN COMMENT 'Whether a person did it; null when the source does not say who',
    is_repeat      BOOLEAN COMMENT 'Whether the same step was done before in the run',
    is_exception   BOOLEAN COMMENT 'Whether it refuses, holds or fails',
    step_kind      TEXT COMMENT 'Kind of activity or node, in the source''s own words',
    error          TEXT COMMENT 'Why it failed, in the source''s own words',
    told_by        TEXT COMMENT 'span | api | log: which telling it is, where a source tells steps in several ways; null where in one',
    trace_id       TEXT COMMENT 'OpenTelemetry trace that it is part of, in hex',
    span_id        TEXT COMMENT 'Its own span in the trace, in hex',
    parent_span_id TEXT COMMENT 'Span that started it, in hex: its run''s, or another step''s',
    PRIMARY KEY (step_id)
);
