-- about  = "USAID SCMS delivery history: a row is a line of an order, delivered. Money is in US dollars."
-- source = "scms"
-- title  = "SCMS deliveries"
-- format = "csv"
-- zone   = "UTC"
-- null   = ["N/A", "N/A - From RDC"]
CREATE TABLE raw (
    line_id         TEXT NOT NULL OPTIONS (field = 'ID'),
    project         TEXT OPTIONS (field = 'Project Code'),
    order_number    TEXT NOT NULL COMMENT 'SCMS-… goes to a supplier, SO-… is filled from a regional distribution centre' OPTIONS (field = 'PO / SO #'),
    shipment_number TEXT NOT NULL COMMENT 'ASN-… comes from a supplier, DN-… from a regional distribution centre' OPTIONS (field = 'ASN/DN #'),
    country         TEXT OPTIONS (field = 'Country'),
    managed_by      TEXT OPTIONS (field = 'Managed By'),
    fulfil_via      TEXT OPTIONS (field = 'Fulfill Via'),
    incoterm        TEXT OPTIONS (field = 'Vendor INCO Term'),
    mode            TEXT OPTIONS (field = 'Shipment Mode'),
    quoted_at       TIMESTAMP OPTIONS (field = 'PQ First Sent to Client Date', format = '%m/%d/%y | %m/%d/%Y | %d-%b-%y', words = '^(Pre-PQ Process|Date Not Captured)$'),
    sent_at         TIMESTAMP OPTIONS (field = 'PO Sent to Vendor Date', format = '%m/%d/%y | %m/%d/%Y | %d-%b-%y', words = '^Date Not Captured$'),
    promised_at     TIMESTAMP NOT NULL OPTIONS (field = 'Scheduled Delivery Date', format = '%d-%b-%y | %d-%b-%Y'),
    delivered_at    TIMESTAMP OPTIONS (field = 'Delivered to Client Date', format = '%d-%b-%y | %d-%b-%Y'),
    recorded_at     TIMESTAMP NOT NULL OPTIONS (field = 'Delivery Recorded Date', format = '%d-%b-%y | %d-%b-%Y'),
    product_group   TEXT OPTIONS (field = 'Product Group'),
    classification  TEXT OPTIONS (field = 'Sub Classification'),
    vendor          TEXT NOT NULL OPTIONS (field = 'Vendor'),
    item            TEXT NOT NULL OPTIONS (field = 'Item Description'),
    brand           TEXT OPTIONS (field = 'Brand'),
    pack_units      BIGINT OPTIONS (field = 'Unit of Measure (Per Pack)'),
    quantity        BIGINT NOT NULL COMMENT 'Packs' OPTIONS (field = 'Line Item Quantity'),
    line_value      DECIMAL(18, 4) NOT NULL OPTIONS (field = 'Line Item Value'),
    pack_price      DECIMAL(18, 4) OPTIONS (field = 'Pack Price'),
    unit_price      DECIMAL(18, 4) OPTIONS (field = 'Unit Price'),
    manufacturer    TEXT OPTIONS (field = 'Manufacturing Site'),
    first_line      TEXT OPTIONS (field = 'First Line Designation'),
    weight          DECIMAL(18, 4) COMMENT 'Of the whole shipment, on one of its lines; the others refer to that line' OPTIONS (field = 'Weight (Kilograms)', words = '^(Weight Captured Separately|See (ASN|DN)-.*)$'),
    freight         DECIMAL(18, 4) COMMENT 'Of the whole shipment, on one of its lines; the others refer to that line' OPTIONS (field = 'Freight Cost (USD)', words = '^(Freight Included in Commodity Cost|Invoiced Separately|See (ASN|DN)-.*)$'),
    freight_text    TEXT COMMENT 'The same field as the source wrote it' OPTIONS (field = 'Freight Cost (USD)'),
    insurance       DECIMAL(18, 4) OPTIONS (field = 'Line Item Insurance (USD)')
);
