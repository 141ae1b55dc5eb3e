-- about = "One sales order; placed when it was made, where that is on its own date."
SELECT
    transaction_id AS order_id,
    number AS order_number,
    'order' AS kind,
    CASE
        WHEN status = 'C' THEN 'cancelled'
        WHEN status IN ('G', 'H') THEN 'completed'
        ELSE 'open'
    END AS status,
    entity AS customer_id,
    CASE
        WHEN date_trunc('day', created_at) = date_trunc('day', made_on) THEN created_at
        ELSE made_on
    END AS ordered_at,
    is_deleted AS _deleted,
    copied_at AS _version,
    made_on AS _occurred_at
FROM raw
WHERE type = 'SalesOrd'
    AND (is_active OR is_deleted)
