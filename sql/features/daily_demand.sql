-- about = "One day on which units of one article were asked for at one place; days that are not there had none."
SELECT
    sku,
    location,
    day,
    units,
    mean_price
FROM daily_demand
ORDER BY sku, location, day
