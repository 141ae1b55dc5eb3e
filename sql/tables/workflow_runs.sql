-- about     = "One run of a workflow: a case from its first step to its end."
-- domain    = "workflow"
-- order_by  = ["finished_at", "workflow", "run_id"]
-- counted_on = "started_at"
-- retention = "telemetry"
CREATE TABLE workflow_runs (
    workflow            TEXT NOT NULL COMMENT 'Name of the workflow, process or log',
    run_id              TEXT NOT NULL COMMENT 'The source''s own id of the run; unique in its workflow',
    workflow_version    TEXT COMMENT 'Version of the workflow''s definition',
    variant             TEXT COMMENT 'Path taken, where the source names paths',
    mode                TEXT COMMENT 'What started it, in the source''s words: webhook, trigger, manual, retry; error: it handles the failure of another run and is no business of its own',
    document            TEXT COMMENT 'The business document it handles',
    channel             TEXT COMMENT 'How the case came in',
    department          TEXT COMMENT 'Department or team that owns the case',
    status              TEXT NOT NULL COMMENT 'running | succeeded | rejected | failed | cancelled',
    started_at          TIMESTAMP NOT NULL COMMENT 'When its first step happened',
    finished_at         TIMESTAMP COMMENT 'When it ended; null while running',
    due_at              TIMESTAMP COMMENT 'When it should end, where the source says',
    first_step          TEXT COMMENT 'Name of its first step',
    last_step           TEXT COMMENT 'Name of its last step so far',
    step_count          BIGINT COMMENT 'Steps done',
    repeated_step_count BIGINT COMMENT 'Steps that had been done before in the same run',
    exception_count     BIGINT COMMENT 'Steps that refuse, hold or fail',
    human_step_count    BIGINT COMMENT 'Steps done by people; null when the source does not say who did what',
    touch_count         BIGINT COMMENT 'Steps done by people beyond the first step and a final approval; null when the source does not say who did what',
    has_exception       BOOLEAN COMMENT 'exception_count > 0, or the run failed',
    is_reworked         BOOLEAN COMMENT 'repeated_step_count > 0: an activity was repeated, or the case went back',
    is_straight_through BOOLEAN COMMENT 'No touch, no rework, no exception; null when the source does not say who did what',
    requested_value     DECIMAL(18, 4) COMMENT 'Money that the case is about' OPTIONS (class = 'money', currency = 'currency'),
    currency            TEXT COMMENT 'ISO 4217',
    workflow_name       TEXT COMMENT 'Name that people know it by, where workflow is an id',
    queued_at           TIMESTAMP COMMENT 'When it was asked for; it waited from then to started_at',
    retry_of            TEXT COMMENT 'run_id of the run that it tries again',
    error               TEXT COMMENT 'Why it failed, in the source''s own words',
    told_by             TEXT COMMENT 'span: it is what an OpenTelemetry span tells, and counts only where no other source tells the run; null otherwise',
    trace_id            TEXT COMMENT 'OpenTelemetry trace that it is part of, in hex; several runs may share one',
    span_id             TEXT COMMENT 'Its own span in the trace, in hex',
    parent_span_id      TEXT COMMENT 'Span that started it, in hex; null where nothing did',
    PRIMARY KEY (workflow, run_id)
);
