//! Every version of a table's records that a reader may know of, as a table. Knows nothing of which one is current.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::datasource::ViewTable;
use datafusion::error::Result;
use datafusion::prelude::{Expr, SessionContext, ident, lit};

use super::current::Looker;
use super::versions::Wanted;
use crate::contract::{BATCH, INGESTED_AT, OCCURRED_AT, TableContract};

/// All versions.
pub fn all_versions(context: &SessionContext, looker: &Looker<'_>) -> Result<Arc<dyn TableProvider>> {
    let selection: Arc<dyn TableProvider> = Arc::new(looker.history());
    match filter(&looker.left_out()) {
        None => Ok(selection),
        Some(filter) => {
            let known = context.read_table(selection)?.filter(filter)?;
            Ok(Arc::new(ViewTable::new(known.into_unoptimized_plan(), None)))
        }
    }
}

fn filter(wanted: &Wanted) -> Option<Expr> {
    let landed = (!wanted.without_batches.is_empty())
        .then(|| ident(BATCH).in_list(wanted.without_batches.iter().map(|batch| lit(batch.as_str())).collect(), true));
    let instant = |micros: i64| lit(ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())));
    let known = wanted.until.map(|until| ident(INGESTED_AT).lt_eq(instant(until)));
    let happened = wanted.occurred_before.map(|before| ident(OCCURRED_AT).lt(instant(before)));
    landed.into_iter().chain(known).chain(happened).reduce(Expr::and)
}

/// An empty table of the contract's columns, for tenants that have no rows of it yet.
pub fn empty(contract: &TableContract) -> Result<Arc<dyn TableProvider>> {
    let schema = Arc::new(super::provider::view_schema(&contract.schema));
    Ok(Arc::new(MemTable::try_new(Arc::clone(&schema), vec![vec![RecordBatch::new_empty(schema)]])?))
}
