-- about = "One bill or credit of a vendor; superseded copies are left out."
SELECT
    transaction_id AS bill_id,
    number AS bill_number,
    CASE WHEN type = 'VendCred' THEN 'credit_note' ELSE 'bill' END AS kind,
    entity AS supplier_id,
    made_on AS billed_at,
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
WHERE type IN ('VendBill', 'VendCred')
    AND (is_active OR is_deleted)
