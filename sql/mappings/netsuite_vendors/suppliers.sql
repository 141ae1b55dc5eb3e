-- about = "One supplier; superseded copies are left out."
SELECT
    vendor_id AS supplier_id,
    coalesce(company, full_name, entity_name) AS name,
    email,
    CASE is_inactive WHEN 'T' THEN 'blocked' WHEN 'F' THEN 'active' END AS status,
    is_deleted AS _deleted,
    copied_at AS _version
FROM raw
WHERE is_active
    OR is_deleted
