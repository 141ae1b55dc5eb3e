//! Prints rows for people, programs and spreadsheets. Knows rows, no questions.

use std::io::{self, Write};

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::json::{WriterBuilder, writer::JsonArray};
use arrow::util::pretty::pretty_format_batches;

use crate::cli::OutputFormat;

/// Prints `batches`; says on standard error when rows were cut off.
pub(crate) fn rows(batches: &[RecordBatch], truncated: bool, format: OutputFormat) -> Result<()> {
    let out = io::stdout().lock();
    match format {
        OutputFormat::Table => table(out, batches)?,
        OutputFormat::Json => json(out, batches)?,
        OutputFormat::Csv => csv(out, batches)?,
    }
    if truncated {
        let shown: usize = batches.iter().map(RecordBatch::num_rows).sum();
        eprintln!("showing the first {shown} rows; there are more");
    }
    Ok(())
}

/// Prints one line to standard output; a reader that has gone is an error, not a panic.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<()> {
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}

/// Whether `error` is a reader that has gone: `quarterdeck … | head`.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let gone = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) || cause.to_string().contains("Broken pipe")
    };
    error.chain().any(gone)
}

fn table(mut out: impl Write, batches: &[RecordBatch]) -> Result<()> {
    writeln!(out, "{}", pretty_format_batches(batches)?)?;
    Ok(())
}

fn json(mut out: impl Write, batches: &[RecordBatch]) -> Result<()> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(&mut out);
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        writer.write(batch)?;
    }
    writer.finish()?;
    drop(writer);
    writeln!(out)?;
    Ok(())
}

fn csv(out: impl Write, batches: &[RecordBatch]) -> Result<()> {
    let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(out);
    for batch in batches {
        writer.write(batch)?;
    }
    Ok(())
}
