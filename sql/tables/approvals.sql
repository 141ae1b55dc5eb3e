-- about     = "One decision that was asked of somebody, from the request to the answer."
-- domain    = "workflow"
-- order_by  = ["requested_at", "workflow", "approval_id"]
-- retention = "business"
CREATE TABLE approvals (
    approval_id     TEXT NOT NULL COMMENT 'The source''s own id, or run and step where it has none',
    workflow        TEXT NOT NULL COMMENT 'workflow_runs.workflow',
    run_id          TEXT COMMENT 'workflow_runs.run_id',
    document        TEXT COMMENT 'What is to be decided on: a declaration, an order, an invoice',
    step            TEXT COMMENT 'Name of the step that decided; of the last step done while undecided',
    role            TEXT COMMENT 'Role of who decided; null while undecided',
    approver        TEXT COMMENT 'Who decided, as the source names them' OPTIONS (class = 'pii'),
    requested_at    TIMESTAMP NOT NULL COMMENT 'When the requester handed it in, for the last time before the decision',
    received_at     TIMESTAMP COMMENT 'When it reached this approver: the step before was done',
    decided_at      TIMESTAMP COMMENT 'When it was decided; null while undecided',
    decision        TEXT COMMENT 'approved | rejected; null while undecided',
    is_final        BOOLEAN NOT NULL COMMENT 'Whether it ends the asking: a final approval, a rejection, or the decision still waited for',
    requested_value DECIMAL(18, 4) COMMENT 'Money asked for' OPTIONS (class = 'money', currency = 'currency'),
    currency        TEXT COMMENT 'ISO 4217',
    PRIMARY KEY (workflow, approval_id)
);
