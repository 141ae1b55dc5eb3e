-- about = "One thing that went wrong for a customer: goods sent back, an order credited or cancelled, a delivery after the first date promised."
WITH troubles AS (
    SELECT
        customer_id,
        'returned' AS trouble,
        requested_at AS at,
        net_value
    FROM returns
    UNION ALL
    SELECT
        customer_id,
        'returned' AS trouble,
        ordered_at AS at,
        -net_value AS net_value
    FROM orders
    WHERE kind = 'cancellation'
    UNION ALL
    SELECT
        customer_id,
        'returned' AS trouble,
        cancelled_at AS at,
        net_value
    FROM orders
    WHERE kind = 'order'
        AND cancelled_at IS NOT NULL
    UNION ALL
    SELECT
        customer_id,
        'late delivery' AS trouble,
        delivered_at AS at,
        goods_value AS net_value
    FROM shipments
    WHERE delivered_at > promised_at
)

SELECT
    customer_id,
    trouble,
    CAST(local_time(at) AS DATE) AS day,
    CAST(net_value AS DOUBLE) AS net_value
FROM troubles
WHERE customer_id IS NOT NULL
    AND at < now()
ORDER BY customer_id, day, trouble, net_value
