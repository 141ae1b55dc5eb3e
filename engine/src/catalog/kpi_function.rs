//! The table function `kpi(id, grain [, dimension [, from [, to]]])`: a KPI by bucket of time, and apart by the values of a dimension. Knows
//! nothing of how it is added up.

use std::sync::Arc;

use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, ScalarValue, plan_err};
use datafusion::error::Result;
use datafusion::prelude::Expr;

use super::inside::Inside;
use super::kpi_table::KpiTable;
use crate::kpi::grain::Grain;
use crate::kpi::period::PeriodRequest;

/// How it is called.
const USAGE: &str = "write kpi('net_sales', 'month'), kpi('net_sales', 'month', 'country') or \
                     kpi('net_sales', 'day', NULL, '2026-01-01', '2026-02-01')";

/// The function, over one session.
#[derive(Debug)]
pub(super) struct KpiFunction(pub(super) Inside);

impl TableFunctionImpl for KpiFunction {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let texts = args.exprs().iter().map(text).collect::<Result<Vec<_>>>()?;
        let (Some(Some(id)), Some(Some(grain)), true) = (texts.first(), texts.get(1), texts.len() <= 5) else {
            return plan_err!("kpi takes a KPI, a grain and up to three texts more; {USAGE}");
        };
        let optional = |index: usize| texts.get(index).cloned().flatten();
        let kpi = self.0.kpi(id).map_err(DataFusionError::from)?;
        let grain = Grain::parse(grain).map_err(DataFusionError::from)?;
        let period = match (optional(3), optional(4)) {
            (None, None) => PeriodRequest::Named("all".into()),
            (from, to) => PeriodRequest::Between(from, to),
        };
        Ok(Arc::new(KpiTable { inside: self.0.clone(), kpi, grain, by: optional(2), period }))
    }
}

/// A literal text; none for null.
fn text(argument: &Expr) -> Result<Option<String>> {
    match argument {
        Expr::Literal(ScalarValue::Utf8(text) | ScalarValue::Utf8View(text) | ScalarValue::LargeUtf8(text), _) => {
            Ok(text.clone())
        }
        Expr::Literal(ScalarValue::Null, _) => Ok(None),
        other => plan_err!("`{other}` is no text: kpi takes literal texts; {USAGE}"),
    }
}
