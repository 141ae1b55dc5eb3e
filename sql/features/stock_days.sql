-- about = "One day on which the stock of one article at one place was told, with what was available at its end. Until the next such day it stays so."
SELECT
    sku,
    location,
    day,
    available
FROM stock_closings
ORDER BY sku, location, day
