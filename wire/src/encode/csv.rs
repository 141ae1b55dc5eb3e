//! Rows as CSV (RFC 4180). No value is an empty field and empty text is `""`, as PostgreSQL's COPY tells them apart. Values are written as
//! they are: nothing is put before what a spreadsheet would take for a formula. Knows no request.

use std::io::Write;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

/// A row a line, the names of the columns first.
pub(super) struct Lines(Vec<u8>);

impl Lines {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        let mut lines = Self(Vec::new());
        for (index, field) in schema.fields().iter().enumerate() {
            lines.field(index, Some(field.name()));
        }
        lines.end();
        lines
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let options = FormatOptions::new().with_display_error(false);
        let formatters = batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options));
        let formatters = formatters.collect::<Result<Vec<_>, _>>()?;
        let mut text = Vec::new();
        for row in 0..batch.num_rows() {
            for (index, (column, formatter)) in batch.columns().iter().zip(&formatters).enumerate() {
                if column.is_null(row) {
                    self.field(index, None);
                    continue;
                }
                text.clear();
                write!(text, "{}", formatter.value(row))?;
                self.bytes(index, &text);
            }
            self.end();
        }
        Ok(())
    }

    pub(super) fn written(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    fn field(&mut self, index: usize, text: Option<&str>) {
        match text {
            Some(text) => self.bytes(index, text.as_bytes()),
            None => self.comma(index),
        }
    }

    fn bytes(&mut self, index: usize, text: &[u8]) {
        self.comma(index);
        let plain = !text.is_empty() && !text.iter().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n'));
        if plain {
            self.0.extend_from_slice(text);
            return;
        }
        self.0.push(b'"');
        for byte in text {
            if *byte == b'"' {
                self.0.push(b'"');
            }
            self.0.push(*byte);
        }
        self.0.push(b'"');
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.0.push(b',');
        }
    }

    fn end(&mut self) {
        self.0.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Decimal128Array, StringArray};

    use super::*;

    #[test]
    fn nothing_is_told_from_empty_and_what_parts_fields_is_quoted() {
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("a,b"), Some(""), None, Some("say \"hi\"\r\n"), Some("=1+1")]));
        let money = Decimal128Array::from(vec![Some(12_345_600), Some(-1), None, Some(0), Some(1)]);
        let money: ArrayRef = Arc::new(money.with_precision_and_scale(18, 4).unwrap());
        let batch = RecordBatch::try_from_iter([("the \"text\"", text), ("money", money)]).unwrap();
        let mut lines = Lines::new(&batch.schema());
        lines.write(&batch).unwrap();
        let expected = "\"the \"\"text\"\"\",money\r\n\"a,b\",1234.5600\r\n\"\",-0.0001\r\n,\r\n\"say \"\"hi\"\"\r\n\",0.0000\r\n=1+1,0.0001\r\n";
        assert_eq!(String::from_utf8(std::mem::take(lines.written())).unwrap(), expected);
    }
}
