-- about = "One supplier a vendor name, the only id that the source has for it."
SELECT
    vendor AS supplier_id,
    vendor AS name,
    'USD' AS currency,
    max(recorded_at) AS _version
FROM raw
GROUP BY vendor
