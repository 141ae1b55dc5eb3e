-- about = "One customer a number, with the country of the latest document. Lines without a number tell of no customer."
WITH documents AS (
    SELECT
        customer_id,
        invoice_no,
        max(invoiced_at) AS invoiced_at,
        max(country) AS country
    FROM raw
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id, invoice_no
)
SELECT
    CASE WHEN right(customer_id, 2) = '.0' THEN substr(customer_id, 1, length(customer_id) - 2) ELSE customer_id END AS customer_id,
    last_value(country ORDER BY invoiced_at, invoice_no) AS country,
    'GBP' AS currency,
    max(invoiced_at) AS _version
FROM documents
GROUP BY customer_id
