-- title      = "Articles that may run out"
-- about      = "What is available of each article, when it may run out, what that would lose, and when to order how much, by the latest forecast."
-- order_by   = "margin_at_risk"
-- descending = true
-- detail     = { list = "demand_course", by = ["sku", "location"] }
-- columns.sku                  = { title = "Article", unit = "text" }
-- columns.name                 = { title = "Name", unit = "text" }
-- columns.location             = { title = "Place", unit = "text" }
-- columns.available            = { title = "Available", unit = "count" }
-- columns.on_order             = { title = "On order", unit = "count" }
-- columns.next_receipt_on      = { title = "Next receipt", unit = "date" }
-- columns.cover_on_hand_days   = { title = "Cover", unit = "days" }
-- columns.before_next_receipt  = { title = "Out before it", unit = "percent" }
-- columns.within_14_days       = { title = "Out in 14 days", unit = "percent" }
-- columns.within_28_days       = { title = "Out in 28 days", unit = "percent" }
-- columns.out_on               = { title = "Likely out on", unit = "date" }
-- columns.order_by_on          = { title = "Order by", unit = "date" }
-- columns.order_units          = { title = "Order", unit = "count" }
-- columns.margin_at_risk       = { title = "Margin at risk", unit = "money", currency = "currency" }
-- columns.confidence           = { title = "Confidence", unit = "text" }
SELECT
    sku,
    name,
    location,
    supplier,
    available,
    on_order,
    next_receipt_on,
    cover_on_hand_days,
    before_next_receipt,
    within_14_days,
    within_28_days,
    early_out_on,
    out_on,
    late_out_on,
    order_by_on,
    order_units,
    within_28_if_ordered,
    lost_units,
    margin_at_risk,
    currency,
    confidence,
    fallback,
    issued_at
FROM forecast_stock_risk
WHERE issued_at = (SELECT max(issued_at) FROM forecast_stock_risk)
