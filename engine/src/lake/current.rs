//! The current state of a table: of each record the latest version, and none that is deleted. What is superseded is found once a
//! snapshot and kept, so that a query pays a small anti-join, or nothing when no record has a second version.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::{JoinType, ScalarValue};
use datafusion::datasource::ViewTable;
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{ExprFunctionExt, LogicalPlan};
use datafusion::prelude::{DataFrame, Expr, SessionContext, col, ident, lit, when};

use super::provider::TableVersion;
use crate::contract::{BATCH, DELETED, HASH, INGESTED_AT, ROW, TableContract, VERSION};

/// Which rows of a table a reader may know of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Known {
    /// Batches to leave out: they had not landed.
    pub unseen_batches: Vec<String>,
    /// The knowledge time asked for; none for everything landed.
    pub as_of: Option<DateTime<Utc>>,
}

impl Known {
    fn filter(&self) -> Option<Expr> {
        let landed = (!self.unseen_batches.is_empty())
            .then(|| ident(BATCH).in_list(self.unseen_batches.iter().map(|batch| lit(batch.as_str())).collect(), true));
        let known = self.as_of.map(|as_of| {
            let instant = ScalarValue::TimestampMicrosecond(Some(as_of.timestamp_micros()), Some("UTC".into()));
            ident(INGESTED_AT).lt_eq(lit(instant))
        });
        landed.into_iter().chain(known).reduce(Expr::and)
    }
}

/// Every version that the reader may know of.
pub fn history(context: &SessionContext, table: &Arc<TableVersion>, known: &Known) -> Result<DataFrame> {
    let versions = context.read_table(Arc::clone(table) as Arc<dyn TableProvider>)?;
    match known.filter() {
        Some(filter) => versions.filter(filter),
        None => Ok(versions),
    }
}

/// A plan that gives the latest version of each record.
pub async fn current(
    context: &SessionContext,
    table: &Arc<TableVersion>,
    contract: &TableContract,
    known: &Known,
) -> Result<LogicalPlan> {
    let versions = history(context, table, known)?;
    let (repeated, deleted) = repeated_and_deleted(versions.clone(), contract).await?;
    let mut latest = versions.clone();
    if repeated > 0 {
        let superseded = superseded(versions, contract).await?;
        let superseded = context.read_batches(superseded)?.select(vec![col(BATCH).alias("batch"), col(ROW).alias("row")])?;
        latest = latest.join(superseded, JoinType::LeftAnti, &[ROW, BATCH], &["row", "batch"], None)?;
    }
    if deleted > 0 {
        latest = latest.filter(ident(DELETED).is_false())?;
    }
    Ok(latest.into_unoptimized_plan())
}

/// `plan` as a table.
pub fn as_table(plan: LogicalPlan) -> Arc<dyn TableProvider> {
    Arc::new(ViewTable::new(plan, None))
}

/// An empty table of the contract's columns, for tenants that have no rows of it yet.
pub fn empty(contract: &TableContract) -> Result<Arc<dyn TableProvider>> {
    let schema = Arc::new(super::provider::view_schema(&contract.schema));
    Ok(Arc::new(MemTable::try_new(Arc::clone(&schema), vec![vec![RecordBatch::new_empty(schema)]])?))
}

/// How many records have more than one version, and how many versions delete.
async fn repeated_and_deleted(versions: DataFrame, contract: &TableContract) -> Result<(i64, i64)> {
    let deletes = when(ident(DELETED).is_true(), lit(1_i64)).otherwise(lit(0_i64))?;
    let per_record =
        versions.aggregate(identity(contract), vec![count(lit(1_i64)).alias("versions"), sum(deletes).alias("deletes")])?;
    let repeats = when(col("versions").gt(lit(1_i64)), lit(1_i64)).otherwise(lit(0_i64))?;
    let totals = per_record.aggregate(vec![], vec![sum(repeats), sum(col("deletes"))])?.collect().await?;
    let total = |column: usize| {
        totals.first().map_or(0, |batch| {
            let values = batch.column(column).as_primitive::<Int64Type>();
            if values.is_empty() || values.is_null(0) { 0 } else { values.value(0) }
        })
    };
    Ok((total(0), total(1)))
}

/// (batch, row) of every version that a later one replaces. The winner is decided by version, delete and hash, never by arrival;
/// between equal contents the first arrival stays, so that what was known does not change its knowledge time.
async fn superseded(versions: DataFrame, contract: &TableContract) -> Result<Vec<RecordBatch>> {
    let identity_names = contract.identity();
    let repeated = versions
        .clone()
        .aggregate(identity(contract), vec![count(lit(1_i64)).alias("versions")])?
        .filter(col("versions").gt(lit(1_i64)))?
        .select(identity_names.iter().map(|name| ident(*name).alias(format!("key_{name}"))).collect::<Vec<_>>())?;
    let keys = identity_names.iter().map(|name| format!("key_{name}")).collect::<Vec<_>>();
    let keys = keys.iter().map(String::as_str).collect::<Vec<_>>();
    let rank = row_number()
        .partition_by(identity(contract))
        .order_by(vec![
            ident(VERSION).sort(false, false),
            ident(DELETED).sort(false, false),
            ident(HASH).sort(false, false),
            ident(INGESTED_AT).sort(true, false),
            ident(BATCH).sort(true, false),
            ident(ROW).sort(true, false),
        ])
        .build()?;
    versions
        .join(repeated, JoinType::LeftSemi, &identity_names, &keys, None)?
        .window(vec![rank.alias("rank")])?
        .filter(col("rank").gt(lit(1_u64)))?
        .select(vec![ident(BATCH), ident(ROW)])?
        .collect()
        .await
}

fn identity(contract: &TableContract) -> Vec<Expr> {
    contract.identity().into_iter().map(ident).collect()
}
