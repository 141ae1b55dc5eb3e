-- about  = "NetSuite customers as the table `customer` of its analytics schema exports them: a row is a version of a customer."
-- source = "netsuite"
-- title  = "NetSuite"
-- format = "csv"
-- zone   = "UTC"
CREATE TABLE raw (
    customer_id TEXT NOT NULL OPTIONS (field = 'id'),
    company     TEXT OPTIONS (field = 'companyname'),
    full_name   TEXT OPTIONS (field = 'altname'),
    entity_name TEXT OPTIONS (field = 'entityid'),
    email       TEXT OPTIONS (field = 'email'),
    phone       TEXT OPTIONS (field = 'phone'),
    is_person   TEXT COMMENT 'T or F' OPTIONS (field = 'isperson'),
    is_inactive TEXT COMMENT 'T or F' OPTIONS (field = 'isinactive'),
    created_at  TIMESTAMP OPTIONS (field = 'datecreated', format = '%Y-%m-%d %H:%M:%S'),
    is_active   BOOLEAN NOT NULL COMMENT 'Whether it is the latest version that was copied' OPTIONS (field = '_fivetran_active'),
    is_deleted  BOOLEAN NOT NULL OPTIONS (field = '_fivetran_deleted'),
    copied_at   TIMESTAMP NOT NULL OPTIONS (field = '_fivetran_synced', format = '%Y-%m-%d %H:%M:%S')
);
