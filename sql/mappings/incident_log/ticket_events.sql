-- about = "One event of a ticket a row."
SELECT
    concat(number, ' ', to_char(sys_updated_at, '%Y-%m-%dT%H:%M'), ' ', CAST(sys_mod_count AS TEXT)) AS event_id,
    number AS ticket_id,
    sys_updated_at AS event_at,
    sys_mod_count AS sequence,
    CASE
        WHEN sys_mod_count = 0 THEN 'created'
        WHEN incident_state = 'Resolved' THEN 'resolved'
        WHEN incident_state = 'Closed' THEN 'closed'
        ELSE 'updated'
    END AS kind,
    incident_state AS state,
    priority,
    category,
    assignment_group,
    assigned_to AS assignee,
    sys_updated_by AS actor,
    sys_updated_at AS _version
FROM raw
