-- about = "One article; items that only calculate (subtotals, discounts, payments) are none."
SELECT
    item_code AS sku,
    coalesce(description, item_code) AS name,
    CASE item_type
        WHEN 'Service' THEN 'service'
        WHEN 'GiftCert' THEN 'voucher'
        ELSE 'product'
    END AS kind,
    class AS category,
    department AS subcategory,
    copied_at AS _version
FROM raw
WHERE is_active
    AND item_type IN ('InvtPart', 'NonInvtPart', 'Assembly', 'Kit', 'DwnLdItem', 'Service', 'GiftCert')
