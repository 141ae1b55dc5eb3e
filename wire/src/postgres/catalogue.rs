//! What PostgreSQL's clients look for beside the tables: `pg_catalog`, and the functions that they call when they connect. Knows no message.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use datafusion_postgres::datafusion_pg_catalog::pg_catalog::context::EmptyContextProvider;
use datafusion_postgres::datafusion_pg_catalog::pg_catalog::setup_pg_catalog;

use super::comments::Comments;
use super::current_schema::current_schema;
use crate::sqlstate::SqlError;

/// The version of PostgreSQL that clients are told: they choose what they ask the catalogue by it.
const VERSION: &str = "PostgreSQL 16.6";

/// Registers the catalogue of `database` in a session's context.
///
/// # Errors
/// [`SqlError`] when the catalogue cannot be made.
pub(super) fn register(context: &SessionContext, database: &str, comments: &Comments) -> Result<(), SqlError> {
    setup_pg_catalog(context, database, EmptyContextProvider).map_err(|error| SqlError::from(error.as_ref()))?;
    // Whatever is there is to be seen: what is not to be seen is not there.
    for name in [
        "pg_function_is_visible",
        "pg_type_is_visible",
        "pg_opclass_is_visible",
        "pg_collation_is_visible",
        "pg_conversion_is_visible",
    ] {
        let visible = Arc::new(|_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Boolean(Some(true)))));
        context.register_udf(create_udf(name, vec![DataType::Int32], DataType::Boolean, Volatility::Stable, visible));
    }
    for name in ["pg_get_function_result", "pg_get_function_arguments", "pg_get_function_identity_arguments"] {
        let nothing = Arc::new(|_: &[ColumnarValue]| text(""));
        context.register_udf(create_udf(name, vec![DataType::Int32], DataType::Utf8, Volatility::Stable, nothing));
    }
    // No type is known by name alone, such as those of extensions.
    let unknown = Arc::new(|_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Int32(None))));
    context.register_udf(create_udf("to_regtype", vec![DataType::Utf8], DataType::Int32, Volatility::Stable, unknown));
    let unsaid = Arc::new(|_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Utf8(None))));
    let takes = vec![DataType::Int32, DataType::Int32, DataType::Boolean];
    context.register_udf(create_udf("pg_get_indexdef", takes, DataType::Utf8, Volatility::Stable, unsaid));
    // What a view is made of is the partner's.
    let unsaid = Arc::new(|_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Utf8(None))));
    let takes = vec![DataType::Int32, DataType::Boolean];
    context.register_udf(create_udf("pg_get_viewdef", takes, DataType::Utf8, Volatility::Stable, unsaid));
    // How much room a table takes on a disk nobody is told: it has none of its own.
    let nothing = Arc::new(|_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Int64(None))));
    context.register_udf(create_udf("pg_table_size", vec![DataType::Int32], DataType::Int64, Volatility::Stable, nothing));
    let nothing = Arc::new(|_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Utf8(None))));
    context.register_udf(create_udf("pg_size_pretty", vec![DataType::Int64], DataType::Utf8, Volatility::Stable, nothing));
    context.register_udf(create_udf("version", vec![], DataType::Utf8, Volatility::Stable, Arc::new(|_| text(VERSION))));
    context.register_udf(current_schema());
    comments.register(context, database).map_err(|error| SqlError::from(&error))
}

fn text(value: &str) -> Result<ColumnarValue, DataFusionError> {
    Ok(ColumnarValue::Scalar(ScalarValue::Utf8(Some(value.to_owned()))))
}
