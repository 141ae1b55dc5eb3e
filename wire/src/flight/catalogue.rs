//! What a session sees, as Flight SQL lists it: the tenant, its schemas, tables with their columns, and the keys of tables. Knows no call.

use std::sync::Arc;

use arrow_flight::error::FlightError;
use arrow_flight::sql::{CommandGetDbSchemas, CommandGetPrimaryKeys, CommandGetTables};
use datafusion::arrow::array::{Int32Array, RecordBatch, StringArray};
use datafusion::arrow::compute::like;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::catalog::SchemaProvider;
use datafusion::error::DataFusionError;
use quarterdeck_engine::catalog::{HISTORY, PUBLIC};

use crate::analysts::Analyst;
use crate::plain;
use crate::sqlstate::SqlError;

/// Sorts of tables, as listings name them.
pub(super) const TABLE: &str = "TABLE";
/// A view.
pub(super) const VIEW: &str = "VIEW";

/// The schemas that `analyst` sees.
///
/// # Errors
/// [`SqlError`] when the list cannot be made.
pub(super) fn schemas(analyst: &Analyst, asked: CommandGetDbSchemas) -> Result<RecordBatch, SqlError> {
    let mut listed = asked.into_builder();
    for (name, _) in seen(analyst) {
        listed.append(&analyst.tenant().id, name);
    }
    listed.build().map_err(fault)
}

/// The tables that `analyst` sees, with their columns if those are asked for.
///
/// # Errors
/// [`SqlError`] when a table cannot be opened.
pub(super) async fn tables(analyst: &Analyst, asked: CommandGetTables) -> Result<RecordBatch, SqlError> {
    let (with_columns, only) = (asked.include_schema, asked.table_name_filter_pattern.clone());
    let in_schemas = asked.db_schema_filter_pattern.clone();
    let mut listed = asked.into_builder();
    for (schema, provider) in seen(analyst) {
        if !matching(std::slice::from_ref(&schema), in_schemas.as_deref())?.is_empty() {
            for name in matching(&provider.table_names(), only.as_deref())? {
                let sort = if analyst.contract(&name).is_some() { TABLE } else { VIEW };
                let columns =
                    if with_columns { columns(analyst, provider.as_ref(), &schema, &name).await? } else { Schema::empty() };
                listed.append(&analyst.tenant().id, &schema, &name, sort, &columns).map_err(fault)?;
            }
        }
    }
    listed.build().map_err(fault)
}

/// The columns of keys.
pub(super) fn key_schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("catalog_name", true),
        text("db_schema_name", true),
        text("table_name", false),
        text("column_name", false),
        text("key_name", true),
        Field::new("key_sequence", DataType::Int32, false),
    ]))
}

/// What names a record of a table that `analyst` sees: source, installation, and the table's own key. Only current state has keys.
///
/// # Errors
/// [`SqlError`] when the list cannot be made.
pub(super) fn keys(analyst: &Analyst, asked: &CommandGetPrimaryKeys) -> Result<RecordBatch, SqlError> {
    let here = asked.catalog.as_ref().is_none_or(|catalog| *catalog == analyst.tenant().id)
        && asked.db_schema.as_ref().is_none_or(|schema| schema == PUBLIC);
    let seen = here && seen(analyst).iter().any(|(name, schema)| name == PUBLIC && schema.table_exist(&asked.table));
    let contract = analyst.contract(&asked.table).filter(|_| seen);
    let key = contract.map(|contract| contract.identity()).unwrap_or_default();
    let same = |text: &str| Arc::new(StringArray::from(vec![text; key.len()]));
    let numbers = (1..).take(key.len()).collect::<Vec<i32>>();
    let columns: Vec<datafusion::arrow::array::ArrayRef> = vec![
        same(&analyst.tenant().id),
        same(PUBLIC),
        same(&asked.table),
        Arc::new(StringArray::from(key.clone())),
        same(&format!("{}_key", asked.table)),
        Arc::new(Int32Array::from(numbers)),
    ];
    RecordBatch::try_new(key_schema(), columns).map_err(|error| fault(error.into()))
}

/// The columns of references from one table to another, of which none are told.
pub(super) fn reference_schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("pk_catalog_name", true),
        text("pk_db_schema_name", true),
        text("pk_table_name", false),
        text("pk_column_name", false),
        text("fk_catalog_name", true),
        text("fk_db_schema_name", true),
        text("fk_table_name", false),
        text("fk_column_name", false),
        Field::new("key_sequence", DataType::Int32, false),
        text("fk_key_name", true),
        text("pk_key_name", true),
        Field::new("update_rule", DataType::UInt8, false),
        Field::new("delete_rule", DataType::UInt8, false),
    ]))
}

fn seen(analyst: &Analyst) -> Vec<(String, Arc<dyn SchemaProvider>)> {
    let Some(catalog) = analyst.session().context().catalog(&analyst.tenant().id) else { return Vec::new() };
    let mut names = catalog.schema_names();
    names.sort();
    names.into_iter().filter_map(|name| catalog.schema(&name).map(|schema| (name, schema))).collect()
}

/// Those of `names` that are like `pattern`.
fn matching(names: &[String], pattern: Option<&str>) -> Result<Vec<String>, SqlError> {
    let Some(pattern) = pattern else { return Ok(names.to_vec()) };
    let found = like(&StringArray::from_iter_values(names), &StringArray::new_scalar(pattern));
    let found = found.map_err(|error| SqlError::from(&DataFusionError::from(error)))?;
    Ok(names.iter().zip(found.iter()).filter(|(_, like)| *like == Some(true)).map(|(name, _)| name.clone()).collect())
}

/// The columns of a table are its contract's; those of anything else are known once it is opened.
async fn columns(analyst: &Analyst, provider: &dyn SchemaProvider, schema: &str, name: &str) -> Result<Schema, SqlError> {
    if let Some(contract) = analyst.contract(name).filter(|_| schema == PUBLIC || schema == HISTORY) {
        return Ok(plain::schema(&contract.schema).as_ref().clone());
    }
    let opened = provider.table(name).await.map_err(|error| SqlError::from(&error))?;
    Ok(opened.map_or_else(Schema::empty, |table| plain::schema(&table.schema()).as_ref().clone()))
}

pub(super) fn fault(error: FlightError) -> SqlError {
    let error = match error {
        FlightError::Arrow(error) => error,
        other => ArrowError::ExternalError(Box::new(other)),
    };
    SqlError::from(&DataFusionError::from(error))
}
