//! The contract of a canonical table, read once from `sql/tables/<table>.sql`: columns, key, order, classes, and the system columns
//! that every table carries. Knows nothing of where rows are stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use serde::Deserialize;

use crate::ddl::{self, DeclaredColumn, timestamp_type};
use crate::error::{EngineError, Result};
use crate::front_matter;
use crate::library::Library;

/// Source system that told the row (`shopify`).
pub const SOURCE: &str = "_source";
/// Which installation of it (shop domain, company code).
pub const INSTANCE: &str = "_instance";
/// The delivery, or file and line, that brought the row.
pub const EVENT_ID: &str = "_event_id";
/// Which version of the record this is: the source's own `updated_at` in microseconds, or its sequence.
pub const VERSION: &str = "_version";
/// Order among versions of one instant: the source's own sequence, or the rank of a state.
pub const SEQUENCE: &str = "_sequence";
/// When what the row tells happened.
pub const OCCURRED_AT: &str = "_occurred_at";
/// When we learnt it: the knowledge time.
pub const INGESTED_AT: &str = "_ingested_at";
/// The version deletes the record.
pub const DELETED: &str = "_deleted";
/// What the row tells of its record: null for all of it, else the columns of a partial row (`status,finished_at`), or [`TELLS_SET`].
pub const TELLS: &str = "_tells";
/// A row that tells no record, but that those of its parent which are older than itself are no more.
pub const TELLS_SET: &str = "=";
/// The batch that landed the row; it is seen once the batch has landed in every table.
pub const BATCH: &str = "_batch";
/// Ordinal of the row in its batch: the two together name one row.
pub const ROW: &str = "_row";
/// Hash of the row's own columns: decides between equal versions, the same way whatever arrived first.
pub const HASH: &str = "_hash";

/// What the names of tables begin with that models fill.
pub const FORECAST_PREFIX: &str = "forecast_";

/// Names and meanings of the system columns, in the order in which they close every table.
pub const SYSTEM_COLUMNS: [(&str, &str); 12] = [
    (SOURCE, "Source system that told the row"),
    (INSTANCE, "Which installation of the source system"),
    (EVENT_ID, "Delivery, or file and line, that brought the row"),
    (VERSION, "Version of the record: the source's updated_at in microseconds, or its sequence"),
    (SEQUENCE, "Order among versions of one instant: the source's sequence, or the rank of a state"),
    (OCCURRED_AT, "When what the row tells happened"),
    (INGESTED_AT, "When we learnt it: the knowledge time"),
    (DELETED, "Whether this version deletes the record"),
    (TELLS, "Columns that a partial row tells; null for a whole one"),
    (BATCH, "Batch that landed the row"),
    (ROW, "Ordinal of the row in its batch"),
    (HASH, "Hash of the row's own columns, decides between equal versions"),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    about: String,
    domain: String,
    order_by: Vec<String>,
    retention: String,
    counted_on: Option<String>,
}

/// What a canonical table promises.
#[derive(Debug, Clone)]
pub struct TableContract {
    /// The table's name.
    pub name: String,
    /// What a row is, in one sentence.
    pub about: String,
    /// Process domain: `commerce`, `supply`, `finance`, `service`, `workflow`, `company` (all of them) or `system`.
    pub domain: String,
    /// How long and by which rule rows are kept.
    pub retention: String,
    /// Physical order inside files; filters on the first column skip pages.
    pub order_by: Vec<String>,
    /// The instant whose day control totals count a record on: the first of `order_by` unless the file says another; none where records
    /// belong to no day.
    pub counted_on: Option<String>,
    /// The table's own key; identity is `_source`, `_instance` and these.
    pub primary_key: Vec<String>,
    /// Declared columns, without the system columns.
    pub columns: Vec<DeclaredColumn>,
    /// All columns, declared ones first, then the system columns.
    pub schema: SchemaRef,
}

impl TableContract {
    /// Reads the contract in the file at `path`.
    ///
    /// # Errors
    /// [`EngineError::File`] naming what is wrong with the front matter, a column, the key or the order.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let head: Head = front_matter::parse(path, text)?;
        let declaration = ddl::parse(path, text)?;
        if declaration.primary_key.is_empty() {
            return Err(EngineError::file(
                path,
                "has no PRIMARY KEY (…): without one, versions of a record cannot be told apart",
            ));
        }
        if let Some(column) = declaration.columns.iter().find(|column| column.name.starts_with('_')) {
            return Err(EngineError::file(path, format!("column `{}`: names that start with _ are system columns", column.name)));
        }
        let schema = Arc::new(Schema::new(fields(&declaration.columns, &declaration.primary_key)));
        if let Some(missing) = head.order_by.iter().find(|name| schema.field_with_name(name).is_err()) {
            return Err(EngineError::file(path, format!("order_by names `{missing}`, which is not a column")));
        }
        let counted_on = counted_on(path, &head, &schema)?;
        Ok(Self {
            name: declaration.name,
            about: head.about,
            domain: head.domain,
            retention: head.retention,
            order_by: head.order_by,
            counted_on,
            primary_key: declaration.primary_key,
            columns: declaration.columns,
            schema,
        })
    }

    /// Whether models fill it: its name says so.
    pub fn is_forecast(&self) -> bool {
        self.name.starts_with(FORECAST_PREFIX)
    }

    /// Whether records come as the children of a parent, whose key is the table's without its last column (lines of an order).
    pub fn has_parent(&self) -> bool {
        self.primary_key.len() > 1
    }

    /// The columns that identify a record: source, instance and the table's own key.
    pub fn identity(&self) -> Vec<&str> {
        [SOURCE, INSTANCE].into_iter().chain(self.primary_key.iter().map(String::as_str)).collect()
    }
}

/// The instant that `counted_on` names, nothing for an empty text; without it the first column of `order_by`, if that is an instant.
fn counted_on(path: &str, head: &Head, schema: &Schema) -> Result<Option<String>> {
    let is_instant = |name: &str| schema.field_with_name(name).is_ok_and(|field| *field.data_type() == timestamp_type());
    match head.counted_on.as_deref() {
        Some("") => Ok(None),
        Some(name) if is_instant(name) => Ok(Some(name.to_owned())),
        Some(name) => Err(EngineError::file(path, format!("counted_on names `{name}`, which is no TIMESTAMP column"))),
        None => Ok(head.order_by.first().filter(|name| is_instant(name)).cloned()),
    }
}

/// Only the key is never null in storage: a row that deletes, or tells a part, has nothing else. Whole rows are held to the rest of the
/// contract when they land.
fn fields(columns: &[DeclaredColumn], key: &[String]) -> Vec<Field> {
    let declared = columns.iter().map(|column| Field::new(&column.name, column.data_type.clone(), !key.contains(&column.name)));
    let optional = |name: &str| name == EVENT_ID || name == TELLS;
    let system = SYSTEM_COLUMNS.iter().map(|(name, _)| Field::new(*name, system_type(name), optional(name)));
    declared.chain(system).collect()
}

fn system_type(name: &str) -> DataType {
    match name {
        VERSION | SEQUENCE | ROW | HASH => DataType::Int64,
        OCCURRED_AT | INGESTED_AT => timestamp_type(),
        DELETED => DataType::Boolean,
        _ => DataType::Utf8,
    }
}

/// All canonical tables, by name.
#[derive(Debug, Clone, Default)]
pub struct Contracts {
    tables: BTreeMap<String, Arc<TableContract>>,
}

impl Contracts {
    /// Reads every file under `tables/`.
    ///
    /// # Errors
    /// The first file that is not a table's contract, or whose name is not its table's.
    pub fn read(library: &Library) -> Result<Self> {
        let mut tables = BTreeMap::new();
        for file in library.under("tables") {
            let contract = TableContract::parse(&file.path, &file.text)?;
            if contract.name != file.stem() {
                return Err(EngineError::file(&file.path, format!("declares `{}`; file and table bear one name", contract.name)));
            }
            tables.insert(contract.name.clone(), Arc::new(contract));
        }
        Ok(Self { tables })
    }

    /// The contract of `table`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when no file under `tables/` declares it.
    pub fn get(&self, table: &str) -> Result<&Arc<TableContract>> {
        self.tables.get(table).ok_or_else(|| EngineError::not_found("table", table))
    }

    /// All contracts in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<TableContract>> {
        self.tables.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "-- about = \"x\"\n-- domain = \"commerce\"\n-- order_by = [\"placed_at\"]\n-- retention = \"business\"\n";

    #[test]
    fn appends_system_columns_and_identity() {
        let text = format!("{HEAD}CREATE TABLE orders (order_id TEXT NOT NULL, placed_at TIMESTAMP, PRIMARY KEY (order_id))");
        let contract = TableContract::parse("tables/orders.sql", &text).unwrap();
        assert_eq!(contract.identity(), [SOURCE, INSTANCE, "order_id"]);
        assert_eq!(contract.schema.fields().len(), 2 + SYSTEM_COLUMNS.len());
        assert!(contract.schema.field_with_name("placed_at").unwrap().is_nullable());
        assert_eq!(contract.counted_on.as_deref(), Some("placed_at"));
    }

    #[test]
    fn refuses_a_table_without_a_key() {
        let text = format!("{HEAD}CREATE TABLE orders (order_id TEXT, placed_at TIMESTAMP)");
        assert!(TableContract::parse("tables/orders.sql", &text).unwrap_err().to_string().contains("PRIMARY KEY"));
    }
}
