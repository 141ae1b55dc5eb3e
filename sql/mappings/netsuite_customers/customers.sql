-- about = "One customer; superseded copies are left out."
SELECT
    customer_id,
    coalesce(company, full_name, entity_name) AS name,
    email,
    phone,
    CASE is_person WHEN 'T' THEN 'person' WHEN 'F' THEN 'company' END AS kind,
    CASE is_inactive WHEN 'T' THEN 'blocked' WHEN 'F' THEN 'active' END AS status,
    created_at,
    is_deleted AS _deleted,
    copied_at AS _version
FROM raw
WHERE is_active
    OR is_deleted
