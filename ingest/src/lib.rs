//! Turns files into rows of canonical tables: reads a raw file as its pack declares it, sets aside rows that do not fit, and hands the
//! rest to a [`quarterdeck_engine::landing::Sink`]. Knows no object storage and runs no SQL itself.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cell;
pub mod error;
pub mod formats;
pub mod limits;
pub mod load;
pub mod pack;
pub mod quarantine;
pub mod raw;
pub mod rows;
pub mod sources;
pub mod source_file;

pub use error::{IngestError, Result};
