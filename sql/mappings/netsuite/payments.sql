-- about = "One payment of a customer or to a vendor."
SELECT
    transaction_id AS payment_id,
    CASE WHEN type = 'CustPymt' THEN 'in' ELSE 'out' END AS direction,
    CASE WHEN type = 'CustPymt' THEN entity END AS customer_id,
    CASE WHEN type = 'VendPymt' THEN entity END AS supplier_id,
    CASE WHEN status = 'V' THEN 'reversed' ELSE 'succeeded' END AS status,
    made_on AS paid_at,
    is_deleted AS _deleted,
    copied_at AS _version,
    made_on AS _occurred_at
FROM raw
WHERE type IN ('CustPymt', 'VendPymt')
    AND (is_active OR is_deleted)
