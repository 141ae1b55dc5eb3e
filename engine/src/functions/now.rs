//! `now()`: the tenant's own now, which can be set to a day in the past; it replaces DataFusion's, which reads the machine's clock.

use chrono::{DateTime, Utc};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use crate::ddl::timestamp_type;

/// The function that answers `now`.
pub fn now(now: DateTime<Utc>) -> ScalarUDF {
    let aliases = vec!["current_timestamp".to_owned()];
    ScalarUDF::from(Now { micros: now.timestamp_micros(), aliases, signature: Signature::nullary(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Now {
    micros: i64,
    /// Every name of DataFusion's own: left one, a rebuilt session would take all of them back.
    aliases: Vec<String>,
    signature: Signature,
}

impl ScalarUDFImpl for Now {
    fn name(&self) -> &str {
        "now"
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(timestamp_type())
    }

    fn invoke_with_args(&self, _arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(ColumnarValue::Scalar(ScalarValue::TimestampMicrosecond(Some(self.micros), Some("UTC".into()))))
    }
}
