//! How many of a sorted list of instants are at or before a given one: this places a record in its day, week or fiscal period
//! by edges that were computed once, whatever the zone's clock changes, week start or calendar. Made for a query, not registered.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

/// An expression that counts the `edges` (sorted, UTC microseconds) at or before `instant`: 0 before the first, n from the last on.
pub fn edges_until(edges: Vec<i64>, instant: Expr) -> Expr {
    let argument = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let function = EdgesUntil { edges, signature: Signature::exact(vec![argument], Volatility::Immutable) };
    ScalarUDF::from(function).call(vec![instant])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct EdgesUntil {
    edges: Vec<i64>,
    signature: Signature,
}

impl ScalarUDFImpl for EdgesUntil {
    fn name(&self) -> &str {
        "edges_until"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalar = matches!(arguments.args[0], ColumnarValue::Scalar(_));
        let columns = ColumnarValue::values_to_arrays(&arguments.args)?;
        let instants = columns[0].as_primitive::<TimestampMicrosecondType>();
        let counts: Int64Array = instants.unary::<_, Int64Type>(|instant| {
            i64::try_from(self.edges.partition_point(|edge| *edge <= instant)).unwrap_or(i64::MAX)
        });
        let counts = Arc::new(counts) as ArrayRef;
        if scalar {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&counts, 0)?));
        }
        Ok(ColumnarValue::Array(counts))
    }
}
