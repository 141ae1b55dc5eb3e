-- about = "One purchase order."
SELECT
    transaction_id AS purchase_order_id,
    entity AS supplier_id,
    made_on AS sent_at,
    due_on AS promised_at,
    CASE
        WHEN status = 'C' THEN 'cancelled'
        WHEN status IN ('F', 'G', 'H') THEN 'received'
        ELSE 'open'
    END AS status,
    is_deleted AS _deleted,
    copied_at AS _version,
    made_on AS _occurred_at
FROM raw
WHERE type = 'PurchOrd'
    AND (is_active OR is_deleted)
