-- about = "One version of a ticket a row: what was known after that update. Endings that the row foretells are left out."
SELECT
    number AS ticket_id,
    'incident' AS kind,
    incident_state AS state,
    priority,
    impact,
    urgency,
    contact_type AS channel,
    category,
    subcategory,
    location,
    assignment_group,
    assigned_to AS assignee,
    caller_id AS requester,
    CASE WHEN incident_state = 'Closed' THEN closed_code END AS resolution_code,
    opened_at,
    CASE
        WHEN resolved_at <= sys_updated_at THEN resolved_at
        WHEN incident_state = 'Closed' THEN closed_at
    END AS resolved_at,
    CASE WHEN incident_state = 'Closed' THEN closed_at END AS closed_at,
    CASE WHEN incident_state = 'Closed' THEN closed_at END AS sla_at,
    CASE WHEN incident_state = 'Closed' THEN made_sla = 'true' END AS sla_met,
    reassignment_count,
    reopen_count,
    sys_mod_count AS update_count,
    CAST(sys_updated_at AS BIGINT) + sys_mod_count AS _version,
    sys_updated_at AS _occurred_at
FROM raw
