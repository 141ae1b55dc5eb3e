-- about = "One invoice or credit memo to a customer; superseded copies are left out."
SELECT
    transaction_id AS invoice_id,
    number AS invoice_number,
    CASE WHEN type = 'CustCred' THEN 'credit_note' ELSE 'invoice' END AS kind,
    entity AS customer_id,
    made_on AS issued_at,
    due_on AS due_at,
    closed_on AS closed_at,
    CASE status
        WHEN 'A' THEN 'open'
        WHEN 'B' THEN 'paid'
        WHEN 'V' THEN 'cancelled'
    END AS status,
    is_deleted AS _deleted,
    copied_at AS _version,
    made_on AS _occurred_at
FROM raw
WHERE type IN ('CustInvc', 'CustCred')
    AND (is_active OR is_deleted)
