//! `to_timestamp(text, format)` and `to_date(text, format)` with formats as PostgreSQL writes them (`YYYY-MM-DD HH24:MI:SS.US`), which tools that
//! speak its protocol send, beside DataFusion's own (`%Y-%m-%d`).

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature};

/// The functions that take formats.
pub const FUNCTIONS: [&str; 2] = ["to_timestamp", "to_date"];

/// PostgreSQL's patterns and what they are here; of two that begin alike the longer comes first.
const PATTERNS: [(&str, &str); 22] = [
    ("SS.US", "%S%.f"),
    ("SS.MS", "%S%.f"),
    ("YYYY", "%Y"),
    ("YY", "%y"),
    ("MONTH", "%B"),
    ("MON", "%b"),
    ("MM", "%m"),
    ("MI", "%M"),
    ("MS", "%3f"),
    ("DAY", "%A"),
    ("DDD", "%j"),
    ("DD", "%d"),
    ("DY", "%a"),
    ("HH24", "%H"),
    ("HH12", "%I"),
    ("HH", "%I"),
    ("SS", "%S"),
    ("US", "%6f"),
    ("AM", "%p"),
    ("PM", "%p"),
    ("TZH:TZM", "%:z"),
    ("OF", "%:z"),
];

/// `inner`, which takes formats of both kinds.
pub fn with_postgres_formats(inner: Arc<ScalarUDF>) -> ScalarUDF {
    ScalarUDF::from(Formatted(inner))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Formatted(Arc<ScalarUDF>);

impl ScalarUDFImpl for Formatted {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn aliases(&self) -> &[String] {
        self.0.aliases()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.0.return_type(arguments)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        self.0.return_field_from_args(arguments)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        self.0.coerce_types(given)
    }

    fn invoke_with_args(&self, mut arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        for format in arguments.args.iter_mut().skip(1) {
            let ColumnarValue::Scalar(
                ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) | ScalarValue::LargeUtf8(Some(text)),
            ) = format
            else {
                continue;
            };
            if !text.contains('%') {
                *text = ours(text);
            }
        }
        self.0.invoke_with_args(arguments)
    }
}

/// PostgreSQL's format as it is written here; what stands in double quotes stands for itself.
fn ours(format: &str) -> String {
    let mut written = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if let Some((quoted, after)) = rest.strip_prefix('"').and_then(|after| after.split_once('"')) {
            written.push_str(quoted);
            rest = after;
            continue;
        }
        let starts = |pattern: &str| rest.get(..pattern.len()).is_some_and(|start| start.eq_ignore_ascii_case(pattern));
        match PATTERNS.iter().find(|(pattern, _)| starts(pattern)) {
            Some((pattern, here)) => {
                written.push_str(here);
                rest = &rest[pattern.len()..];
            }
            None => {
                written.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_as_postgres_writes_them() {
        assert_eq!(ours("YYYY-MM-DD HH24:MI:SS.US"), "%Y-%m-%d %H:%M:%S%.f");
        assert_eq!(ours("dd/mm/yy"), "%d/%m/%y");
        assert_eq!(ours("YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM"), "%Y-%m-%dT%H:%M:%S%:z");
        assert_eq!(ours("Mon DD, YYYY é"), "%b %d, %Y é");
    }
}
