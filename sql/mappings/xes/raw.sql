-- about  = "A process log in XES (IEEE 1849): a row is an event of a trace."
-- source = "xes"
-- title  = "Process logs (XES)"
-- format = "xes"
-- zone   = "UTC"
-- null   = ["UNKNOWN", "UNDEFINED", "MISSING", "EMPTY"]
CREATE TABLE raw (
    log_name        TEXT COMMENT 'Name of the log; the name of the file stands in where there is none' OPTIONS (field = 'log.concept:name'),
    trace_index     BIGINT NOT NULL COMMENT 'Position of the trace in the file, from 0' OPTIONS (field = 'trace.index'),
    trace_name      TEXT COMMENT 'Id of the case' OPTIONS (field = 'trace.concept:name'),
    trace_variant   TEXT OPTIONS (field = 'trace.variant'),
    channel         TEXT OPTIONS (field = 'trace.channel'),
    department      TEXT OPTIONS (field = 'trace.department'),
    deadline_at     TIMESTAMP OPTIONS (field = 'trace.deadline'),
    event_index     BIGINT NOT NULL COMMENT 'Position of the event in the trace, from 0' OPTIONS (field = 'event.index'),
    event_name      TEXT NOT NULL COMMENT 'Activity' OPTIONS (field = 'concept:name'),
    event_at        TIMESTAMP NOT NULL OPTIONS (field = 'time:timestamp'),
    transition      TEXT OPTIONS (field = 'lifecycle:transition'),
    resource        TEXT OPTIONS (field = 'org:resource'),
    role            TEXT OPTIONS (field = 'org:role'),
    team            TEXT OPTIONS (field = 'org:group'),
    declaration     TEXT COMMENT 'BPI 2020, declarations' OPTIONS (field = '(case)_DeclarationNumber'),
    request         TEXT COMMENT 'BPI 2020, requests for payment' OPTIONS (field = '(case)_RfpNumber'),
    declared_amount  DECIMAL(38, 18) COMMENT 'BPI 2020, euros' OPTIONS (field = '(case)_Amount'),
    requested_amount DECIMAL(38, 18) COMMENT 'BPI 2020, euros' OPTIONS (field = '(case)_RequestedAmount')
);
