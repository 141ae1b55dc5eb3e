//! A table of which some rows alone may be seen, as a leaf that nobody looks into: a statement's own conditions are asked of the rows that may be
//! seen, never of others first, where a cast that fails or a division by zero would tell of them. Knows no policy.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use datafusion::prelude::{Expr, ident};

/// The rows that may be seen.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) rows: LogicalPlan,
    pub(super) schema: SchemaRef,
}

#[async_trait]
impl TableProvider for Guarded {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let taken = |filter: &&Expr| {
            Ok(if cannot_fail(filter)? { TableProviderFilterPushDown::Inexact } else { TableProviderFilterPushDown::Unsupported })
        };
        filters.iter().map(taken).collect()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut rows = LogicalPlanBuilder::from(self.rows.clone());
        for filter in filters {
            rows = rows.filter(filter.clone())?;
        }
        if let Some(columns) = projection {
            rows = rows.project(columns.iter().map(|index| ident(self.schema.field(*index).name())))?;
        }
        let rows = if limit.is_some() { rows.limit(0, limit)? } else { rows };
        Ok(Arc::new(OpaqueExec(state.create_physical_plan(&rows.build()?).await?)))
    }
}

/// Whether `condition` compares columns with values and nothing else: it cannot fail over any row, so that it may be asked of all.
fn cannot_fail(condition: &Expr) -> Result<bool> {
    use Operator::{And, Eq, Gt, GtEq, Lt, LtEq, NotEq, Or};
    let may_fail = condition.exists(|part| {
        Ok(match part {
            Expr::Column(_) | Expr::Literal(..) | Expr::Not(_) | Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::InList(_) => false,
            Expr::Between(_) => false,
            Expr::BinaryExpr(binary) => !matches!(binary.op, And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq),
            _ => true,
        })
    })?;
    Ok(!may_fail)
}

/// A finished plan that no optimizer moves anything into, and no EXPLAIN counts the rows of.
#[derive(Debug)]
struct OpaqueExec(Arc<dyn ExecutionPlan>);

impl DisplayAs for OpaqueExec {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OpaqueExec")
    }
}

impl ExecutionPlan for OpaqueExec {
    fn name(&self) -> &str {
        "OpaqueExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.0.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.0.execute(partition, context)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::DataType;
    use datafusion::prelude::{cast, col, in_list, lit};

    use super::*;

    #[test]
    fn conditions_that_may_fail_are_told_apart() {
        let country = || col("country");
        for harmless in [
            country().eq(lit("France")).and(col("n").gt(lit(1))),
            in_list(country(), vec![lit("a")], true),
            country().is_null().or(col("n").between(lit(1), lit(2))),
        ] {
            assert!(cannot_fail(&harmless).unwrap(), "{harmless}");
        }
        for risky in [cast(country(), DataType::Int64).eq(lit(1)), (lit(1) / col("n")).eq(lit(1)), (col("n") + lit(1)).gt(lit(1))]
        {
            assert!(!cannot_fail(&risky).unwrap(), "{risky}");
        }
    }
}
