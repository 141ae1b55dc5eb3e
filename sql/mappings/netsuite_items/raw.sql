-- about  = "NetSuite items as the table `item` of its analytics schema exports them: a row is a version of an item."
-- source = "netsuite"
-- title  = "NetSuite"
-- format = "csv"
-- zone   = "UTC"
CREATE TABLE raw (
    item_code   TEXT NOT NULL COMMENT 'Name of the item with those above it, as lines of documents name it' OPTIONS (field = 'fullname'),
    item_type   TEXT NOT NULL OPTIONS (field = 'itemtype'),
    description TEXT OPTIONS (field = 'description'),
    class       TEXT OPTIONS (field = 'class'),
    department  TEXT OPTIONS (field = 'department'),
    is_active   BOOLEAN NOT NULL COMMENT 'Whether it is the latest version that was copied' OPTIONS (field = '_fivetran_active'),
    copied_at   TIMESTAMP NOT NULL OPTIONS (field = '_fivetran_synced', format = '%Y-%m-%d %H:%M:%S')
);
