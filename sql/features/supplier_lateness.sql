-- about = "One line of an order to a supplier that has arrived, with the days between the day promised and the day it came, and between sending and promise."
SELECT
    supplier,
    sku,
    CAST(local_time(received_at) AS DATE) - CAST(local_time(promised_at) AS DATE) AS days_late,
    CAST(local_time(promised_at) AS DATE) - CAST(local_time(sent_at) AS DATE) AS days_promised
FROM purchase_order_lines
WHERE supplier IS NOT NULL
    AND promised_at IS NOT NULL
    AND received_at < now()
ORDER BY supplier, received_at, purchase_order_id, line_id
