-- about = "One rate of one pair of currencies; a row for a day that has one replaces it."
SELECT
    rate_table,
    from_currency,
    to_currency,
    valid_from,
    rate,
    coalesce(published_at, now()) AS _version
FROM raw
