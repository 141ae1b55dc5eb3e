-- about  = "UCI Online Retail: a row is a line of an invoice, a cancellation (C…) or an adjustment (A…). Prices are in pounds sterling."
-- source = "online_retail"
-- title  = "Online retail"
-- format = "csv"
-- zone   = "Europe/London"
CREATE TABLE raw (
    invoice_no  TEXT NOT NULL COMMENT 'Number of the document; all its lines stand in one file' OPTIONS (field = 'InvoiceNo'),
    stock_code  TEXT NOT NULL COMMENT 'Article, or a word such as POST for what is no article' OPTIONS (field = 'StockCode'),
    description TEXT COMMENT 'Name of the article, or a remark on a stock correction' OPTIONS (field = 'Description'),
    quantity    BIGINT NOT NULL COMMENT 'Units; negative on cancellations and write-offs' OPTIONS (field = 'Quantity'),
    invoiced_at TIMESTAMP NOT NULL COMMENT 'Local time of the shop' OPTIONS (field = 'InvoiceDate', format = '%Y-%m-%d %H:%M:%S'),
    unit_price  DECIMAL(18, 4) NOT NULL COMMENT 'Pounds for one unit' OPTIONS (field = 'UnitPrice'),
    customer_id TEXT COMMENT 'Number written as 17850.0; blank when unknown' OPTIONS (field = 'CustomerID'),
    country     TEXT COMMENT 'Country of the customer' OPTIONS (field = 'Country')
);
