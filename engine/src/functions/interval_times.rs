//! `INTERVAL '15 minutes' * n`, as tools write that round times down: an elapsed time. Intervals with months have no length and stay as they are.

use datafusion::arrow::datatypes::{DataType, IntervalMonthDayNano, TimeUnit};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, cast, lit};
use datafusion::sql::sqlparser::ast::BinaryOperator;

const MICROS_A_DAY: i64 = 86_400_000_000;

/// Plans products of an interval and a number.
#[derive(Debug)]
pub struct IntervalTimes;

impl ExprPlanner for IntervalTimes {
    fn plan_binary_op(&self, product: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        if product.op != BinaryOperator::Multiply {
            return Ok(PlannerResult::Original(product));
        }
        let (micros, number) = match (micros(&product.left), micros(&product.right)) {
            (Some(micros), None) => (micros, &product.right),
            (None, Some(micros)) => (micros, &product.left),
            _ => return Ok(PlannerResult::Original(product)),
        };
        if !number.get_type(schema)?.is_numeric() {
            return Ok(PlannerResult::Original(product));
        }
        #[expect(clippy::cast_precision_loss, reason = "an interval that people write is far below 2^53 microseconds")]
        let elapsed = cast(number.clone(), DataType::Float64) * lit(micros as f64);
        Ok(PlannerResult::Planned(cast(cast(elapsed, DataType::Int64), DataType::Duration(TimeUnit::Microsecond))))
    }
}

/// The length of an interval that is written out and has one, in microseconds.
fn micros(expression: &Expr) -> Option<i64> {
    let Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(interval)), _) = expression else { return None };
    let IntervalMonthDayNano { months, days, nanoseconds } = *interval;
    (months == 0).then(|| i64::from(days) * MICROS_A_DAY + nanoseconds / 1_000)
}
