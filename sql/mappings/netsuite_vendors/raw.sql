-- about  = "NetSuite vendors as the table `vendor` of its analytics schema exports them: a row is a version of a vendor."
-- source = "netsuite"
-- title  = "NetSuite"
-- format = "csv"
-- zone   = "UTC"
CREATE TABLE raw (
    vendor_id   TEXT NOT NULL OPTIONS (field = 'id'),
    company     TEXT OPTIONS (field = 'companyname'),
    full_name   TEXT OPTIONS (field = 'altname'),
    entity_name TEXT OPTIONS (field = 'entityid'),
    email       TEXT OPTIONS (field = 'email'),
    is_inactive TEXT COMMENT 'T or F' OPTIONS (field = 'isinactive'),
    is_active   BOOLEAN NOT NULL COMMENT 'Whether it is the latest version that was copied' OPTIONS (field = '_fivetran_active'),
    is_deleted  BOOLEAN NOT NULL OPTIONS (field = '_fivetran_deleted'),
    copied_at   TIMESTAMP NOT NULL OPTIONS (field = '_fivetran_synced', format = '%Y-%m-%d %H:%M:%S')
);
