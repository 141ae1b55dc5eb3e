-- about = "One hour on the tenant's clocks in which work arrived: tickets opened, orders placed, with how many."
WITH arrivals AS (
    SELECT 'tickets' AS work, opened_at AS at FROM tickets
    UNION ALL
    SELECT 'orders' AS work, ordered_at AS at FROM orders WHERE kind = 'order'
)

SELECT
    work,
    date_trunc('hour', local_time(at)) AS hour,
    count(*) AS arrivals
FROM arrivals
WHERE at < now()
GROUP BY work, date_trunc('hour', local_time(at))
ORDER BY work, hour
