-- about     = "Two records of two systems that are one thing: a shop order and its ERP sales order. They are never merged."
-- domain    = "system"
-- order_by  = ["linked_at", "entity", "left_source", "left_id"]
-- retention = "business"
CREATE TABLE entity_links (
    entity         TEXT NOT NULL COMMENT 'The table that both belong to: orders, customers, products',
    left_source    TEXT NOT NULL COMMENT 'Source system of the first record',
    left_instance  TEXT NOT NULL COMMENT 'Installation of the first record''s source',
    left_id        TEXT NOT NULL COMMENT 'Id of the first record',
    right_source   TEXT NOT NULL COMMENT 'Source system of the second record',
    right_instance TEXT NOT NULL COMMENT 'Installation of the second record''s source',
    right_id       TEXT NOT NULL COMMENT 'Id of the second record',
    rule           TEXT COMMENT 'What tied them: the reference field that was equal',
    linked_at      TIMESTAMP COMMENT 'When the tie was found',
    PRIMARY KEY (entity, left_source, left_instance, left_id, right_source, right_instance, right_id)
);
