-- about  = "NetSuite transactions as the table `transaction` of its analytics schema exports them: a row is a version of the head of a document. Its amounts stand in another table."
-- source = "netsuite"
-- title  = "NetSuite"
-- format = "csv"
-- zone   = "UTC"
CREATE TABLE raw (
    transaction_id TEXT NOT NULL OPTIONS (field = 'id'),
    number         TEXT OPTIONS (field = 'transactionnumber'),
    type           TEXT NOT NULL COMMENT 'VendBill, CustInvc, SalesOrd …' OPTIONS (field = 'type'),
    status         TEXT COMMENT 'A letter whose meaning depends on the type' OPTIONS (field = 'status'),
    entity         TEXT COMMENT 'Customer or vendor' OPTIONS (field = 'entity'),
    made_on        TIMESTAMP NOT NULL COMMENT 'The document''s own date' OPTIONS (field = 'trandate', format = '%Y-%m-%d %H:%M:%S'),
    created_at     TIMESTAMP OPTIONS (field = 'createddate', format = '%Y-%m-%d %H:%M:%S'),
    due_on         TIMESTAMP OPTIONS (field = 'duedate', format = '%Y-%m-%d %H:%M:%S'),
    closed_on      TIMESTAMP OPTIONS (field = 'closedate', format = '%Y-%m-%d %H:%M:%S'),
    is_active      BOOLEAN NOT NULL COMMENT 'Whether it is the latest version that was copied' OPTIONS (field = '_fivetran_active'),
    is_deleted     BOOLEAN NOT NULL OPTIONS (field = '_fivetran_deleted'),
    copied_at      TIMESTAMP NOT NULL OPTIONS (field = '_fivetran_synced', format = '%Y-%m-%d %H:%M:%S')
);
